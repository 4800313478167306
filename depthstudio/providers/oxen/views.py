"""What a result of Video Depth Anything at Oxen shows. Offline: it needs nothing but the files."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.takes import joined_depth, joined_pictures
from depthstudio.core.views import DepthKind, ImageSequence, Views
from depthstudio.formats.depth import read_depth_npz
from depthstudio.formats.video import VideoFrames

if TYPE_CHECKING:
    from depthstudio.providers.builtin.oxen_video_depth import OxenVideoParams

# Video Depth Anything gives inverse depth without a unit, and its grayscale is bright where near.
KIND = DepthKind.RELATIVE_DISPARITY


@dataclass(frozen=True)
class _Made:
    """The files of one generation."""

    video: Path | None = None
    raw: Path | None = None


def decoded(artifacts: Sequence[Artifact], params: "OxenVideoParams") -> Views:
    """Every generation, one after another: its values, else those of a grey video, else pictures.

    Where values came of some only, those are shown: what a video tells is on another scale.
    Beside the original, depth is the right half of the video, and the left half the photos.
    """
    made = _generations(artifacts)
    made = [one for one in made if one.raw] or made
    depths = [
        read_depth_npz(one.raw, assumed_kind=KIND, one_of=len(made)) for one in made if one.raw
    ]
    videos = [one.video for one in made if one.video]
    depth = joined_depth(depths) if depths else None
    if not videos:
        return Views(depth=depth)
    photos = _pictures(videos, half=0) if params.side_by_side else None
    if depth is not None:
        return Views(depth=depth, photos=photos)
    if params.colormap == "grayscale":
        from depthstudio.formats.depth_video import open_depth_video

        side = "right" if params.side_by_side else "whole"
        shown = [open_depth_video(video, KIND, side=side, one_of=len(videos)) for video in videos]
        return Views(depth=joined_depth(shown), photos=photos)
    half = 1 if params.side_by_side else None
    return Views(depth_pictures=_pictures(videos, half), photos=photos)


def _generations(artifacts: Sequence[Artifact]) -> list[_Made]:
    """The files by their generation, in its order; see `files.video_wanted`."""
    made: dict[int, _Made] = {}
    for artifact in artifacts:
        ending = artifact.path.stem.rpartition("_")[2]
        number = int(ending) if ending.isdecimal() else 1
        one = made.get(number, _Made())
        if artifact.role is Role.VIDEO:
            made[number] = replace(one, video=artifact.path)
        elif artifact.role is Role.RAW_DEPTH:
            made[number] = replace(one, raw=artifact.path)
    return [made[number] for number in sorted(made)]


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


def _pictures(videos: Sequence[Path], half: int | None = None) -> ImageSequence:
    return joined_pictures([_pictures_of(video, half) for video in videos])


def _pictures_of(video: Path, half: int | None) -> ImageSequence:
    pictures = _Pictures(video, half)
    return ImageSequence(tuple(f"Frame {n + 1}" for n in range(len(pictures))), pictures)
