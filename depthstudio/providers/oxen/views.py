"""What a result of Video Depth Anything at Oxen shows. Offline: it needs nothing but the files."""

import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.takes import alike_takes, joined_depth, joined_pictures, pictures_along
from depthstudio.core.views import DepthKind, DepthStack, ImageSequence, Views
from depthstudio.formats.depth import read_depth_npz
from depthstudio.formats.depth_video import open_depth_video
from depthstudio.formats.video import VideoFrames

if TYPE_CHECKING:
    from depthstudio.providers.builtin.oxen_video_depth import OxenVideoParams

# Video Depth Anything gives inverse depth without a unit, and its grayscale is bright where near.
KIND = DepthKind.RELATIVE_DISPARITY
_NOT_SHOWN = "Generation {number} is not shown: {why}"
_NOT_ALIKE = "its frames are of another size or number"
_NO_VALUES = "only a video came of it, and values of others"


@dataclass(frozen=True)
class _Made:
    """The files of one generation."""

    video: Path | None = None
    raw: Path | None = None


def decoded(artifacts: Sequence[Artifact], params: "OxenVideoParams") -> Views:
    """Every generation, one after another: its values, else those of a grey video, else pictures.

    Beside the original, depth is the right half of the video, and the left half the photos.
    """
    made = _generations(artifacts)
    if any(one.raw for one in made.values()) or (made and params.colormap == "grayscale"):
        return _measured(made, params)
    half = 1 if params.side_by_side else None
    return Views(
        depth_pictures=_joined(_pictures_of(made, half), made),
        photos=_joined(_pictures_of(made, 0), made) if params.side_by_side else None,
    )


def _measured(made: Mapping[int, _Made], params: "OxenVideoParams") -> Views:
    """The values of the generations that can be one clip, and a note about each other one.

    Where values came of some only, those are shown: what a video tells is on another scale.
    """
    chosen = {number: one for number, one in made.items() if one.raw} or made
    stacks = [_stack(one, params, len(chosen)) for one in chosen.values()]
    alike = alike_takes(stacks)
    shown = {number: chosen[number] for number in (list(chosen)[place] for place in alike)}
    depth = joined_depth([stacks[place] for place in alike], list(shown))
    photos = _pictures_of(shown, 0) if params.side_by_side else []
    notes = [
        _NOT_SHOWN.format(number=number, why=_NOT_ALIKE if number in chosen else _NO_VALUES)
        for number in made
        if number not in shown
    ]
    return Views(
        depth=depth,
        photos=pictures_along(depth, photos) if len(photos) == len(shown) else None,
        notes=tuple(notes),
    )


def _stack(one: _Made, params: "OxenVideoParams", one_of: int) -> DepthStack:
    if one.raw is not None:
        return read_depth_npz(one.raw, assumed_kind=KIND, one_of=one_of)
    assert one.video is not None  # it was made of a file
    side = "right" if params.side_by_side else "whole"
    return open_depth_video(one.video, KIND, side=side, one_of=one_of)


def _generations(artifacts: Sequence[Artifact]) -> dict[int, _Made]:
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
    return {number: made[number] for number in sorted(made)}


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


def _pictures_of(made: Mapping[int, _Made], half: int | None) -> list[ImageSequence]:
    return [_sequence(one.video, half) for one in made.values() if one.video]


def _joined(takes: Sequence[ImageSequence], numbers: Iterable[int]) -> ImageSequence | None:
    return joined_pictures(takes, list(numbers)) if takes else None


def _sequence(video: Path, half: int | None) -> ImageSequence:
    pictures = _Pictures(video, half)
    return ImageSequence(tuple(f"Frame {n + 1}" for n in range(len(pictures))), pictures)
