"""What is seen of a clip while a frame is decoded that is far from any other."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from depthstudio.core.views import DepthStack, no_check
from depthstudio.ui.images.depth_view import DepthView
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from tests.support.depth_clips import depth_frame
from tests.ui.images.test_depth_clip import DISPARITY, FRAMES, Gate, settle, show, shown_frame
from tests.ui.images.test_depth_view import hover


class Far(Gate):
    """Every tenth frame is at hand; the others come when a test lets them."""

    @property
    def reached(self) -> int:
        return self.count

    def at_hand(self, index: int) -> int:
        return index if self.open.is_set() else index // 10 * 10

    def load(self, index: int, check: Callable[[], None] = no_check) -> np.ndarray:
        if index % 10 or index == self.damaged:
            return super().load(index, check)
        self.asked.append(index)
        return depth_frame(index)


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., DepthView]) -> Iterator[DepthView]:
    shown = on_screen(DepthView(theme, icons), 900, 600)
    yield shown
    shown.set_depth(None, "")


def show_far(view: DepthView, qtbot: QtBot, damaged: int = -1) -> Far:
    """A clip of which only the frames at hand come."""
    frames = Far(damaged=damaged)
    show(view, qtbot, DepthStack(frames, DISPARITY))
    frames.open.clear()
    return frames


def test_until_a_far_frame_is_there_one_at_hand_stands_in_and_says_so(
    view: DepthView, qtbot: QtBot
) -> None:
    frames = show_far(view, qtbot)
    hover(view, 20, 10)
    view.set_frame(33)
    qtbot.waitUntil(lambda: shown_frame(view) == 30)
    assert view.busy
    words = "frame 31 is shown until 34 is there"
    assert view.readout.chip.isVisible()
    assert view.readout.chip.text() == words
    assert words in view.info.right_text
    assert view.info.text.endswith(f"frame 31 of {FRAMES}"), "the value is that of what is seen"
    frames.open.set()
    settle(view, qtbot)
    assert frames.asked == [0, 30, 33]
    assert not view.readout.chip.isVisible()
    assert "until" not in view.info.right_text
    assert view.info.text.endswith(f"frame 34 of {FRAMES}")


def test_a_jump_gives_up_the_one_before_it_and_none_waits_in_line(
    view: DepthView, qtbot: QtBot
) -> None:
    frames = show_far(view, qtbot)
    view.set_frame(33)
    qtbot.waitUntil(lambda: frames.asked[-1] == 33)
    for frame in (12, 44, 57):
        view.set_frame(frame)
    qtbot.waitUntil(lambda: frames.asked[-1] == 57)
    frames.open.set()
    settle(view, qtbot)
    assert frames.asked == [0, 30, 33, 50, 57]


def test_a_frame_stays_that_is_as_near_as_the_one_at_hand(view: DepthView, qtbot: QtBot) -> None:
    frames = show_far(view, qtbot)
    view.set_frame(33)
    qtbot.waitUntil(lambda: frames.asked[-1] == 33)
    view.set_frame(31)
    qtbot.waitUntil(lambda: frames.asked[-1] == 31)
    assert shown_frame(view) == 30
    assert not view.readout.chip.isVisible(), "it is about to come"
    qtbot.waitUntil(lambda: view.readout.chip.text() == "frame 31 is shown until 32 is there")
    frames.open.set()
    settle(view, qtbot)
    assert frames.asked == [0, 30, 33, 31]


def test_a_damaged_frame_at_hand_does_not_hide_a_whole_one(view: DepthView, qtbot: QtBot) -> None:
    frames = show_far(view, qtbot, damaged=30)
    view.set_frame(33)
    frames.open.set()
    settle(view, qtbot)
    assert view.canvas.isVisible()
    assert shown_frame(view) == 33
