"""What a result of Video Depth Anything at Oxen shows. Offline: it needs nothing but the files."""

import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.views import DepthKind, ImageSequence, Views
from depthstudio.formats.depth import read_depth_npz
from depthstudio.formats.video import VideoFrames

if TYPE_CHECKING:
    from depthstudio.providers.builtin.oxen_video_depth import OxenVideoParams

# Video Depth Anything gives inverse depth without a unit, and its grayscale is bright where near.
KIND = DepthKind.RELATIVE_DISPARITY


def decoded(artifacts: Sequence[Artifact], params: "OxenVideoParams") -> Views:
    """The first generation: its values, else those of a grey video, else pictures of depth.

    Beside the original, depth is the right half of the video, and the left half the photos.
    """
    raw, videos = _paths(artifacts, Role.RAW_DEPTH), _paths(artifacts, Role.VIDEO)
    depth = read_depth_npz(raw[0], assumed_kind=KIND) if raw else None
    if not videos:
        return Views(depth=depth)
    photos = _pictures(videos[0], half=0) if params.side_by_side else None
    if depth is not None:
        return Views(depth=depth, photos=photos)
    if params.colormap == "grayscale":
        from depthstudio.formats.depth_video import open_depth_video

        side = "right" if params.side_by_side else "whole"
        return Views(depth=open_depth_video(videos[0], KIND, side=side), photos=photos)
    half = 1 if params.side_by_side else None
    return Views(depth_pictures=_pictures(videos[0], half), photos=photos)


def _paths(artifacts: Sequence[Artifact], role: Role) -> list[Path]:
    return [artifact.path for artifact in artifacts if artifact.role is role]


class _Pictures:
    """Frames of a video, or their left (0) or right (1) halves; closes it with its last user."""

    def __init__(self, path: Path, half: int | None) -> None:
        self._frames = VideoFrames(path)
        self._half = half
        weakref.finalize(self, self._frames.close)

    def __len__(self) -> int:
        return len(self._frames)

    def __call__(self, index: int) -> NDArray[np.uint8]:
        picture = self._frames.load(index)
        if self._half is None:
            return picture
        width_px = picture.shape[1] // 2
        start = self._half * (picture.shape[1] - width_px)
        return picture[:, start : start + width_px]


def _pictures(path: Path, half: int | None = None) -> ImageSequence:
    pictures = _Pictures(path, half)
    return ImageSequence(tuple(f"Frame {n + 1}" for n in range(len(pictures))), pictures)
