"""The order of the photos of one scene, changed by hand and by name."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from depthstudio.core.job import Source
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.queue.order_dialog import ask_for_order
from depthstudio.ui.queue.order_list import OrderList, OrderModel

NAMES = ("IMG_10.png", "IMG_2.png", "img_1.png", "IMG_33.png")


def sources(names: tuple[str, ...] = NAMES) -> list[Source]:
    folder = Path("/nowhere")
    return [
        Source(path=folder / name, media_type="image/png", size_bytes=1, mtime_ns=0)
        for name in names
    ]


def names(ordered: tuple[Source, ...]) -> list[str]:
    return [source.path.stem[4:] for source in ordered]


@pytest.fixture
def listed(on_screen: Callable[..., OrderList], theme: Theme, icons: Icons) -> Iterator[OrderList]:
    listed = OrderList(theme, icons, sources())
    yield on_screen(listed, 360, 400)
    listed.close_list()


def test_it_keeps_the_order_it_was_given(listed: OrderList) -> None:
    assert names(listed.sources) == ["10", "2", "1", "33"]


def test_by_name_two_comes_before_ten(qtbot: QtBot, listed: OrderList) -> None:
    with qtbot.waitSignal(listed.order_changed):
        listed.by_name.click()
    assert names(listed.sources) == ["1", "2", "10", "33"]
    listed.reverse.click()
    assert names(listed.sources) == ["33", "10", "2", "1"]


def test_keys_move_a_photo_and_the_selection_goes_with_it(qtbot: QtBot, listed: OrderList) -> None:
    for _ in range(2):
        qtbot.keyClick(listed.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert names(listed.sources) == ["2", "1", "10", "33"]
    assert listed.view.currentIndex().row() == 2
    qtbot.keyClick(listed.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(listed.sources) == ["2", "10", "1", "33"]


def test_buttons_move_it_too_and_stop_at_the_ends(listed: OrderList) -> None:
    assert not listed.up.isEnabled()
    for _ in range(3):
        listed.down.click()
    assert names(listed.sources) == ["2", "1", "33", "10"]
    assert not listed.down.isEnabled()
    listed.up.click()
    assert names(listed.sources) == ["2", "1", "10", "33"]


@pytest.mark.parametrize(
    ("row", "before", "expected"),
    [
        (0, 3, ["2", "1", "10", "33"]),
        (3, 0, ["33", "10", "2", "1"]),
        (1, 4, ["10", "1", "33", "2"]),
        (1, 2, ["10", "2", "1", "33"]),
    ],
)
def test_a_dragged_photo_stands_where_it_was_dropped(
    listed: OrderList, row: int, before: int, expected: list[str]
) -> None:
    view, model = listed.view, listed.model
    rect = view.visualRect(model.index(min(before, 3)))
    y = rect.top() + 1 if before < 4 else rect.bottom() - 1
    mime = model.mimeData([model.index(row)])
    place = QPoint(rect.center().x(), y)
    held = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (
        QDragEnterEvent(place, Qt.DropAction.MoveAction, mime, *held),
        QDragMoveEvent(place, Qt.DropAction.MoveAction, mime, *held),
        QDropEvent(QPointF(place), Qt.DropAction.MoveAction, mime, *held),
    ):
        QApplication.sendEvent(view.viewport(), event)
    assert names(listed.sources) == expected
    again = OrderModel()
    again.set_sources(sources())
    assert again.moveRows(again.index(-1), row, 1, again.index(-1), before) is (before != row + 1)
    assert names(again.sources) == expected  # the way Qt takes for its own drags


def test_what_is_no_row_of_ours_moves_nothing(listed: OrderList) -> None:
    mime = listed.model.mimeData([listed.model.index(0)])
    mime.setData(listed.model.mimeTypes()[0], b"\xff1")
    none = listed.model.index(-1)
    assert not listed.model.dropMimeData(mime, Qt.DropAction.MoveAction, 2, 0, none)
    mime.setData(listed.model.mimeTypes()[0], b"999")
    listed.model.dropMimeData(mime, Qt.DropAction.MoveAction, 2, 0, none)
    assert names(listed.sources) == ["10", "2", "1", "33"]


def test_the_model_is_one_as_qt_wants_it(qtmodeltester: ModelTester) -> None:
    model = OrderModel()
    model.set_sources(sources())
    qtmodeltester.check(model)
    model.move(0, 3)
    model.move(3, 1)


def test_the_dialog_gives_the_order_only_when_it_is_accepted(
    qtbot: QtBot, theme: Theme, icons: Icons
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    chosen: list[list[str]] = []
    for button in (QDialogButtonBox.StandardButton.Cancel, QDialogButtonBox.StandardButton.Ok):
        dialog = ask_for_order(
            window, theme, icons, sources(), lambda given: chosen.append(names(given))
        )
        dialog.findChild(OrderList).reverse.click()
        with qtbot.waitSignal(dialog.finished):
            dialog.findChild(QDialogButtonBox).button(button).click()
    assert chosen == [["33", "1", "2", "10"]]
