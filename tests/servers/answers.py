"""What a fault does to gradio's answer while it passes; see `proxy` for the kinds."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import h11
from faults import Fault
from wire import GoneError

BLOCK = b"\0" * 65536


class FaultyEndError(GoneError):
    """A fault ends the connection here: with a reset, or as if the message had been complete."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__("a fault")
        self.reset = reset


async def until_released(fault: Fault) -> None:
    while not fault.released.is_set():  # noqa: ASYNC110 another thread sets it
        await asyncio.sleep(0.01)


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def without_length(response: h11.Response) -> h11.Response:
    headers = [(n, v) for n, v in response.headers if n != b"content-length"]
    return h11.Response(status_code=response.status_code, headers=headers, reason=response.reason)


Body = AsyncIterator[bytes]


async def cut(body: Body, fault: Fault) -> Body:
    async for data in up_to(body, fault.facts):
        yield data
    raise FaultyEndError(reset=fault.facts.get("reset", False))


async def stall(body: Body, fault: Fault) -> Body:
    async for data in up_to(body, fault.facts):
        yield data
    await until_released(fault)
    async for data in body:
        yield data


async def up_to(body: Body, facts: dict[str, Any]) -> Body:
    """The first `after_bytes`, or as much as makes `after_events`."""
    events, size_bytes = facts.get("after_events"), facts.get("after_bytes", 0)
    if (events == 0) or (events is None and size_bytes == 0):
        return
    async for data in body:
        if events is None:
            yield data[:size_bytes]
            size_bytes -= len(data)
            if size_bytes <= 0:
                return
        else:
            pieces = data.split(b"\n\n")
            if len(pieces) > events:
                yield b"\n\n".join([*pieces[:events], b""])
                return
            events -= len(pieces) - 1
            yield data


async def drip(body: Body, fault: Fault) -> Body:
    async for data in body:
        for start in range(0, len(data), fault.facts["bytes"]):
            yield data[start : start + fault.facts["bytes"]]
            await asyncio.sleep(fault.facts["every_s"])


async def replace(body: Body, fault: Fault) -> Body:
    async for _ in body:
        pass
    yield as_bytes(fault.facts["body"])


async def rewrite(body: Body, fault: Fault) -> Body:
    old, new = as_bytes(fault.facts["old"]), as_bytes(fault.facts["new"])
    held = b""
    async for data in body:
        *whole, held = (held + data).split(b"\n\n")  # an event may be torn anywhere
        for event in whole:
            yield event.replace(old, new) + b"\n\n"
    yield held.replace(old, new)


async def endless(body: Body, fault: Fault) -> Body:
    async for data in body:
        yield data
    while True:
        yield BLOCK


CHANGES = {
    "cut": cut,
    "stall": stall,
    "drip": drip,
    "replace": replace,
    "rewrite": rewrite,
    "endless": endless,
}
