"""Stepping and jumping through a video of depth decodes as little as it can."""

from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.views import DepthKind, FramesOnDemand
from depthstudio.formats import depth_video
from depthstudio.formats.depth_video import open_depth_video
from tests.support.depth_clips import HEIGHT_PX, WIDTH_PX, depth_frame, write_depth_video

TOLERANCE = 3 / 255  # what the codec costs
DISPARITY = DepthKind.RELATIVE_DISPARITY
LONG_GOP = {"g": "120", "sc_threshold": "0", "bf": "3"}


@pytest.fixture(scope="module")
def long_gop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 frames of which each needs the first, and half are needed by no other."""
    return write_depth_video(tmp_path_factory.mktemp("clip") / "d.mp4", frames=100, **LONG_GOP)


class Counted:
    """Counts packets; after `most` of them it gives up."""

    class Enough(Exception):
        pass

    def __init__(self, most: int = 1000) -> None:
        self.count, self.most = 0, most

    def __call__(self) -> None:
        self.count += 1
        if self.count > self.most:
            raise self.Enough


def test_leaving_out_what_no_frame_needs_changes_no_value(long_gop: Path) -> None:
    in_order = open_depth_video(long_gop, DISPARITY)
    expected = [in_order.frame(number) for number in range(100)]
    stack = open_depth_video(long_gop, DISPARITY)
    assert isinstance(stack.values, depth_video._VideoDepth)
    decoding = stack.values._video._decoding
    left_out = 0
    for number in (99, 40, 90, 35, 98, 0, 70, 71, 36):
        assert (stack.frame(number) == expected[number]).all()
        left_out += decoding._left_out_to is not None
    assert left_out > 2


def test_who_gives_up_a_frame_has_the_next_one_from_where_it_was_given_up(long_gop: Path) -> None:
    expected = open_depth_video(long_gop, DISPARITY).frame(95)
    stack = open_depth_video(long_gop, DISPARITY)
    for wanted in (90, 92):
        with pytest.raises(Counted.Enough):
            stack.frame(wanted, Counted(30))
    rest = Counted()
    assert (stack.frame(95, rest) == expected).all()
    assert rest.count < 60


def test_a_frame_that_was_left_out_on_a_way_given_up_is_decoded_after_all(long_gop: Path) -> None:
    in_order = open_depth_video(long_gop, DISPARITY)
    expected = [in_order.frame(number) for number in range(100)]
    for packets in range(5, 60, 6):
        stack = open_depth_video(long_gop, DISPARITY)
        with pytest.raises(Counted.Enough):
            stack.frame(99, Counted(packets))
        for number in (packets - 4, packets - 2, packets + 1):
            assert (stack.frame(number) == expected[number]).all()


def test_near_a_far_frame_something_is_at_hand(long_gop: Path, tmp_path: Path) -> None:
    stack = open_depth_video(long_gop, DISPARITY)
    lazy = stack.values
    assert isinstance(lazy, FramesOnDemand)
    assert [lazy.at_hand(number) for number in (0, 5, 30, 99)] == [0, 5, 0, 0]
    stack.frame(80)
    assert [lazy.at_hand(number) for number in (80, 60, 30, 90, 99)] == [80, 60, 48, 90, 80]
    assert len(list(lazy.in_order([0, 10, 25, 99]))) == 4
    assert [lazy.at_hand(number) for number in (24, 99, 97)] == [25, 99, 99]
    path = write_depth_video(tmp_path / "k.mp4", frames=99, **(LONG_GOP | {"g": "33"}))
    keys = open_depth_video(path, DISPARITY).values
    assert isinstance(keys, FramesOnDemand)
    assert [keys.at_hand(number) for number in (32, 60, 90)] == [0, 33, 66]


def test_few_frames_are_kept_of_those_that_were_sampled(
    long_gop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depth_video, "LANDMARK_BYTES", 3 * WIDTH_PX * HEIGHT_PX)
    lazy = open_depth_video(long_gop, DISPARITY).values
    assert isinstance(lazy, depth_video._VideoDepth)
    assert len(list(lazy.in_order(range(0, 90, 10)))) == 9
    assert sorted(lazy._landmarks._frames) == [0, 30, 60]


def test_who_steps_finds_the_next_frames_decoded(long_gop: Path) -> None:
    stack = open_depth_video(long_gop, DISPARITY)
    lazy = stack.values
    assert isinstance(lazy, FramesOnDemand)
    stack.frame(70)
    lazy.prepare(70, 1)
    packets = Counted(0)
    for number in range(71, 79):
        stack.frame(number, packets)
    lazy.prepare(99, 1)  # behind it there is none
    for number in range(69, -1, -1):
        stack.frame(number, packets)
        lazy.prepare(number, -1)
    assert packets.count == 0


@pytest.mark.parametrize("room", [1, 2, 5])
def test_who_steps_forwards_decodes_nothing_twice_where_few_frames_are_kept(
    long_gop: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(depth_video, "CACHE_BYTES", room * WIDTH_PX * HEIGHT_PX)
    lazy = open_depth_video(long_gop, DISPARITY).values
    assert isinstance(lazy, FramesOnDemand)
    packets = Counted()
    for number in range(1, 60):
        lazy.load(number, packets)
        lazy.prepare(number, 1, packets)
    assert packets.count < 100


def test_several_clips_share_the_room_for_what_is_kept(
    long_gop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depth_video, "CACHE_BYTES", 24 * WIDTH_PX * HEIGHT_PX)
    monkeypatch.setattr(depth_video, "LANDMARK_BYTES", 12 * WIDTH_PX * HEIGHT_PX)
    for one_of, kept, landmarks in ((1, 24, 12), (4, 6, 3)):
        lazy = open_depth_video(long_gop, DISPARITY, one_of=one_of).values
        assert isinstance(lazy, depth_video._VideoDepth)
        for number in range(40):
            lazy.load(number)
        assert len(list(lazy.in_order(range(0, 96, 8)))) == 12
        assert (len(lazy._video._kept), len(lazy._landmarks)) == (kept, landmarks)


@pytest.mark.parametrize("room", [6, 20, 200])
def test_going_back_decodes_a_gop_once_for_many_frames(
    long_gop: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(depth_video, "CACHE_BYTES", room * WIDTH_PX * HEIGHT_PX)
    stack = open_depth_video(long_gop, DISPARITY)
    passes = 0
    for number in range(99, -1, -1):
        packets = Counted()
        frame = stack.frame(number, packets)
        assert np.abs(frame - depth_frame(number)).max() < TOLERANCE
        passes += packets.count > 0
    assert passes <= 1 + 100 // min(room // 2, 32)
