"""A clip of depth in the window: stepped, played, and never waited for."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import FormatError
from depthstudio.core.takes import joined_depth
from depthstudio.core.views import DepthKind, DepthStack, FramesOnDemand, no_check
from depthstudio.formats.depth import read_depth_npz
from depthstudio.formats.depth_video import open_depth_video
from depthstudio.geometry.depth_range import clip_range
from depthstudio.ui.images.clip_words import moment_text, range_text
from depthstudio.ui.images.depth_view import DepthView
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from tests.support.depth_clips import HEIGHT_PX, WIDTH_PX, depth_frame, write_depth_video
from tests.ui.images.test_depth_view import hover

FRAMES = 60
DISPARITY = DepthKind.RELATIVE_DISPARITY


@pytest.fixture
def view(theme: Theme, icons: Icons, on_screen: Callable[..., DepthView]) -> Iterator[DepthView]:
    shown = on_screen(DepthView(theme, icons), 900, 600)
    yield shown
    shown.set_depth(None, "")


@pytest.fixture
def clip(tmp_path: Path) -> DepthStack:
    return open_depth_video(write_depth_video(tmp_path / "d.mp4", frames=FRAMES), DISPARITY)


def show(view: DepthView, qtbot: QtBot, stack: DepthStack) -> None:
    view.set_depth(stack, "clip.mp4")
    settle(view, qtbot)


def settle(view: DepthView, qtbot: QtBot) -> None:
    """Wait until the frame that was asked for is in sight."""
    qtbot.waitUntil(
        lambda: (
            not view.busy
            and view.picture is not None
            and view.picture.request.frame == view.clip.frame
        )
    )


def shown_frame(view: DepthView) -> int:
    assert view.picture is not None
    return view.picture.request.frame


def button(view: DepthView, name: str) -> QToolButton:
    (found,) = (b for b in view.frames.findChildren(QToolButton) if b.accessibleName() == name)
    return found


class Gate(FramesOnDemand):
    """Frames that come when a test lets them; a damaged one never does."""

    def __init__(self, count: int = FRAMES, damaged: int = -1) -> None:
        self.count, self.damaged = count, damaged
        self.open = threading.Event()
        self.open.set()
        self.asked: list[int] = []
        self.prepared: list[tuple[int, int]] = []

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.count, HEIGHT_PX, WIDTH_PX

    @property
    def reached(self) -> int:
        return self.count if self.open.is_set() else 2

    def load(self, index: int, check: Callable[[], None] = no_check) -> np.ndarray:
        self.asked.append(index)
        while not self.open.wait(0.01):
            check()
        if index == self.damaged:
            raise FormatError(f"a.npz is damaged at frame {index + 1}", hint="Download it again")
        return depth_frame(index)

    def prepare(self, index: int, step: int, check: Callable[[], None] = no_check) -> None:
        self.prepared.append((index, step))

    def in_order(
        self, indices: Sequence[int], check: Callable[[], None] = no_check
    ) -> Iterator[np.ndarray]:
        return iter(())


def test_arrow_keys_step_and_the_value_under_the_cursor_follows(
    view: DepthView, qtbot: QtBot, clip: DepthStack
) -> None:
    show(view, qtbot, clip)
    gone: list[int] = []
    view.frame_changed.connect(gone.append)
    hover(view, 20, 10)
    for key, frame in [(Qt.Key.Key_Right, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_Left, 1)]:
        qtbot.keyClick(view.canvas, key)
        settle(view, qtbot)
        assert shown_frame(view) == frame
        value, _, rest = view.info.text.partition(" · ")
        assert float(value) == pytest.approx(depth_frame(frame)[10, 20], abs=0.02)
        assert rest == f"pixel 20, 10 · frame {frame + 1} of {FRAMES}"
    assert gone == [1, 2, 1]


def test_home_end_and_the_buttons_go_where_they_say(
    view: DepthView, qtbot: QtBot, clip: DepthStack
) -> None:
    show(view, qtbot, clip)
    assert not button(view, "First frame").isEnabled()
    for go, frame in [
        (lambda: qtbot.keyClick(view.canvas, Qt.Key.Key_End), FRAMES - 1),
        (lambda: button(view, "Frame before").click(), FRAMES - 2),
        (lambda: button(view, "First frame").click(), 0),
        (lambda: button(view, "Next frame").click(), 1),
        (lambda: button(view, "Last frame").click(), FRAMES - 1),
        (lambda: qtbot.keyClick(view.canvas, Qt.Key.Key_Home), 0),
    ]:
        go()
        settle(view, qtbot)
        assert shown_frame(view) == frame


def test_the_bar_says_frame_and_time(view: DepthView, qtbot: QtBot, clip: DepthStack) -> None:
    show(view, qtbot, clip)
    view.set_frame(36)
    assert view.frames.time_text == "0:01.50"
    assert view.frames.findChildren(QSlider)[0].value() == 37
    show(view, qtbot, DepthStack(np.ones((3, 4, 5), np.float32), DISPARITY))
    labels = [label for label in view.frames.findChildren(QLabel) if label.isVisible()]
    assert "0:00.00" not in [label.text() for label in labels]
    assert "24 frames a second" in button(view, "Play").toolTip()


def test_the_range_is_of_the_first_frame_until_more_were_read(
    view: DepthView, qtbot: QtBot, clip: DepthStack
) -> None:
    found: list[int] = []
    view._range.found.connect(lambda ranges: found.append(ranges.frames))
    show(view, qtbot, clip)
    qtbot.waitUntil(lambda: "range of 32 of 60 frames" in view.info.right_text)
    settle(view, qtbot)
    assert found == [1, 2, 4, 8, 16, 32]
    assert view.scale is not None
    assert (view.scale.far, view.scale.near) == clip_range(clip)
    assert view.scale.near > depth_frame(0).max()


def test_an_edited_range_is_not_replaced_by_the_one_that_is_found(
    view: DepthView, qtbot: QtBot, clip: DepthStack
) -> None:
    show(view, qtbot, clip)
    view.strip.range_edited.emit(0.4, 0.3)
    qtbot.waitUntil(lambda: not view._range.busy)
    settle(view, qtbot)
    assert view.scale is not None
    assert (view.scale.near, view.scale.far) == (0.4, 0.3)
    view.strip.auto_range_asked.emit()
    settle(view, qtbot)
    assert (view.scale.far, view.scale.near) == clip_range(clip)


def test_playing_follows_the_clock_and_drops_what_is_late(view: DepthView, qtbot: QtBot) -> None:
    frames = Gate()
    show(view, qtbot, DepthStack(frames, DISPARITY, frame_rate_hz=10.0))
    now_s = [100.0]
    view.player._clock_s = lambda: now_s[0]
    view.player._timer.timeout.disconnect()  # the test is the clock
    qtbot.keyClick(view.canvas, Qt.Key.Key_L)
    assert button(view, "Pause")
    seen = []
    for passed_s in (0.05, 0.1, 0.2, 0.5):
        now_s[0] = 100 + passed_s + 1e-6
        view.player.tick()
        settle(view, qtbot)
        seen.append(shown_frame(view))
    assert seen == [0, 1, 2, 5]
    frames.open.clear()
    now_s[0] = 100.95
    view.player.tick()
    for passed_s in (1.1, 1.5, 2.0):
        now_s[0] = 100 + passed_s
        view.player.tick()
    assert shown_frame(view) == 5, "the last frame stays until the next is there"
    frames.open.set()
    qtbot.waitUntil(lambda: not view.busy)
    assert shown_frame(view) == 9
    view.player.tick()
    settle(view, qtbot)
    assert shown_frame(view) == 20
    assert not {11, 15} & set(frames.asked)
    qtbot.keyClick(view.canvas, Qt.Key.Key_J)
    now_s[0] += 1.0
    view.player.tick()
    settle(view, qtbot)
    assert shown_frame(view) == 10
    qtbot.keyClick(view.canvas, Qt.Key.Key_K)
    assert view.player.direction == 0
    assert button(view, "Play")


def test_playing_ends_at_the_end_and_begins_anew_from_there(view: DepthView, qtbot: QtBot) -> None:
    show(view, qtbot, DepthStack(Gate(), DISPARITY, frame_rate_hz=10.0))
    now_s = [0.0]
    view.player._clock_s = lambda: now_s[0]
    qtbot.keyClick(view.canvas, Qt.Key.Key_Space)
    now_s[0] = 1000.0
    qtbot.waitUntil(lambda: view.player.direction == 0)
    settle(view, qtbot)
    assert shown_frame(view) == FRAMES - 1
    button(view, "Play").click()
    settle(view, qtbot)
    assert shown_frame(view) == 0
    view.hide()
    assert view.player.direction == 0, "what nobody sees does not play"


def test_who_steps_faster_than_frames_come_sees_some_and_then_the_last(
    view: DepthView, qtbot: QtBot
) -> None:
    frames = Gate()
    show(view, qtbot, DepthStack(frames, DISPARITY))
    frames.open.clear()
    for frame in range(1, 6):
        view.set_frame(frame)
    assert shown_frame(view) == 0
    frames.open.set()
    settle(view, qtbot)
    assert shown_frame(view) == 5
    assert frames.asked == [0, 1, 5]


def test_a_frame_that_takes_long_is_given_up_for_a_newer_one_and_says_how_far_it_is(
    view: DepthView, qtbot: QtBot
) -> None:
    frames = Gate()
    show(view, qtbot, DepthStack(frames, DISPARITY))
    frames.open.clear()
    view.set_frame(50)
    qtbot.waitUntil(
        lambda: "unpacking up to frame 51: 2 of 60" in view.info.right_text, timeout=3000
    )
    assert "unpacking up to frame 51: 2 of 60" in view.readout.chip.text()
    view.set_frame(1)
    qtbot.waitUntil(lambda: frames.asked[-1] == 1, timeout=3000)
    frames.open.set()
    settle(view, qtbot)
    assert shown_frame(view) == 1
    assert "unpacking" not in view.info.right_text
    assert not view.readout.chip.isVisible()


def test_a_frame_of_a_later_take_says_how_far_that_take_is(view: DepthView, qtbot: QtBot) -> None:
    takes = [Gate(), Gate()]
    show(view, qtbot, joined_depth([DepthStack(frames, DISPARITY) for frames in takes], [1, 3]))
    for frames in takes:
        frames.open.clear()
    view.set_frame(FRAMES + 50)
    said = f"unpacking up to frame {FRAMES + 51}: {FRAMES + 2} of {2 * FRAMES}"
    qtbot.waitUntil(lambda: said in view.info.right_text, timeout=3000)
    assert "generation 3 of 3" in view.info.right_text
    qtbot.waitUntil(lambda: takes[1].asked[-1:] == [1], timeout=3000)  # the one that stands in
    for frames in takes:
        frames.open.set()
    settle(view, qtbot)
    assert shown_frame(view) == FRAMES + 50


def test_a_damaged_frame_says_so_and_the_others_can_still_be_seen(
    view: DepthView, qtbot: QtBot
) -> None:
    show(view, qtbot, DepthStack(Gate(damaged=2), DISPARITY))
    view.set_frame(2)
    qtbot.waitUntil(lambda: not view.canvas.isVisible())
    said = [label.text() for label in view._empty.findChildren(QLabel) if label.isVisible()]
    assert said[-1] == "a.npz is damaged at frame 3\nDownload it again"
    assert view.frames.isVisible()
    assert not view.readout._waiting.isActive(), "nothing is waited for any more"
    button(view, "Next frame").click()
    settle(view, qtbot)
    assert view.canvas.isVisible()
    assert shown_frame(view) == 3


def test_a_compressed_npz_is_stepped(view: DepthView, qtbot: QtBot, tmp_path: Path) -> None:
    values = np.stack([depth_frame(number) for number in range(30)])
    np.savez_compressed(tmp_path / "a.npz", depths=values, fps=12)
    show(view, qtbot, read_depth_npz(tmp_path / "a.npz"))
    hover(view, 20, 10)
    for frame in (29, 3, 12):
        view.set_frame(frame)
        settle(view, qtbot)
        assert view.info.text.startswith(f"{values[frame, 10, 20]:.3f} ")
    assert view.frames.time_text == "0:01.00"


def test_the_frames_in_the_way_of_who_steps_are_got_ready(view: DepthView, qtbot: QtBot) -> None:
    frames = Gate()
    show(view, qtbot, DepthStack(frames, DISPARITY))
    view.set_frame(50)
    settle(view, qtbot)
    assert not frames.prepared, "nobody knows where a jump leads to"
    for by, frame in [(-1, 49), (-1, 48), (1, 49)]:
        view.clip.step(by)
        settle(view, qtbot)
        qtbot.waitUntil(lambda ready=(frame, by): frames.prepared[-1:] == [ready])


def test_another_clip_gives_up_what_is_read_for_the_last(view: DepthView, qtbot: QtBot) -> None:
    frames = Gate()
    show(view, qtbot, DepthStack(frames, DISPARITY))
    frames.open.clear()
    view.set_frame(7)
    view.set_depth(DepthStack(Gate(), DepthKind.METRIC), "other")
    settle(view, qtbot)
    assert view.strip.chip.text() == "Metric, metres"
    assert shown_frame(view) == 0


def test_words_of_a_clip() -> None:
    assert moment_text(0) == "0:00.00"
    assert moment_text(1.416) == "0:01.42"
    assert moment_text(3725.5) == "1:02:05.50"
    assert range_text(32, 900) == "range of 32 of 900 frames"
    assert range_text(16, 16) == range_text(0, 16) == "one range for all 16 frames"
