"""The frames around the one that was asked for, kept for who steps back and forth."""

import threading
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

MAX_FRAMES = 256

S = TypeVar("S", bound=np.generic)


class KeptFrames(Generic[S]):
    """At most so many bytes and frames, of which the farthest go first. Any thread may ask."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.most = MAX_FRAMES  # how many there is room for, as far as their size is known
        self._frames: dict[int, NDArray[S]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._frames)

    def get(self, index: int) -> NDArray[S] | None:
        """The frame of this number, None where it is not kept."""
        with self._lock:
            return self._frames.get(index)

    def nearest(self, index: int) -> int | None:
        """The number of the kept frame that is nearest to this one, None where none is kept."""
        with self._lock:
            return min(self._frames, key=lambda number: abs(number - index), default=None)

    def keep(self, index: int, frame: NDArray[S], *, wanted: int) -> None:
        """Keep a frame, and give up those farthest from the one that is wanted."""
        frame.setflags(write=False)
        with self._lock:
            self.most = max(1, min(MAX_FRAMES, self._limit_bytes // max(1, frame.nbytes)))
            self._frames[index] = frame
            while len(self._frames) > self.most:
                del self._frames[max(self._frames, key=lambda number: abs(number - wanted))]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._frames.clear()
