"""News in a storm: the first of it at once, the rest together."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.labels import SettledLabel
from tests.support.frames import Frames


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def beat(qapp: QApplication) -> Iterator[Beat]:
    beat = Beat(rest_ms=40)
    yield beat
    beat.close()


def test_the_first_news_shows_in_the_next_turn_of_the_loop(beat: Beat, done: list[str]) -> None:
    beat.do(lambda: done.append("a"))
    assert done == []
    QApplication.processEvents()
    assert done == ["a"]


def test_what_is_asked_for_often_is_done_once_with_the_rest(
    beat: Beat, done: list[str], qtbot: QtBot
) -> None:
    def count() -> None:
        done.append("count")

    beat.do(count)
    QApplication.processEvents()
    assert beat.rests
    for _ in range(100):
        beat.do(count)
        beat.do(done.clear)
    assert beat.has(count)
    QApplication.processEvents()
    assert done == ["count"]
    beat.forget(done.clear)
    qtbot.waitUntil(lambda: not beat.has(count))
    assert done == ["count", "count"]
    qtbot.waitUntil(lambda: not beat.rests)


def test_what_is_asked_for_by_the_work_itself_waits_for_the_next_beat(
    beat: Beat, done: list[str], qtbot: QtBot
) -> None:
    def again() -> None:
        done.append("again")
        if len(done) < 3:
            beat.do(again)

    beat.do(again)
    QApplication.processEvents()
    assert done == ["again"]
    qtbot.waitUntil(lambda: len(done) == 3)


def test_where_frames_take_long_it_rests_longer(beat: Beat) -> None:
    assert beat.rest_ms == 40
    for _ in range(100):
        beat.drew(7.5)
    assert beat.rest_ms == pytest.approx(750, abs=1)
    for _ in range(100):
        beat.drew(100.0)
    assert beat.rest_ms == 1000
    for _ in range(100):
        beat.drew(0.25)
    assert beat.rest_ms == 40


def test_a_closed_beat_does_nothing_more(beat: Beat, done: list[str]) -> None:
    beat.do(lambda: done.append("a"))
    beat.close()
    beat.do(lambda: done.append("b"))
    QApplication.processEvents()
    assert done == []


def test_what_moves_by_itself_joins_the_news_only_in_a_storm_of_them(
    beat: Beat, done: list[str], qtbot: QtBot
) -> None:
    def move() -> None:
        done.append("move")

    beat.do_or_join(move)
    assert done == ["move"]
    assert not beat.rests  # so that news that comes now shows at once
    beat.do(lambda: done.append("news"))
    QApplication.processEvents()
    beat.do_or_join(move)
    beat.do_or_join(move)
    assert done == ["move", "news"]
    qtbot.waitUntil(lambda: not beat.rests)
    assert done == ["move", "news", "move"]


def within(widget: QWidget, levels: int) -> QWidget:
    """A window that holds the widget so many levels down."""
    for _ in range(levels):
        outer = QWidget()
        QHBoxLayout(outer).addWidget(widget, alignment=Qt.AlignmentFlag.AlignLeft)
        widget = outer
    return widget


def test_a_number_that_needs_more_room_has_it_in_the_same_frame(
    beat: Beat, theme: Theme, on_screen: Callable[[QWidget, int, int], QWidget]
) -> None:
    label = SettledLabel(theme, "9")
    window = on_screen(within(label, 3), 300, 80)
    frames = Frames(window)
    beat.do(lambda: label.setText("100,000"))
    assert frames.drawn() == 1
    assert label.width() == label.sizeHint().width()
