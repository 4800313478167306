"""A video of depth is values, frame by frame."""

import gc
import threading
from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.errors import FormatError, InputError
from depthstudio.core.views import DepthKind
from depthstudio.formats import depth_video, video
from depthstudio.formats.depth_video import open_depth_video
from depthstudio.geometry.depth_range import clip_range
from tests.support.depth_clips import HEIGHT_PX, WIDTH_PX, depth_frame, write_depth_video
from tests.support.videos import write_video

TOLERANCE = 3 / 255  # what the codec costs
DISPARITY = DepthKind.RELATIVE_DISPARITY


def test_every_frame_has_the_values_it_was_made_of_in_any_order(tmp_path: Path) -> None:
    stack = open_depth_video(write_depth_video(tmp_path / "depth.mp4"), DISPARITY)
    assert stack.values.shape == (24, HEIGHT_PX, WIDTH_PX)
    assert (len(stack), stack.size_px) == (24, (WIDTH_PX, HEIGHT_PX))
    assert (stack.kind, stack.lossy, stack.frame_rate_hz) == (DISPARITY, True, 24.0)
    for number in [*range(24), *range(23, -1, -1), 12, 3, 20]:
        frame = stack.frame(number)
        assert (frame.dtype, frame.shape) == (np.float32, (HEIGHT_PX, WIDTH_PX))
        assert not frame.flags.writeable
        assert np.abs(frame - depth_frame(number)).max() < TOLERANCE


def test_black_is_nothing_and_white_is_one(tmp_path: Path) -> None:
    stack = open_depth_video(write_depth_video(tmp_path / "d.mp4", frames=100), DISPARITY)
    assert stack.frame(0).min() == 0
    assert stack.frame(99).max() == pytest.approx(1, abs=TOLERANCE)


@pytest.mark.parametrize("layout", ["yuv420p", "yuvj420p", "yuv444p", "yuv422p", "gray"])
@pytest.mark.parametrize("size_px", [(WIDTH_PX, HEIGHT_PX), (1290, 722)])
def test_grey_is_that_of_the_picture_whatever_the_layout(tmp_path: Path, layout, size_px) -> None:
    path = write_depth_video(tmp_path / "d.mp4", frames=3, layout=layout, size_px=size_px)
    grey = open_depth_video(path, DISPARITY).frame(1) * 255
    with video.VideoFrames(path) as frames:
        assert np.abs(frames.load(1).mean(axis=2) - grey).max() < 2


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_depth_is_turned_as_its_photo_is(tmp_path: Path, degrees: int) -> None:
    path = write_video(tmp_path / "clip", frames=2, turn_degrees=degrees)
    stack = open_depth_video(path, DISPARITY)
    with video.VideoFrames(path) as frames:
        bars = frames.load(1).astype(int).min(axis=2) > 128
    assert bars.shape == stack.frame(1).shape
    assert ((stack.frame(1) > 0.6) == bars).mean() > 0.97


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_half_of_a_picture_side_by_side_is_depth(tmp_path: Path, side: str) -> None:
    photo = np.full((HEIGHT_PX, WIDTH_PX, 3), (200, 40, 40), np.uint8)
    path = write_depth_video(tmp_path / "d.mp4", frames=3, beside=photo)
    half = open_depth_video(path, DISPARITY, side=side)  # pyright: ignore[reportArgumentType]
    assert half.size_px == (WIDTH_PX, HEIGHT_PX)
    inner = half.frame(2)[:, 4:-4]  # the codec mixes the two where they meet
    if side == "right":
        assert np.abs(inner - depth_frame(2)[:, 4:-4]).max() < TOLERANCE
    else:
        assert np.ptp(inner) < TOLERANCE
    assert open_depth_video(path, DISPARITY).size_px == (2 * WIDTH_PX, HEIGHT_PX)


def test_a_range_is_taken_apart_from_who_steps(tmp_path: Path) -> None:
    path = write_depth_video(tmp_path / "d.mp4", frames=100)
    stack = open_depth_video(path, DISPARITY)
    stack.frame(50)
    assert stack.on_demand is not None
    packets: list[None] = []
    found = list(stack.on_demand.in_order([0, 33, 99], lambda: packets.append(None)))
    assert packets
    for number, frame in zip([0, 33, 99], found, strict=True):
        assert np.abs(frame - depth_frame(number)).max() < TOLERANCE
    del packets[:]
    stack.frame(51, lambda: packets.append(None))
    assert len(packets) < 5, "the next frame still costs only its own decoding"
    low, high = clip_range(stack, 0, 100)
    assert (low, high) == pytest.approx((0, 0.995), abs=2 * TOLERANCE)


def test_a_frame_that_is_kept_does_not_wait_for_one_that_is_decoded(tmp_path: Path) -> None:
    stack = open_depth_video(write_depth_video(tmp_path / "d.mp4"), DISPARITY)
    stack.frame(3)
    decoding, may_go_on = threading.Event(), threading.Event()

    def wait() -> None:
        decoding.set()
        assert may_go_on.wait(10)

    other = threading.Thread(target=lambda: stack.frame(20, wait))
    other.start()
    assert decoding.wait(10)
    assert np.abs(stack.frame(3) - depth_frame(3)).max() < TOLERANCE
    may_go_on.set()
    other.join()


def test_the_frames_before_one_are_kept_from_the_way_to_it(tmp_path: Path) -> None:
    path = write_depth_video(tmp_path / "d.mp4", g="24", bf="0", sc_threshold="0")
    stack = open_depth_video(path, DISPARITY)
    stack.frame(20)
    packets: list[None] = []
    for number in range(19, 4, -1):
        stack.frame(number, lambda: packets.append(None))
    assert not packets


def test_few_frames_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depth_video, "CACHE_BYTES", 3 * WIDTH_PX * HEIGHT_PX)
    stack = open_depth_video(write_depth_video(tmp_path / "d.mp4"), DISPARITY)
    for number in (*range(24), 3, 12):
        assert np.abs(stack.frame(number) - depth_frame(number)).max() < TOLERANCE


def test_the_file_is_let_go_with_the_stack(tmp_path: Path) -> None:
    stack = open_depth_video(write_depth_video(tmp_path / "d.mp4"), DISPARITY)
    assert stack.on_demand is not None
    reader = stack.on_demand._video
    del stack
    gc.collect()
    with pytest.raises(ValueError, match="closed"):
        reader.load(23)


def test_a_frame_that_is_not_there_and_a_file_that_is_no_video_are_refused(tmp_path: Path) -> None:
    stack = open_depth_video(write_depth_video(tmp_path / "d.mp4", frames=3), DISPARITY)
    for number in (-1, 3):
        with pytest.raises(IndexError):
            stack.frame(number)
        with pytest.raises(IndexError):
            stack.values[number]
    (tmp_path / "no.mp4").write_bytes(b"no video")
    with pytest.raises(FormatError):
        open_depth_video(tmp_path / "no.mp4", DISPARITY)
    with pytest.raises(InputError):
        open_depth_video(tmp_path / "gone.mp4", DISPARITY)
