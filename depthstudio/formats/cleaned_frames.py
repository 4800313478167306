"""Frames of a mapped array that somebody else saved, made ours when they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import FramesOnDemand, no_check


class CleanedFrames(FramesOnDemand):
    """Reads (N, H, W) `values` from disk frame by frame; `cleaned` makes float32 of each."""

    def __init__(
        self, values: NDArray[Any], cleaned: Callable[[NDArray[Any]], NDArray[np.float32]]
    ) -> None:
        count, height, width = values.shape
        self._values = values
        self._shape = (count, height, width)
        self._cleaned = cleaned

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._shape

    def load(self, index: int, check: Callable[[], None] = no_check) -> NDArray[np.float32]:
        check()
        return self._cleaned(self._values[index])

    def in_order(
        self, indices: Sequence[int], check: Callable[[], None] = no_check
    ) -> Iterator[NDArray[np.float32]]:
        return (self.load(index, check) for index in indices)
