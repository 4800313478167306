"""The inspector as a whole: providers, values kept for each, and what may run."""

from collections.abc import Callable
from typing import Annotated, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import ParamError
from depthstudio.core.job import Job, Source
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, bounds, param, validated
from depthstudio.providers.base import Licence, Product, ProviderInfo, Secret
from depthstudio.ui.inspector.entry import ProviderEntry
from depthstudio.ui.inspector.inspector import Inspector
from depthstudio.ui.inspector.provider_card import PRODUCT_ICONS, ProviderCard, licence_chip
from depthstudio.ui.inspector.provider_combo import LINE_ROLE, ProviderCombo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.chips import Chip


class Shallow(Params):
    depth: Annotated[float, param(label="Depth", ge=0, le=1, step=0.1)] = 0.3


class Deep(Params):
    mode: Annotated[Literal["a", "b"], param(label="Mode")] = "a"
    frames: Annotated[Annotated[int, bounds(ge=1)] | None, param(label="Frames")] = None


SHALLOW = ProviderInfo(
    id="shallow",
    title="Shallow",
    version="1",
    subtitle="Built in",
    accepts=frozenset({"image/png"}),
    produces=(Product("surface", "Surface"), Product("depth", "Depth")),
    licence=Licence("Yours", True),
    price="Free, no limit",
    note="Height comes from brightness",
)
DEEP = ProviderInfo(
    id="deep",
    title="Deep",
    version="1",
    subtitle="Space",
    accepts=frozenset({"image/png"}),
    produces=tuple(Product(kind, kind.title()) for kind in PRODUCT_ICONS),
    licence=Licence("CC BY-NC 4.0", False),
    price="Free",
    page="https://deep.test/about",
    endpoints={"space": "https://deep.test"},
    secrets=(Secret("api_key", "API key", is_needed=True),),
    max_sources=4,
)


def entry(info: ProviderInfo, model: type[Params]) -> ProviderEntry:
    def validate(values: object, schema: object) -> ParamError | None:
        assert isinstance(values, dict)
        try:
            validated(model, values)
        except ParamError as error:
            return error
        return None

    return ProviderEntry(info, schema_of(model), validate)


@pytest.fixture
def inspector(qtbot: QtBot, theme: Theme, icons: Icons) -> Inspector:
    inspector = Inspector(theme, icons, [entry(SHALLOW, Shallow), entry(DEEP, Deep)])
    qtbot.addWidget(inspector)
    inspector.resize(352, 800)
    return inspector


@pytest.fixture
def photos(make_job: Callable[..., Job]) -> list[Source]:
    [source] = make_job().sources
    return [source, source]


def reason(inspector: Inspector) -> str:
    return inspector.run_box.state().reason


def test_the_first_provider_is_chosen_with_its_defaults(inspector: Inspector) -> None:
    assert inspector.provider_id() == "shallow"
    assert inspector.values_for("shallow") == {"depth": 0.3}
    assert inspector.values_for("deep") == {"mode": "a", "frames": None}


def test_choosing_from_the_list_says_so(qtbot: QtBot, inspector: Inspector) -> None:
    combo = inspector.findChild(ProviderCombo)
    assert isinstance(combo, ProviderCombo)
    with qtbot.waitSignal(inspector.provider_changed) as heard:
        qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert heard.args == ["deep"]
    assert inspector.provider_id() == "deep"
    assert combo.itemData(1, LINE_ROLE) == "Space · Free"


def test_the_open_list_shows_two_lines_and_marks_the_chosen_one(
    qtbot: QtBot, inspector: Inspector, theme: Theme
) -> None:
    combo = inspector.findChild(ProviderCombo)
    assert isinstance(combo, ProviderCombo)
    with qtbot.waitExposed(inspector):
        inspector.show()
    combo.showPopup()
    view = combo.view()
    row_px = view.sizeHintForRow(0)
    assert row_px >= 44
    image = view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    chosen = image.pixelColor(1, round(row_px / 2 * ratio))
    other = image.pixelColor(1, round(row_px * 1.5 * ratio))
    # A screen of 16 bits keeps five bits of red and blue.
    assert chosen.red() == pytest.approx(theme.colour("accent").red(), abs=8)
    assert chosen.green() == pytest.approx(theme.colour("accent").green(), abs=8)
    assert other.green() == pytest.approx(theme.colour("field").green(), abs=8)
    combo.hidePopup()


def test_an_unknown_provider_is_refused(inspector: Inspector) -> None:
    with pytest.raises(ValueError, match="there is no provider “gone”"):
        inspector.set_provider("gone")
    assert inspector.provider_id() == "shallow"


def test_there_is_no_inspector_without_providers(theme: Theme, icons: Icons) -> None:
    with pytest.raises(ValueError, match="at least one provider"):
        Inspector(theme, icons, [])


def test_every_provider_keeps_its_values(qtbot: QtBot, inspector: Inspector) -> None:
    with qtbot.waitSignal(inspector.params_changed):
        inspector.form().set_values({"depth": 0.9})
    inspector.set_provider("deep")
    inspector.form().set_values({"mode": "b"})
    inspector.set_provider("shallow")
    assert inspector.form().values() == {"depth": 0.9}
    assert inspector.values_for("deep") == {"mode": "b", "frames": None}


