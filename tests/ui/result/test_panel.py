"""The Result dock: what it says, and what clicks and keys in its list ask for."""

from collections.abc import Callable
from datetime import datetime

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from depthstudio.providers.base import Licence
from depthstudio.scene.items import SceneItem
from depthstudio.scene.options import ItemKey, Layer
from depthstudio.scene.part_colours import part_colour
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.result.delegate import ItemAction
from depthstudio.ui.result.facts import ResultFacts
from depthstudio.ui.result.model import ItemModel
from depthstudio.ui.result.panel import ResultPanel

FACTS = ResultFacts("chair.png", "PartPacker", licence=Licence("NVIDIA", commercial=False))
POINTS = ItemKey(Layer.CLOUD, 0)


def part(number: int) -> SceneItem:
    key = ItemKey(Layer.SURFACE, number)
    return SceneItem(key, f"Part {number + 1}", 1204 * (number + 1), "triangle", part=number)


PARTS = [part(number) for number in range(4)]
KEYS = [item.key for item in PARTS]


@pytest.fixture
def panel(on_screen: Callable[..., ResultPanel], theme: Theme, icons: Icons) -> ResultPanel:
    """It shows four parts, and follows its own wishes as the window lets it."""
    panel = ResultPanel(theme, icons)
    panel.hidden_wanted.connect(panel.set_hidden)
    panel.show_result(FACTS, PARTS, frozenset())
    return on_screen(panel, 352, 480)


def row(panel: ResultPanel, number: int) -> QModelIndex:
    return panel.content.model.index(number)


