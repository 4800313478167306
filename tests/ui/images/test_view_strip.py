"""The strip of views: choosing one, and small pictures of those in sight only."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.view_strip import OPEN_HEIGHT, ViewStrip
from depthstudio.ui.look.theme import Height, Theme


def level(index: int) -> NDArray[np.uint8]:
    return np.full((22, 36, 3), index * 10 % 250, np.uint8)


def sequence(count: int, load: Callable[[int], NDArray[np.uint8]] = level) -> ImageSequence:
    return ImageSequence(tuple(f"IMG_{2041 + i}.jpg" for i in range(count)), load)


@pytest.fixture
def strip(theme: Theme, on_screen: Callable[..., ViewStrip]) -> Iterator[ViewStrip]:
    strip = ViewStrip(theme)
    yield on_screen(strip, 640, OPEN_HEIGHT)
    strip.close_thumbs()
    QApplication.processEvents()


def test_a_click_chooses_a_view_and_says_so_once(qtbot: QtBot, strip: ViewStrip) -> None:
    strip.set_views(sequence(12))
    place = strip.row.visualRect(strip.row.model().index(3, 0)).center()
    with qtbot.waitSignal(strip.view_chosen) as chosen:
        qtbot.mouseClick(strip.row.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [3]
    with qtbot.assertNotEmitted(strip.view_chosen):
        strip.set_current(5)
    assert strip.current == 5


def test_keys_and_wheel_go_from_view_to_view(qtbot: QtBot, strip: ViewStrip) -> None:
    strip.set_views(sequence(12))
    for key, place in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)):
        qtbot.keyClick(strip.row, key)
        assert strip.current == place
    qtbot.keyClick(strip.row, Qt.Key.Key_End)
    assert strip.current == 11
    for turn, place in ((-120, 11), (120, 10), (60, 10), (60, 9)):
        at = QPointF(strip.row.rect().center())
        event = QWheelEvent(
            at,
            strip.row.mapToGlobal(at),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(strip.row.viewport(), event)
        assert strip.current == place


def test_of_five_hundred_views_only_those_in_sight_are_read_and_none_here(
    qtbot: QtBot, strip: ViewStrip
) -> None:
    read: list[int] = []
    threads: set[int] = set()

    def load(index: int) -> NDArray[np.uint8]:
        read.append(index)
        threads.add(threading.get_ident())
        return level(index)

    strip.set_views(sequence(500, load))
    in_sight = list(strip.row.rows_in_sight())
    assert 3 < len(in_sight) < 12
    qtbot.waitUntil(lambda: sorted(read) == in_sight)
    strip.set_current(400)
    qtbot.waitUntil(lambda: 400 in read)
    qtbot.waitUntil(lambda: set(strip.row.rows_in_sight()) <= set(read))
    assert len(read) < 40
    assert threading.get_ident() not in threads


def test_a_small_picture_appears_where_its_view_is(qtbot: QtBot, strip: ViewStrip) -> None:
    strip.set_views(sequence(4))
    place = strip.row.visualRect(strip.row.model().index(2, 0)).center() - QPoint(0, 12)

    def shown() -> str:
        return strip.row.viewport().grab().toImage().pixelColor(place).name()

    qtbot.waitUntil(lambda: shown() == "#141414")  # 20 of 255


def test_a_picture_that_cannot_be_read_leaves_its_place_empty_and_the_rest_go_on(
    qtbot: QtBot, strip: ViewStrip
) -> None:
    read: list[int] = []

    def load(index: int) -> NDArray[np.uint8]:
        read.append(index)
        if index == 0:
            raise OSError("no such file")
        return level(index)

    strip.set_views(sequence(3, load))
    qtbot.waitUntil(lambda: read == [0, 1, 2])


def test_folded_it_shows_names_alone(strip: ViewStrip) -> None:
    strip.set_folded(True)
    strip.set_views(sequence(3))
    assert strip.height() == Height.VIEW_STRIP
    assert strip.is_folded
    strip.set_folded(False)
    assert strip.height() == OPEN_HEIGHT


def test_other_views_begin_with_the_first(strip: ViewStrip, qtbot: QtBot) -> None:
    strip.set_views(sequence(12))
    strip.set_current(7)
    with qtbot.assertNotEmitted(strip.view_chosen):
        strip.set_views(sequence(4))
        assert strip.current == 0
        strip.set_views(None)
    assert strip.current == -1
