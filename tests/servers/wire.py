"""One end of an HTTP/1.1 connection: h11 on asyncio's streams."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import h11

NO_LINGER = struct.pack("ii", 1, 0)


class GoneError(Exception):
    """The other side went away."""


class Wire:
    """Sends and receives h11's events."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, role: Any
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(role, max_incomplete_event_size=1 << 20)
        self._ended = False
        self._fresh = False

    @classmethod
    async def connect(cls, host: str, port: int) -> "Wire":
        return cls(*await asyncio.open_connection(host, port), h11.CLIENT)

    async def send(self, event: Any) -> None:
        if data := self._state.send(event):
            self._writer.write(data)
            await self._writer.drain()

    async def event(self) -> Any:
        """The next event. GoneError when the other side ends in the middle of a message."""
        while True:
            event = self._state.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._state.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            if self._ended:
                raise GoneError("the other side left")
            await self._fill()

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the message that has begun."""
        while isinstance(event := await self.event(), h11.Data):
            yield bytes(event.data)

    async def gone(self) -> None:
        """Returns once the other side has ended the connection."""
        while not self._ended:
            await self._fill()

    async def readable(self, other: "Wire | None") -> bool:
        """Wait until something comes from here; false when the `other` ends before."""
        if self._fresh:
            return True
        mine = asyncio.create_task(self._fill())
        others = asyncio.create_task(other.gone()) if other else mine
        try:
            await asyncio.wait({mine, others}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            mine.cancel()
            others.cancel()
        return mine.done() and not self._ended

    async def _fill(self) -> None:
        data = await self._reader.read(65536)
        self._ended = self._ended or not data
        self._fresh = bool(data)
        self._state.receive_data(data)

    def next_cycle(self) -> bool:
        """Make ready for another message; false when this connection has no other."""
        if self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()
            self._fresh = bool(self._state.trailing_data[0])
            return not self._ended
        return False

    def close(self) -> None:
        self._writer.close()

    def reset(self) -> None:
        """End at once, so that the other side sees a reset and no proper end."""
        if raw := self._writer.get_extra_info("socket"):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport = self._writer.transport
        transport.abort()
