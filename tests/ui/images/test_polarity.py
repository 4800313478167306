"""Saying which end of a picture of depth is near, in the Depth view."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.core.polarity import kind_of
from depthstudio.core.views import DepthKind, DepthStack, Polarity
from depthstudio.ui.images.depth_view import DepthView
from depthstudio.ui.images.polarity_button import PolarityButton
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme

RAMP = np.broadcast_to(np.linspace(0, 1, 60, dtype=np.float32), (1, 40, 60))


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., DepthView]) -> DepthView:
    return on_screen(DepthView(theme, icons), 900, 600)


def show(view: DepthView, qtbot: QtBot, kind: DepthKind, *, lossy: bool = True) -> None:
    view.set_depth(DepthStack(RAMP, kind, lossy=lossy), "map.png")
    qtbot.waitUntil(lambda: view.picture is not None and not view.busy)


def say(view: DepthView, polarity: Polarity) -> None:
    (button,) = view.strip.findChildren(PolarityButton)
    assert button.isVisible()
    button.action(polarity).trigger()


def brightness(view: DepthView, column: int) -> float:
    assert view.canvas.image is not None
    colour = view.canvas.image.pixelColor(column, 20)
    return colour.red() + colour.green() + colour.blue()


def test_the_near_end_is_the_bright_one_whoever_says_where_it_is(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, DepthKind.RELATIVE_DISPARITY)
    assert view.legend.end_words == ("far", "near")
    assert brightness(view, 55) > brightness(view, 5)

    with qtbot.waitSignal(view.polarity_chosen) as said:
        say(view, Polarity.NEAR_BLACK)

    assert said.args == [Polarity.NEAR_BLACK]
    qtbot.waitUntil(lambda: brightness(view, 5) > brightness(view, 55))
    assert view.scale is not None
    assert (view.scale.kind, view.scale.near < view.scale.far) == (DepthKind.RELATIVE_DEPTH, True)
    assert view.legend.end_words == ("far", "near")
    say(view, Polarity.UNKNOWN)
    assert view.legend.end_words == ("low", "high")
    assert view.strip.chip.text() == "Picture, not measured"


@pytest.mark.parametrize("polarity", Polarity)
def test_the_button_says_what_holds(view: DepthView, qtbot: QtBot, polarity: Polarity) -> None:
    show(view, qtbot, kind_of(polarity))
    (button,) = view.strip.findChildren(PolarityButton)
    words = button.action(polarity).text()
    assert button.action(polarity).isChecked()
    assert button.accessibleName() == f"{words}: say otherwise for this result"
    with qtbot.assertNotEmitted(view.polarity_chosen):
        say(view, polarity)


def test_an_edited_range_and_inversion_are_kept(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, DepthKind.RELATIVE_DISPARITY)
    view.strip.range_edited.emit(0.8, 0.3)
    view.strip.findChildren(QToolButton)[0].click()

    say(view, Polarity.NEAR_BLACK)

    assert view.scale is not None
    assert (view.scale.near, view.scale.far, view.scale.inverted) == (0.3, 0.8, True)


@pytest.mark.parametrize(
    ("kind", "lossy"),
    [(DepthKind.METRIC, True), (DepthKind.RELATIVE_DEPTH, False), (DepthKind.DISPLAY, False)],
)
def test_numbers_that_say_it_themselves_offer_no_choice(
    view: DepthView, qtbot: QtBot, kind: DepthKind, lossy: bool
) -> None:
    show(view, qtbot, DepthKind.DISPLAY)
    show(view, qtbot, kind, lossy=lossy)
    (button,) = view.strip.findChildren(PolarityButton)
    assert not button.isVisible()


def test_nothing_of_the_strip_is_cut_off_at_its_narrowest(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, DepthKind.RELATIVE_DISPARITY)
    view.resize(640, 600)
    (button,) = view.strip.findChildren(PolarityButton)
    qtbot.waitUntil(lambda: view.width() <= 680)
    assert button.geometry().right() <= view.strip.width()
