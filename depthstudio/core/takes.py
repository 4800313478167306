"""Several takes of one film, one after another as one clip: how a service made it, and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from depthstudio.core.in_step import Clip, same_moment
from depthstudio.core.views import DepthStack, FramesOnDemand, ImageSequence, no_check

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def alike_takes(stacks: Sequence[DepthStack]) -> list[int]:
    """The places of those that are like the first: as many frames, of its size and kind."""
    shape, kind = stacks[0].values.shape, stacks[0].kind
    return [
        place
        for place, stack in enumerate(stacks)
        if stack.values.shape == shape and stack.kind is kind
    ]


def joined_depth(stacks: Sequence[DepthStack], numbers: Sequence[int] = ()) -> DepthStack:
    """One clip of takes that are alike; `numbers` where some between them are left out."""
    first = stacks[0]
    if len(stacks) == 1:
        return first
    return DepthStack(
        _Joined(stacks),
        first.kind,
        lossy=any(stack.lossy for stack in stacks),
        frame_rate_hz=first.frame_rate_hz,
        takes=len(stacks),
        take_numbers=tuple(numbers),
    )


class _Joined(FramesOnDemand):
    def __init__(self, stacks: Sequence[DepthStack]) -> None:
        self._stacks = tuple(stacks)
        self._length = len(stacks[0])
        _, height, width = stacks[0].values.shape
        self._shape = (self._length * len(stacks), height, width)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._shape

    @property
    def reached(self) -> int:
        total = 0
        for stack in self._stacks:
            reached = len(stack) if stack.on_demand is None else stack.on_demand.reached
            total += reached
            if reached < len(stack):
                break
        return total

    def reached_for(self, index: int) -> int:
        frames, frame, first = self._at(index)
        return first + (self._length if frames is None else frames.reached_for(frame))

    def at_hand(self, index: int) -> int:
        frames, frame, first = self._at(index)
        return index if frames is None else first + frames.at_hand(frame)

    def prepare(self, index: int, step: int, check: Callable[[], None] = no_check) -> None:
        frames, frame, _ = self._at(index)
        if frames is not None:
            frames.prepare(frame, step, check)

    def load(self, index: int, check: Callable[[], None] = no_check) -> NDArray[np.float32]:
        take, frame = divmod(index, self._length)
        return self._stacks[take].frame(frame, check)

    def _at(self, index: int) -> tuple[FramesOnDemand | None, int, int]:
        """The frames of the take that holds frame `index`, its number there, and their first."""
        take, frame = divmod(index, self._length)
        return self._stacks[take].on_demand, frame, index - frame

    def in_order(
        self, indices: Sequence[int], check: Callable[[], None] = no_check
    ) -> Iterator[NDArray[np.float32]]:
        for take, those in groupby(indices, lambda index: index // self._length):
            stack, frames = self._stacks[take], [index % self._length for index in those]
            if stack.on_demand is not None:
                yield from stack.on_demand.in_order(frames, check)
            else:
                yield from (stack.frame(frame, check) for frame in frames)


def joined_pictures(takes: Sequence[ImageSequence], numbers: Sequence[int] = ()) -> ImageSequence:
    """The pictures of several takes, one take after another, each named by its take."""
    first = takes[0]
    if len(takes) == 1:
        return first
    places = [(take, index) for take in takes for index in range(len(take))]
    numbered = zip(numbers or range(1, len(takes) + 1), takes, strict=True)
    names = [f"{name} · {n}" for n, take in numbered for name in take.names]

    def load(index: int) -> NDArray[np.uint8]:
        take, at = places[index]
        return take.load(at)

    return ImageSequence(tuple(names), load, first.is_clip, first.frame_rate_hz)


def repeated_film(film: ImageSequence, depth: DepthStack) -> ImageSequence:
    """The film that depth was made of, once for each of its takes, to go along with it."""
    return film if depth.takes == 1 else pictures_along(depth, [film] * depth.takes)


def pictures_along(depth: DepthStack, takes: Sequence[ImageSequence]) -> ImageSequence:
    """The pictures of each take of depth, as many as it has frames: those of the same moments.

    So the pictures of a take stand beside that take, however long they are.
    """
    of = Clip(len(depth) // depth.takes, depth.frame_rate_hz)
    return joined_pictures([_in_step(pictures, of) for pictures in takes], depth.take_numbers)


def _in_step(pictures: ImageSequence, of: Clip) -> ImageSequence:
    to = Clip(len(pictures), pictures.frame_rate_hz)
    places = [same_moment(frame, of, to) for frame in range(of.count)]
    return ImageSequence(
        tuple(pictures.names[place] for place in places),
        lambda index: pictures.load(places[index]),
        pictures.is_clip,
        of.rate_hz,
    )
