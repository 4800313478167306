"""Threads of the window's process take short turns."""

import sys
from collections.abc import Iterator

import pytest

from depthstudio.ui.process.turns import LONGEST_TURN_S, take_short_turns


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before_s = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before_s)


def test_no_thread_keeps_the_window_waiting_as_long_as_python_would() -> None:
    sys.setswitchinterval(0.005)
    take_short_turns()
    assert sys.getswitchinterval() == pytest.approx(LONGEST_TURN_S)


def test_shorter_turns_stay_as_they_are() -> None:
    sys.setswitchinterval(1e-5)
    take_short_turns()
    assert sys.getswitchinterval() == pytest.approx(1e-5)
