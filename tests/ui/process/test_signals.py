"""Signals reach the Qt loop, and nothing of it stays behind."""

import os
import signal
import sys

import pytest
from pytestqt.qtbot import QtBot

from depthstudio.ui.process.signals import ENDING, ending_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot signal itself")


def test_a_signal_is_heard_while_qt_waits(qtbot: QtBot) -> None:
    heard: list[signal.Signals] = []
    with ending_signals(heard.append):
        os.kill(os.getpid(), signal.SIGTERM)
        qtbot.waitUntil(lambda: heard == [signal.SIGTERM])
        # The next one ends the process, whatever it is doing.
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_afterwards_everything_is_as_before(qtbot: QtBot) -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with ending_signals(lambda number: None):
        assert signal.getsignal(signal.SIGINT) not in before
    assert [signal.getsignal(number) for number in ENDING] == before
    wakeup = signal.set_wakeup_fd(-1)
    assert wakeup == -1


def test_a_signal_that_was_to_be_ignored_stays_ignored(qtbot: QtBot) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with ending_signals(lambda number: None):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
