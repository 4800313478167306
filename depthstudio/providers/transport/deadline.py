"""How long an answer may take as a whole. Imported with httpx, once something is sent."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import httpx

# Timeouts are between two pieces: a server that sends a byte now and then would never end.
LONGEST_ANSWER_S = 120.0


class AnswerDeadline:
    """Two minutes from the end of a request to that of its answer, or twice its read timeout.

    The time that sending takes does not count: lines may be slow, and it is bounded by piece.
    A request that waits without limit for its answer has no deadline either.
    """

    def __init__(self, request: httpx.Request) -> None:
        read_s = request.extensions.get("timeout", {}).get("read")
        self._limit_s = None if read_s is None else max(LONGEST_ANSWER_S, 2 * read_s)
        self._until_s: float | None = None
        self._headers: asyncio.Timeout | None = None

    def of_request(self, body: httpx.AsyncByteStream) -> httpx.AsyncByteStream:
        """The same body; the time runs when its last byte is sent."""
        return _Watched(body, self._start)

    def _start(self) -> None:
        if self._limit_s is not None and self._headers is not None:
            self._until_s = asyncio.get_running_loop().time() + self._limit_s
            self._headers.reschedule(self._until_s)

    @contextlib.asynccontextmanager
    async def of_headers(self) -> AsyncGenerator[None]:
        """While the request is sent and the headers of its answer come."""
        try:
            async with asyncio.timeout(None) as self._headers:
                yield
        except TimeoutError:
            raise httpx.ReadTimeout("the headers took too long") from None
        finally:
            self._headers = None

    def of_piece(self) -> asyncio.Timeout:
        """While the next piece of the answer comes."""
        return asyncio.timeout_at(self._until_s)


async def pieces_in_time(
    pieces: AsyncIterator[bytes], limit: Callable[[], asyncio.Timeout]
) -> AsyncGenerator[bytes]:
    """The same pieces, with `limit` around the wait for each.

    A read timeout sees every byte, also those between two pieces: a server may drip them.
    """
    while True:
        try:
            async with limit():
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise httpx.ReadTimeout("the answer took too long as a whole") from None
        yield piece


class _Watched(httpx.AsyncByteStream):
    """A body that says when its last byte was taken."""

    def __init__(self, inner: httpx.AsyncByteStream, ended: Callable[[], None]) -> None:
        self._inner = inner
        self._ended = ended

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._inner:
                yield piece
        finally:
            self._ended()  # also when the other side stopped listening: it may still answer

    async def aclose(self) -> None:
        await self._inner.aclose()
