"""A video as photos: every frame decoded when it is asked for."""

import weakref
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import ImageSequence
from depthstudio.formats.depth_video import Side, half_of
from depthstudio.formats.video import VideoFrames


def open_film(path: Path, *, side: Side = "whole") -> ImageSequence:
    """The frames of a video, or of one half of it, one by one.

    Opening reads the file once without decoding it. It stays open until nobody has the
    sequence.

    Raises
    ------
    InputError, FormatError
        when the file cannot be read as a video
    """
    film = _Film(path, side)
    names = (path.name,) * len(film.video)
    return ImageSequence(names, film.load, is_clip=True, frame_rate_hz=film.video.frame_rate_hz)


class _Film:
    def __init__(self, path: Path, side: Side) -> None:
        self.video = VideoFrames(path)
        self._side: Side = side
        weakref.finalize(self, self.video.close)

    def load(self, index: int) -> NDArray[np.uint8]:
        return half_of(self.video.load(index), self._side)
