"""Answers that cannot fill the memory. Imported with httpx, once something is sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx

from depthstudio.providers.transport.deadline import AnswerDeadline, pieces_in_time

LONGEST_ANSWER_BYTES = 64 << 20
LONGEST_PACKED_BYTES = 256 << 10  # we ask for no packing, and 1 byte may hold 1000
LONGEST_EXCUSE_BYTES = 64 << 10
LONGEST_EXCUSE_S = 30.0


class BoundedStream(httpx.AsyncByteStream):
    """The body of an answer, up to a number of bytes, in the time it may take."""

    def __init__(
        self, inner: httpx.AsyncByteStream, limit_bytes: int, deadline: AnswerDeadline
    ) -> None:
        self._inner = inner
        self._limit_bytes = limit_bytes
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read_bytes = 0
        async for piece in pieces_in_time(aiter(self._inner), self._deadline.of_piece):
            read_bytes += len(piece)
            if read_bytes > self._limit_bytes:
                raise httpx.DecodingError(f"it is longer than {self._limit_bytes} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def is_packed(response: httpx.Response) -> bool:
    """Whether the body is compressed, although we never ask for that."""
    return response.headers.get("Content-Encoding", "identity").lower() != "identity"


async def raise_for_trouble(response: httpx.Response) -> None:
    """`raise_for_status` for an answer that is being streamed, with the start of its body."""
    if response.is_success:
        return
    start = b""
    until_s = asyncio.get_running_loop().time() + LONGEST_EXCUSE_S
    with contextlib.suppress(httpx.TransportError, httpx.DecodingError):
        pieces = pieces_in_time(response.aiter_bytes(), lambda: asyncio.timeout_at(until_s))
        async for piece in pieces:
            start += piece
            if len(start) >= LONGEST_EXCUSE_BYTES:
                break
    # Its body may be endless, so it cannot be read into `response` itself.
    excuse = httpx.Response(
        response.status_code,
        headers={
            name: response.headers[name]
            for name in ("Content-Type", "Location", "Retry-After")
            if name in response.headers
        },
        content=start[:LONGEST_EXCUSE_BYTES],
        request=response.request,
    )
    excuse.raise_for_status()
