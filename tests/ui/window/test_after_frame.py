"""What waits for the first frame: in order, apart, and not at all once the window goes."""

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from depthstudio.ui.window.after_frame import AfterFrame


@pytest.fixture
def window(qtbot: QtBot) -> QObject:
    return QObject()


@pytest.fixture
def after_frame(window: QObject) -> AfterFrame:
    return AfterFrame(window)


def test_nothing_is_done_before_the_frame(qtbot: QtBot, after_frame: AfterFrame) -> None:
    done: list[str] = []
    after_frame.do(lambda: done.append("work"))
    turn(qtbot)
    assert done == []
    after_frame.begin()
    assert done == []
    qtbot.waitUntil(lambda: done == ["work"])


def test_work_is_done_in_order_with_a_turn_of_the_loop_between(
    qtbot: QtBot, after_frame: AfterFrame
) -> None:
    done: list[str] = []

    def first() -> None:
        done.append("first")
        QTimer.singleShot(0, lambda: done.append("between"))

    after_frame.do(first)
    after_frame.do(lambda: done.append("second"))
    after_frame.begin()
    qtbot.waitUntil(lambda: len(done) == 3)
    assert done[0] == "first"
    after_frame.do(lambda: done.append("late"))
    qtbot.waitUntil(lambda: done[-1] == "late")


def test_what_fails_does_not_keep_the_rest_from_being_done(
    qtbot: QtBot, after_frame: AfterFrame
) -> None:
    done: list[str] = []
    after_frame.do(lambda: 1 // 0)
    after_frame.do(lambda: done.append("rest"))
    with qtbot.captureExceptions() as caught:
        after_frame.begin()
        qtbot.waitUntil(lambda: done == ["rest"])
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_a_window_that_goes_takes_what_waits_with_it(qtbot: QtBot, after_frame: AfterFrame) -> None:
    done: list[str] = []
    after_frame.do(lambda: done.append("work"))
    after_frame.begin()
    after_frame.stop()
    turn(qtbot)
    assert done == []


def turn(qtbot: QtBot) -> None:
    """Let the loop do everything that is due."""
    ended: list[bool] = []
    QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: ended.append(True)))
    qtbot.waitUntil(lambda: bool(ended))
