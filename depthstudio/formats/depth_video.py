"""Depth as a video: every frame decoded when it is asked for."""

import math
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import DepthKind, DepthStack, FramesOnDemand, no_check
from depthstudio.formats.kept_frames import KeptFrames
from depthstudio.formats.video import VideoFrames
from depthstudio.formats.video_picture import grey_of

Side = Literal["whole", "left", "right"]
# A step back costs the way from the key frame before; what is kept of it makes the next ones free.
NEIGHBOURS = 32
CACHE_BYTES = 128 << 20  # 60 frames of 1080p
LANDMARK_BYTES = 64 << 20  # frames all over the clip, kept from finding its range


def open_depth_video(
    path: Path, kind: DepthKind, *, side: Side = "whole", one_of: int = 1
) -> DepthStack:
    """The depth that a video shows as grey: values from 0 (black) to 1 (white), lossy.

    `side` is the half that shows depth, where the other one shows the photo. Opening reads
    the file once without decoding it. The file stays open until nobody has the stack. It is
    `one_of` so many that are open together, and share the room for frames that are kept.

    Raises
    ------
    InputError, FormatError
        when the file cannot be read as a video, or not even its first frame decoded
    """
    frames = _VideoDepth(path, side, one_of)
    return DepthStack(frames, kind, lossy=True, frame_rate_hz=frames.frame_rate_hz)


def half_of(pixels: NDArray[np.uint8], side: Side) -> NDArray[np.uint8]:
    """The left or right half of (H, W, …) pixels, or all of them; not a copy."""
    half = pixels.shape[1] // 2
    match side:
        case "left":
            return pixels[:, :half]
        case "right":
            return pixels[:, pixels.shape[1] - half :]
        case "whole":
            return pixels


class _VideoDepth(FramesOnDemand):
    def __init__(self, path: Path, side: Side, one_of: int) -> None:
        self._path = path
        self._side: Side = side
        self._video = VideoFrames(
            path, picture=grey_of, neighbours=NEIGHBOURS, cache_bytes=CACHE_BYTES // one_of
        )
        self._landmark_bytes = LANDMARK_BYTES // one_of
        self._landmarks: KeptFrames[np.uint8] = KeptFrames(self._landmark_bytes)
        weakref.finalize(self, self._video.close)
        self.frame_rate_hz = self._video.frame_rate_hz
        # Only a decoded frame tells which way up it is.
        height, width = self.load(0).shape
        self._shape = (len(self._video), height, width)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._shape

    def load(self, index: int, check: Callable[[], None] = no_check) -> NDArray[np.float32]:
        landmark = self._landmarks.get(index)
        return self._values(self._video.load(index, check) if landmark is None else landmark)

    def at_hand(self, index: int) -> int:
        near = self._video.at_hand(index)
        landmark = self._landmarks.nearest(index)
        if landmark is None or abs(near - index) <= abs(landmark - index):
            return near
        return landmark

    def prepare(self, index: int, step: int, check: Callable[[], None] = no_check) -> None:
        self._video.prepare(index, step, check)

    def in_order(
        self, indices: Sequence[int], check: Callable[[], None] = no_check
    ) -> Iterator[NDArray[np.float32]]:
        """Decoded apart, so that whoever steps keeps its place in the file.

        As many as there is room for are kept, to be shown while one near them is decoded.
        """
        every = 1  # of the indices
        with VideoFrames(
            self._path, check=check, picture=grey_of, neighbours=0, like=self._video
        ) as video:
            for place, index in enumerate(indices):
                grey = video.load(index, check)
                if place == 0:
                    every = math.ceil(len(indices) * grey.nbytes / self._landmark_bytes)
                if place % every == 0:
                    self._landmarks.keep(index, grey, wanted=index)
                yield self._values(grey)

    def _values(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        values = np.divide(half_of(grey, self._side), np.float32(255), dtype=np.float32)
        values.setflags(write=False)
        return values
