"""Random access to deflated bytes: the way is gone once, and places on it are remembered.

Deflate can only be unpacked from its start, or from a copy of the unpacker made on the way.
Such copies, 60 KB each, make the rest of a large array a matter of milliseconds, with no
unpacked file beside it.
"""

import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

INPUT_BYTES = 1 << 14  # eaten at once
STEP_BYTES = 1 << 20  # unpacked between two chances to give up
SPACING_BYTES = 4 << 20  # between two places at first; doubled whenever there are too many
MAX_PLACES = 512


class Damaged(Exception):
    """The packed bytes are not what they say they are."""


@dataclass(frozen=True)
class Place:
    """An unpacker that has made `unpacked` bytes out of the first `eaten` ones."""

    unpacked: int
    eaten: int
    inflater: Any  # a zlib.decompressobj; only ever copied


class Inflation:
    """Unpacks on from a place. For one thread at a time."""

    def __init__(self, packed: NDArray[np.uint8], place: Place) -> None:
        self._packed = packed
        self._inflater: Any = place.inflater.copy()
        self._eaten = place.eaten
        self.at = place.unpacked  # how many bytes lie before the next one

    def place(self) -> Place:
        """Where it is now, to go on from there again."""
        return Place(self.at, self._eaten, self._inflater.copy())

    def read(self, most_bytes: int) -> bytes:
        """The next bytes: at least one, at most `most_bytes`.

        Raises
        ------
        Damaged
            when there is none
        """
        while not self._inflater.eof:
            chunk = self._packed[self._eaten : self._eaten + INPUT_BYTES]
            try:
                unpacked: bytes = self._inflater.decompress(chunk, most_bytes)
            except zlib.error as exc:
                raise Damaged("its compressed values cannot be unpacked") from exc
            left = len(self._inflater.unconsumed_tail) + len(self._inflater.unused_data)
            self._eaten += len(chunk) - left
            if unpacked:
                self.at += len(unpacked)
                return unpacked
            if not len(chunk):
                break
        raise Damaged("its compressed values end too early")

    def skip_to(self, offset: int, check: Callable[[], None]) -> None:
        """Unpack up to `offset` and keep nothing."""
        while self.at < offset:
            check()
            self.read(min(STEP_BYTES, offset - self.at))

    def fill(self, target: NDArray[np.uint8], check: Callable[[], None]) -> None:
        """Unpack the next bytes into (N,) uint8."""
        done = 0
        while done < len(target):
            check()
            block = self.read(min(STEP_BYTES, len(target) - done))
            target[done : done + len(block)] = np.frombuffer(block, np.uint8)
            done += len(block)


class InflateIndex:
    """The places on the way through one deflated array. Any number of threads may ask."""

    def __init__(self, packed: NDArray[np.uint8], size_bytes: int, crc: int) -> None:
        """`size_bytes` and `crc`, a CRC-32, are of what it unpacks to."""
        self._packed = packed
        self._size_bytes = size_bytes
        self._expected_crc = crc
        start = Place(0, 0, zlib.decompressobj(-zlib.MAX_WBITS))
        self._places = [start]
        self._spacing_bytes = SPACING_BYTES
        self._front = Inflation(packed, start)
        self._crc = 0
        self._trouble = ""
        self._is_false = False  # all was unpacked, and it is not what was packed
        self._lock = threading.Lock()
        self.reached = 0  # how many bytes from the start have been unpacked once

    def reach(self, offset: int, check: Callable[[], None]) -> None:
        """Have everything before `offset` unpacked once.

        Raises
        ------
        Damaged
            when it cannot be, or when all of it was and fails its checksum
        """
        while True:
            check()
            if self._is_false or (self._trouble and self.reached < offset):
                raise Damaged(self._trouble)
            if self.reached >= offset:
                return
            with self._lock:
                self._advance(offset)

    def inflation(self, offset: int) -> Inflation:
        """Unpacks on from the last place before `offset`."""
        return Inflation(self._packed, self._place_before(offset))

    def has_place_between(self, low: int, high: int) -> bool:
        """Is there a place behind `low` and not behind `high`?"""
        return self._place_before(high).unpacked > low

    def _place_before(self, offset: int) -> Place:
        # Without the lock: a list grows at its end only, and shrinks by being replaced.
        return next(place for place in reversed(self._places) if place.unpacked <= offset)

    def _advance(self, offset: int) -> None:
        if self._trouble or self.reached >= offset:
            return  # another thread was here before
        try:
            block = self._front.read(min(STEP_BYTES, self._size_bytes - self.reached))
        except Damaged as damage:
            self._trouble = str(damage)
            return
        self._crc = zlib.crc32(block, self._crc)
        if self._front.at == self._size_bytes and self._crc != self._expected_crc:
            self._trouble, self._is_false = "its values fail their checksum", True
        elif self._front.at - self._places[-1].unpacked >= self._spacing_bytes:
            self._places.append(self._front.place())
            if len(self._places) > MAX_PLACES:
                self._places = self._places[::2]
                self._spacing_bytes *= 2
        self.reached = self._front.at