def test_values_of_an_earlier_session_wait_for_their_form(inspector: Inspector) -> None:
    inspector.restore(
        {"deep": {"mode": "b", "frames": "x", "old": 1}, "shallow": {"depth": 0.7}, "gone": {}}
    )
    assert inspector.values_for("shallow") == {"depth": 0.7}
    assert inspector.values_for("deep") == {"mode": "b", "frames": None}
    inspector.set_provider("deep")
    assert inspector.form().values() == {"mode": "b", "frames": None}


def test_it_asks_for_a_photo_until_there_is_one(inspector: Inspector, photos: list[Source]) -> None:
    assert reason(inspector) == "Add a photo first"
    inspector.set_inputs(photos)
    assert reason(inspector) == ""
    assert inspector.inputs() == tuple(photos)


def test_a_wrong_value_blocks_run_until_it_is_corrected(
    inspector: Inspector, photos: list[Source]
) -> None:
    inspector.set_inputs(photos)
    inspector.show_error("depth", "The server wants less")
    assert reason(inspector) == "Correct “Depth” first"
    inspector.form().set_values({"depth": 0.2})
    assert reason(inspector) == ""


def test_one_scene_only_where_it_is_offered(inspector: Inspector, photos: list[Source]) -> None:
    inspector.set_inputs(photos)
    assert not inspector.is_one_scene()
    inspector.set_provider("deep")
    assert inspector.is_one_scene()
    inspector.run_box.grouping_changed.emit(False)
    assert not inspector.is_one_scene()
    assert inspector.run_box.state().sentence == "Run 2 photos, one job each"


@pytest.mark.parametrize("change", ["params", "inputs", "provider"])
def test_a_known_result_is_forgotten_at_the_next_change(
    inspector: Inspector, photos: list[Source], change: str
) -> None:
    inspector.set_inputs(photos)
    inspector.set_known(True)
    inspector.set_inputs(photos)  # the same again is no change
    assert inspector.run_box.state().is_known
    if change == "params":
        inspector.form().set_values({"depth": 0.9})
    elif change == "inputs":
        inspector.set_inputs(photos[:1])
    else:
        inspector.set_provider("deep")
    assert not inspector.run_box.state().is_known


def test_the_signals_of_the_run_box_reach_the_outside(
    qtbot: QtBot, inspector: Inspector, photos: list[Source]
) -> None:
    inspector.set_inputs(photos)
    with qtbot.waitSignal(inspector.run_requested):
        inspector.run_box.activate()
    inspector.set_known(True)
    with qtbot.waitSignal(inspector.show_requested):
        inspector.run_box.activate()


def test_it_fits_the_narrowest_dock(inspector: Inspector) -> None:
    for provider_id in ("shallow", "deep"):
        inspector.set_provider(provider_id)
        assert inspector.minimumSizeHint().width() <= 320


def test_the_page_of_a_provider_opens_elsewhere(qtbot: QtBot, theme: Theme, icons: Icons) -> None:
    card = ProviderCard(theme, icons, DEEP)
    qtbot.addWidget(card)
    [link] = card.findChildren(QToolButton)
    with qtbot.waitSignal(card.page_requested) as heard:
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert heard.args == ["https://deep.test/about"]


def test_products_that_do_not_fit_go_on_below(qtbot: QtBot, theme: Theme, icons: Icons) -> None:
    card = ProviderCard(theme, icons, DEEP)
    qtbot.addWidget(card)
    card.resize(296, 400)
    with qtbot.waitExposed(card):
        card.show()
    words = {product.label for product in DEEP.produces}
    chips = [chip for chip in card.findChildren(Chip) if chip.text() in words]
    assert len(chips) == len(DEEP.produces)
    assert len({chip.y() for chip in chips}) > 1
    assert all(chip.width() == chip.sizeHint().width() for chip in chips)


@pytest.mark.parametrize(
    ("licence", "text", "tone"),
    [
        (Licence("MIT", True), "MIT", "text"),
        (Licence("CC BY-NC 4.0", False), "CC BY-NC 4.0", "held"),
        (Licence("", None), "Not stated", "text"),
        (Licence("Custom", None), "Custom · use not stated", "text"),
    ],
)
def test_the_licence_chip_warns_only_where_use_is_limited(
    qtbot: QtBot, theme: Theme, licence: Licence, text: str, tone: str
) -> None:
    chip = licence_chip(theme, licence)
    qtbot.addWidget(chip)
    assert (chip.text(), chip.tone()) == (text, tone)


def test_it_follows_a_change_of_theme(inspector: Inspector, theme: Theme) -> None:
    inspector.resize(352, 800)
    dark = inspector.grab().toImage().pixelColor(4, 400).lightness()
    theme.set_choice("light")
    light = inspector.grab().toImage().pixelColor(4, 400).lightness()
    assert light - dark > 150
