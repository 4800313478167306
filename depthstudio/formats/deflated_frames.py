"""Frames of a compressed array, unpacked when they are asked for."""

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import FramesOnDemand, no_check
from depthstudio.formats.inflating import Damaged, InflateIndex, Inflation
from depthstudio.formats.kept_frames import KeptFrames
from depthstudio.formats.npz import DeflatedMember

CACHE_BYTES = 64 << 20
NEIGHBOURS = 32  # frames kept from the way to one: people also step back
DISTANCE = 24  # frames before one, read before somebody who steps back asks for them

RawFrame = NDArray[np.generic]
Cleaner = Callable[[RawFrame], NDArray[np.float32]]


class DeflatedFrames(FramesOnDemand):
    """Frames of (N, H, W) values that lie one after another in a compressed member.

    What lies before a frame has to be unpacked once, whatever is asked for; afterwards
    each costs a few megabytes of unpacking. Only single frames are ever in memory.
    """

    def __init__(self, member: DeflatedMember, cleaned: Cleaner, *, one_of: int = 1) -> None:
        """`cleaned` turns a frame as it was saved into float32 with NaN where unknown.

        It is `one_of` so many that share the room for frames that are kept.
        """
        count, height, width = member.shape
        self._member = member
        self._shape = (count, height, width)
        self._cleaned = cleaned
        self._frame_bytes = height * width * member.dtype.itemsize
        self._index = InflateIndex(member.packed, member.size_bytes, member.crc)
        self._reading = threading.Lock()
        self._inflation: Inflation | None = None
        self._kept: KeptFrames[np.float32] = KeptFrames(CACHE_BYTES // one_of)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._shape

    @property
    def reached(self) -> int:
        unpacked = max(0, self._index.reached - self._member.data_offset)
        return min(len(self), unpacked // self._frame_bytes)

    def load(self, index: int, check: Callable[[], None] = no_check) -> NDArray[np.float32]:
        try:
            self._index.reach(self._end(index), check)
            if (kept := self._kept.get(index)) is not None:
                return kept
            with self._reading:
                return self._unpacked(index, check)
        except Damaged as damage:
            raise self._refusal(index, damage) from damage

    def prepare(self, index: int, step: int, check: Callable[[], None] = no_check) -> None:
        before = max(0, index - DISTANCE)
        if step < 0 and before < index:
            self.load(before, check)  # and with it those some way before that

    def in_order(
        self, indices: Sequence[int], check: Callable[[], None] = no_check
    ) -> Iterator[NDArray[np.float32]]:
        """Unpacks up to each, so that afterwards all can be had quickly."""
        for index in indices:
            try:
                self._index.reach(self._end(index), check)
                inflation = self._index.inflation(self._start(index))
                frame = self._next_frame(inflation, index, check)
            except Damaged as damage:
                raise self._refusal(index, damage) from damage
            yield frame

    def _start(self, index: int) -> int:
        return self._member.data_offset + index * self._frame_bytes

    def _end(self, index: int) -> int:
        """How far to unpack for a frame: for the last one to the end, where the checksum is."""
        return self._member.size_bytes if index == len(self) - 1 else self._start(index + 1)

    def _refusal(self, index: int, damage: Damaged) -> FormatError:
        return FormatError(
            f"{self._member.file_name} is damaged at frame {index + 1}: {damage}",
            hint="Copy or download it again",
        )

    def _unpacked(self, index: int, check: Callable[[], None]) -> NDArray[np.float32]:
        """Unpack on from where we are, or from the last place before; keep what is on the way."""
        inflation, start = self._inflation, self._start(index)
        self._inflation = None  # if we give up half way, nobody goes on from there
        if (
            inflation is None
            or inflation.at > start
            or self._index.has_place_between(inflation.at, start)
        ):
            inflation = self._index.inflation(start)
        first = -(-(inflation.at - self._member.data_offset) // self._frame_bytes)
        frame = None
        for number in range(max(first, 0, index - NEIGHBOURS), index + 1):
            frame = self._next_frame(inflation, number, check)
            self._kept.keep(number, frame, wanted=index)
        assert frame is not None  # the range above ends with `index`
        self._inflation = inflation
        return frame

    def _next_frame(
        self, inflation: Inflation, index: int, check: Callable[[], None]
    ) -> NDArray[np.float32]:
        inflation.skip_to(self._start(index), check)
        data = np.zeros(self._frame_bytes, np.uint8)
        inflation.fill(data, check)
        return self._cleaned(data.view(self._member.dtype).reshape(self._shape[1:]))
