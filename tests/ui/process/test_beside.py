"""Work in a thread, while Qt's events are seen to."""

import threading
import time

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from depthstudio.ui.process.beside import done_beside


def test_the_answer_comes_back_from_another_thread(qtbot: QtBot) -> None:
    assert done_beside(threading.get_ident) != threading.get_ident()


def test_what_the_work_raises_is_raised_here(qtbot: QtBot) -> None:
    def fail() -> None:
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError, match="gone"):
        done_beside(fail)


def test_events_are_seen_to_meanwhile(qtbot: QtBot) -> None:
    seen = threading.Event()
    QTimer.singleShot(0, seen.set)
    began_s = time.monotonic()
    assert done_beside(lambda: seen.wait(10))
    assert time.monotonic() - began_s < 10
