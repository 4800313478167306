"""A body on its way out. Imported with httpx, once something is sent."""

from collections.abc import AsyncIterator, Callable, Generator
from typing import Protocol

import httpx

from depthstudio.providers.transport.threads import finished_in_thread


class Body(Protocol):
    """What is sent, with a length known beforehand; reading it blocks. No piece is empty."""

    @property
    def size_bytes(self) -> int: ...

    def pieces(self) -> Generator[bytes]: ...


class FormStream(httpx.AsyncByteStream):
    """The body of an upload; each time it is asked for, it is read again from the files."""

    def __init__(self, form: Body, progress: Callable[[int, int], None] | None) -> None:
        self._form = form
        self._progress = progress

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = self._form.pieces()
        sent_bytes = 0
        try:
            while piece := await finished_in_thread(lambda: next(pieces, b"")):
                yield piece  # comes back when the system has taken it
                sent_bytes += len(piece)
                if self._progress:
                    self._progress(sent_bytes, self._form.size_bytes)
        finally:
            pieces.close()
