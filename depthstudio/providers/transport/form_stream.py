"""A form on its way out. Imported with httpx, once something is sent."""

from collections.abc import AsyncIterator, Callable

import httpx

from depthstudio.providers.transport.multipart import Form
from depthstudio.providers.transport.threads import finished_in_thread


class FormStream(httpx.AsyncByteStream):
    """The body of an upload; each time it is asked for, it is read again from the files."""

    def __init__(self, form: Form, progress: Callable[[int, int], None] | None) -> None:
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
