"""The Run box as the user meets it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from depthstudio.ui.inspector.run_box import SHORTCUT, RunBox
from depthstudio.ui.inspector.run_state import RunState
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.chips import Chip

READY = RunState(
    what="12 photos, 38 MB",
    where="Photos go to acme.test, nothing else does",
    sentence="Run 12 photos as one scene",
    short_sentence="Run 12 photos",
    cost="Free",
    leaves_computer=True,
    offers_grouping=True,
)
BLOCKED = RunState(reason="Add a photo first")


@pytest.fixture
def box(on_screen: Callable[..., RunBox], theme: Theme, icons: Icons) -> RunBox:
    box = RunBox(theme, icons)
    return on_screen(box, 352, box.sizeHint().height())


def main_button(box: RunBox) -> QPushButton:
    found = box.findChild(QPushButton, "run")
    assert isinstance(found, QPushButton)
    return found


def again_button(box: RunBox) -> QPushButton:
    [found] = [b for b in box.findChildren(QPushButton) if b.text() == "Run again"]
    return found


def visible_texts(box: RunBox) -> list[str]:
    return [label.text() for label in box.findChildren(QLabel) if label.isVisible()]


def test_a_ready_box_says_what_where_and_what_it_costs(box: RunBox) -> None:
    box.set_state(READY)
    box.resize(700, 200)
    texts = visible_texts(box)
    assert {READY.what, READY.where, READY.cost} <= set(texts)
    assert main_button(box).text() == "Run 12 photos as one scene"


def order_button(box: RunBox) -> QPushButton:
    [found] = [b for b in box.findChildren(QPushButton) if b.text() == "Order…"]
    return found


def test_the_order_is_offered_for_the_photos_of_one_scene(qtbot: QtBot, box: RunBox) -> None:
    box.set_state(READY)
    with qtbot.waitSignal(box.order_requested):
        qtbot.mouseClick(order_button(box), Qt.MouseButton.LeftButton)
    box.set_state(replace(READY, one_scene=False))
    assert order_button(box).isHidden()
    box.set_state(BLOCKED)
    assert order_button(box).isHidden()


@pytest.mark.parametrize("width_px", [300, 352, 420, 700])
def test_the_sentence_of_run_has_room_beside_the_other_buttons(box: RunBox, width_px: int) -> None:
    box.resize(width_px, 220)
    box.set_state(READY)
    main = main_button(box)
    assert main.fontMetrics().horizontalAdvance(main.text()) < main.width()


def test_run_is_one_click(qtbot: QtBot, box: RunBox) -> None:
    box.set_state(READY)
    with qtbot.waitSignal(box.run_requested):
        qtbot.mouseClick(main_button(box), Qt.MouseButton.LeftButton)


def test_what_cannot_run_is_grey_with_the_reason_beside_it(qtbot: QtBot, box: RunBox) -> None:
    box.set_state(BLOCKED)
    assert not main_button(box).isEnabled()
    assert "Add a photo first" in visible_texts(box)
    assert main_button(box).toolTip() == "Add a photo first"
    with qtbot.assertNotEmitted(box.run_requested):
        box.activate()


def test_a_known_result_is_shown_first_and_run_again_second(qtbot: QtBot, box: RunBox) -> None:
    box.set_state(replace(READY, is_known=True))
    assert main_button(box).text() == "Show result"
    with qtbot.waitSignal(box.show_requested), qtbot.assertNotEmitted(box.run_requested):
        box.activate()
    with qtbot.waitSignal(box.run_again_requested):
        qtbot.mouseClick(again_button(box), Qt.MouseButton.LeftButton)


def test_the_host_can_be_chosen_where_there_is_one(qtbot: QtBot, box: RunBox) -> None:
    [link] = [b for b in box.findChildren(QPushButton) if b.text() == "Choose host…"]
    box.set_state(READY)
    assert not link.isVisible()
    box.set_state(replace(READY, has_host=True))
    with qtbot.waitSignal(box.host_requested):
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)


def test_run_again_is_only_offered_for_a_known_result(box: RunBox) -> None:
    box.set_state(READY)
    assert not again_button(box).isVisible()


def test_the_choice_of_grouping_is_only_there_when_it_is_one(qtbot: QtBot, box: RunBox) -> None:
    box.set_state(replace(READY, offers_grouping=False))
    each = next(b for b in box.findChildren(QAbstractButton) if b.text() == "One job each")
    assert not each.isVisible()
    box.set_state(READY)
    assert each.isVisible()
    with qtbot.waitSignal(box.grouping_changed) as heard:
        qtbot.mouseClick(each, Qt.MouseButton.LeftButton)
    assert heard.args == [False]


def test_a_narrow_box_shortens_the_sentence_but_not_its_spoken_name(box: RunBox) -> None:
    box.set_state(replace(READY, sentence="Run 12 photos as one scene " * 3))
    box.resize(320, 240)
    assert main_button(box).text() == "Run 12 photos"
    assert main_button(box).accessibleName().startswith("Run 12 photos as one scene")


def test_the_shortcut_is_named(box: RunBox) -> None:
    assert [chip.text() for chip in box.findChildren(Chip)] == list(SHORTCUT)
