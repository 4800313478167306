"""Decodes HEIC photos in a process of its own: what a hostile one ends is not this program."""

import math
import threading
import time
from collections.abc import Callable

from depthstudio.core.errors import FormatError
from depthstudio.formats.heif_process import Answer, Ended, HeifProcess, NotDecoded
from depthstudio.formats.heif_worker import DEEP_PIXELS, HEADER, PIXELS

# More than libheif allows itself for one photo, with room for the process.
MEMORY_BYTES = 6 << 30
# A gigabyte of file is read in less, and a slow computer decodes more pixels in a second.
TIMEOUT_S = 30.0
_PIXELS_PER_S = 4_000_000
_CLOSE_TIMEOUT_S = 2.0
# One that does not start may take as long to say so: not once for each photo of many.
NOT_AGAIN_FOR_S = 60.0
_PIXEL_BYTES = {"L": 1, "RGB": 3, "RGBA": 4, "RGBa": 4}
# Two bytes for each sample, little-endian. Gray has them whether asked for or not.
_DEEP_PIXEL_BYTES = {"I;16": 2, "RGB;16": 6, "RGBA;16": 8, "RGBa;16": 8}


class HeifDecoder:
    """One process for all threads, started with the first photo and anew after its end."""

    def __init__(
        self,
        *,
        memory_bytes: int = MEMORY_BYTES,
        timeout_s: float = TIMEOUT_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory_bytes = memory_bytes
        self._timeout_s = timeout_s
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._refusal = ("", "", "")  # the words of why it did not start
        self._refused_until_s = -math.inf
        self._process: HeifProcess | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process that is kept, None where there is none."""
        return self._process.id if self._process else None

    def header(self, data: bytes) -> Answer:
        """What the photo whose file is `data` says of its main picture. Decodes no pixels.

        Raises
        ------
        NotDecoded
            when it is damaged, or has ended the process
        MemoryError, TimeoutError
            when it takes too much memory, or too long
        FormatError
            when there is no decoder
        """
        return self._asked(HEADER, data, self._timeout_s)

    def pixels(self, data: bytes, size_px: tuple[int, int], *, is_deep: bool = False) -> Answer:
        """The same with the pixels, row by row without gaps; raises as `header`.

        `size_px` is what the header said. With `is_deep` each sample has two bytes,
        little-endian, of which the upper bits are used.
        """
        timeout_s = self._timeout_s + size_px[0] * size_px[1] / _PIXELS_PER_S
        answer = self._asked(DEEP_PIXELS if is_deep else PIXELS, data, timeout_s)
        layouts = _DEEP_PIXEL_BYTES if is_deep else _PIXEL_BYTES | _DEEP_PIXEL_BYTES
        pixel_bytes = layouts.get(answer.mode, 0)
        if not answer.pixels or (
            len(answer.pixels) != answer.size_px[0] * answer.size_px[1] * pixel_bytes
        ):
            raise NotDecoded(f"{answer.pixel_bytes} bytes for {answer.size_px} {answer.mode}")
        return answer

    def close(self) -> None:
        """End the process. It is started again when there is more to decode."""
        # One that is busy for longer is left to end with this program.
        if self._lock.acquire(timeout=_CLOSE_TIMEOUT_S):
            try:
                self._drop()
            finally:
                self._lock.release()

    def _asked(self, what: str, data: bytes, timeout_s: float) -> Answer:
        with self._lock:
            while True:
                process = self._running()
                was_fresh = not process.has_answered
                try:
                    return process.answer(what, data, timeout_s)
                except Ended:
                    # A photo before this one may have spoilt it, or the system have ended it.
                    if was_fresh:
                        raise

    def _running(self) -> HeifProcess:
        if self._process is None or not self._process.can_be_asked:
            self._drop()
            self._process = self._started()
        return self._process

    def _started(self) -> HeifProcess:
        """A new process; where none started, the same error for a while."""
        if self._clock_s() < self._refused_until_s:
            words, hint, detail = self._refusal
            raise FormatError(words, hint=hint, detail=detail)
        try:
            return HeifProcess(self._memory_bytes)
        except FormatError as error:
            self._refusal = (str(error), error.hint, error.detail)
            self._refused_until_s = self._clock_s() + NOT_AGAIN_FOR_S
            raise

    def _drop(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None
