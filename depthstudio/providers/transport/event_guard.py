"""Watches over a stream of events. Imported with httpx, once something is sent."""

from collections.abc import AsyncIterator

import httpx

from depthstudio.core.errors import BadResponse


class EventGuard(httpx.AsyncByteStream):
    """The bytes of a stream, which end where the connection broke; ``broken_by`` says so.

    So that the reader of lines sees an end, and gives every event that was complete.
    """

    def __init__(
        self, inner: httpx.AsyncByteStream, service: str, max_event_bytes: int, max_bytes: int
    ) -> None:
        self._inner = inner
        self._service = service
        self._max_event_bytes = max_event_bytes
        self._left_bytes = max_bytes
        self._since_event_bytes = 0
        self.broken_by: httpx.TransportError | None = None

    def delivered(self) -> None:
        """An event was complete: what comes belongs to the next."""
        self._since_event_bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._inner:
                self._since_event_bytes += len(piece)
                self._left_bytes -= len(piece)
                if self._since_event_bytes > self._max_event_bytes or self._left_bytes < 0:
                    raise BadResponse(
                        f"{self._service} sent far too long an event",
                        hint="Run it again; if it goes on, tell the service",
                    )
                yield piece
        except httpx.TransportError as error:
            self.broken_by = error

    async def aclose(self) -> None:
        await self._inner.aclose()