def click(panel: ResultPanel, qtbot: QtBot, number: int, action: ItemAction | None = None) -> None:
    """Click a row, or one of its buttons, found by asking the view as a user's eye would."""
    view = panel.content.view
    rect = view.visualRect(row(panel, number))
    places = [QPoint(x, rect.center().y()) for x in range(rect.left(), rect.right(), 3)]
    hits = [p for p in places if (view.action_at(p) or (None, None))[1] is action]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=hits[len(hits) // 2])


def test_it_is_empty_until_there_is_something_to_say(theme: Theme, icons: Icons) -> None:
    panel = ResultPanel(theme, icons)
    assert not panel.has_content
    assert panel.children() == [panel.layout()]  # it is made before the first frame
    panel.set_hidden(frozenset(KEYS))
    panel.show_nothing()
    assert not panel.has_content


def test_the_head_says_what_it_is_and_what_may_be_done_with_it(
    panel: ResultPanel, now: datetime
) -> None:
    facts = ResultFacts(
        "garage",
        "Depth Anything 3",
        created_at=now,
        licence=Licence("CC BY-NC 4.0", commercial=False),
        unit="m",
        counts=("12 photos", "60 000 points"),
    )
    panel.show_result(facts, PARTS[:1], frozenset())
    assert panel.content.chips == ("Metres", "CC BY-NC 4.0", "12 photos", "60 000 points")
    panel.show_result(ResultFacts("scan.ply"), PARTS[:1], frozenset())
    assert panel.content.chips == ("No unit",)


def test_nothing_on_screen_is_said_and_forgotten_again(panel: ResultPanel) -> None:
    panel.show_nothing()
    assert not panel.content.isVisible()
    panel.show_result(FACTS, PARTS, frozenset())
    assert panel.content.isVisible()


def test_the_eye_hides_one_part_and_shows_it_again(qtbot: QtBot, panel: ResultPanel) -> None:
    click(panel, qtbot, 1, ItemAction.TOGGLE)
    assert panel.content.model.hidden == {KEYS[1]}
    assert not panel.content.view.currentIndex().isValid()  # a button selects nothing
    click(panel, qtbot, 1, ItemAction.TOGGLE)
    assert panel.content.model.hidden == frozenset()


def test_a_part_is_shown_alone_and_then_all_are_again(qtbot: QtBot, panel: ResultPanel) -> None:
    click(panel, qtbot, 2, ItemAction.ISOLATE)
    assert panel.content.model.hidden == set(KEYS) - {KEYS[2]}
    click(panel, qtbot, 2, ItemAction.ISOLATE)
    assert panel.content.model.hidden == frozenset()


def test_a_double_click_isolates_too(qtbot: QtBot, panel: ResultPanel) -> None:
    view = panel.content.view
    place = view.visualRect(row(panel, 0)).topLeft() + QPoint(60, 12)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.content.model.hidden == set(KEYS[1:])


def test_two_quick_clicks_on_an_eye_isolate_nothing(qtbot: QtBot, panel: ResultPanel) -> None:
    view = panel.content.view
    rect = view.visualRect(row(panel, 0))
    eye = view.delegate.layout(rect, row(panel, 0), view.layoutDirection()).eye.center()
    for press in (qtbot.mouseClick, qtbot.mouseDClick):
        press(view.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert panel.content.model.hidden == frozenset()


def test_everything_can_be_done_with_the_keyboard(qtbot: QtBot, panel: ResultPanel) -> None:
    view, model = panel.content.view, panel.content.model
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert model.hidden == {KEYS[1]}
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert model.hidden == set(KEYS) - {KEYS[1]}
    assert panel.content.show_all.isEnabled()
    panel.content.show_all.click()
    assert model.hidden == frozenset()
    assert not panel.content.show_all.isEnabled()


def test_rows_tell_assistive_tools_what_they_are_and_whether_they_are_shown(
    panel: ResultPanel,
) -> None:
    panel.set_hidden(frozenset({KEYS[0]}))
    told = [
        row(panel, number).data(Qt.ItemDataRole.AccessibleTextRole).replace("\xa0", " ")
        for number in range(2)
    ]
    assert told == ["Part 1, 1 204 triangles, hidden", "Part 2, 2 408 triangles, shown"]
    buttons = (panel.content.show_all, panel.content.own_colours)
    assert all(button.accessibleName() for button in buttons)


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_a_swatch_has_the_colour_of_its_part(panel: ResultPanel, theme: Theme, choice: str) -> None:
    theme.set_choice(choice)
    view = panel.content.view
    image = view.viewport().grab().toImage()

    def swatch(number: int) -> QRect:
        rect = view.visualRect(row(panel, number))
        return view.delegate.layout(rect, row(panel, number), view.layoutDirection()).swatch

    seen = [image.pixelColor(swatch(n).center()).name().upper() for n in range(4)]
    assert seen == [part_colour(n) for n in range(4)]


def test_the_colours_of_the_file_are_asked_for_and_leave_the_swatches(
    qtbot: QtBot, panel: ResultPanel
) -> None:
    with qtbot.waitSignal(panel.own_colours_wanted) as wanted:
        panel.content.own_colours.click()
    assert wanted.args == [True]
    image = panel.content.view.viewport().grab().toImage()
    names = {image.pixelColor(x, 16).name().upper() for x in range(8, 30)}
    assert part_colour(0) not in names


def test_only_parts_have_colours_to_choose(panel: ResultPanel) -> None:
    assert panel.content.own_colours.isVisible()
    cloud = SceneItem(POINTS, "Point cloud", 60_000, "point")
    panel.show_result(FACTS, [cloud], frozenset())
    assert not panel.content.own_colours.isVisible()
    panel.show_result(FACTS, [], frozenset())
    assert not panel.content.view.isVisible()


def test_one_layer_alone_has_nothing_to_be_isolated_from(panel: ResultPanel) -> None:
    cloud = SceneItem(POINTS, "Point cloud", 60_000, "point")
    panel.show_result(FACTS, [cloud], frozenset())
    view = panel.content.view
    rect = view.visualRect(row(panel, 0))
    actions = {
        hit[1]
        for x in range(rect.left(), rect.right())
        if (hit := view.action_at(QPoint(x, rect.center().y())))
    }
    assert actions == {ItemAction.TOGGLE}


def test_the_model_is_one_as_qt_wants_it(qtmodeltester: ModelTester) -> None:
    model = ItemModel()
    model.set_items(PARTS, frozenset({KEYS[0]}))
    qtmodeltester.check(model)
    model.set_items(PARTS[:2], frozenset())
    model.set_hidden(frozenset({KEYS[1]}))
    assert [model.index(n).data(Qt.ItemDataRole.CheckStateRole) for n in range(2)] == [
        Qt.CheckState.Checked,
        Qt.CheckState.Unchecked,
    ]
