"""Stands in front of gradio, passes everything on as it is, and makes faults on the way.

Every connection of a client has its own connection to gradio, so that who closes when stays
gradio's doing. Kinds of faults, and their facts:

- ``answer``: gradio is not asked; `status`, `headers`, `body`.
- ``drop``: the connection is reset before gradio is asked.
- ``lose_answer``: gradio does the work, then the connection is reset without an answer.
- ``pause``: nothing is read of the request's body beyond `after_bytes` until released.
- ``hold_answer``: gradio does the work, the answer waits until released.
- ``replace``: gradio's answer with another `body`.
- ``rewrite``: `old` becomes `new` in gradio's answer.
- ``cut``: the connection ends after `after_bytes` or `after_events` of the answer, with `reset`
  as one that is torn, else as one that is closed.
- ``stall``: nothing more comes after as much, until released.
- ``drip``: the answer in pieces of `bytes` every `every_s`.
- ``endless``: the answer never ends.

`body`, `old` and `new` are text, one byte a character (Latin-1).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import h11
from faults import Fault
from request_facts import BodyFacts, head_facts
from stage import Stage
from wire import GoneError, Wire

BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>\
502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
BLOCK = b"\0" * 65536


class Proxy:
    """The proxy of one gradio server on this computer."""

    def __init__(self, stage: Stage, gradio_port: int) -> None:
        self._stage = stage
        self._gradio_port = gradio_port
        self._clients: set[Wire] = set()

    async def start(self) -> int:
        """Listen; gives the port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = server
        return server.sockets[0].getsockname()[1]

    def reset_all(self) -> None:
        """Reset every open connection, as a server does that dies."""
        for client in list(self._clients):
            client.reset()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Wire(reader, writer, h11.SERVER)
        self._clients.add(client)
        connection = Connection(self._stage, self._gradio_port, client)
        try:
            await connection.serve()
        except FaultyEndError as end:
            if end.reset:
                client.reset()
        except (OSError, GoneError, h11.ProtocolError):
            pass  # one side left, so the other is closed: what was sent before still arrives
        finally:
            self._clients.discard(client)
            connection.close()


class Connection:
    """One connection of a client, and the one to gradio that belongs to it."""

    def __init__(self, stage: Stage, gradio_port: int, client: Wire) -> None:
        self._stage = stage
        self._gradio_port = gradio_port
        self._client = client
        self._gradio: Wire | None = None

    def close(self) -> None:
        self._client.close()
        if self._gradio:
            self._gradio.close()

    async def serve(self) -> None:
        """Pass requests on until one side has had enough."""
        while await self._client.readable(self._gradio):
            request = await self._client.event()
            if not isinstance(request, h11.Request):
                return
            exchange = Exchange(self._stage, self._client, request)
            if exchange.needs_gradio and self._gradio is None:
                try:
                    self._gradio = await Wire.connect("127.0.0.1", self._gradio_port)
                except OSError:
                    exchange.fault = Fault("", "answer", {"status": 502, "body": BAD_GATEWAY})
            await exchange.run(self._gradio)
            if not self._client.next_cycle():
                return
            if exchange.needs_gradio and self._gradio and not self._gradio.next_cycle():
                return


class Exchange:
    """One request and its answer."""

    def __init__(self, stage: Stage, client: Wire, request: h11.Request) -> None:
        self._stage = stage
        self._client = client
        self._request = request
        self._body = BodyFacts(request)
        self._entry = stage.recording.begin("requests", **head_facts(request))
        self.fault = stage.faults.of_request(f"{self._entry['method']} {self._entry['target']}")

    @property
    def needs_gradio(self) -> bool:
        return self.fault is None or self.fault.kind not in ("answer", "drop")

    async def run(self, gradio: Wire | None) -> None:
        """Answer the request; GoneError when the connection shall end with it."""
        ended = "complete"
        try:
            if not self.needs_gradio or gradio is None:
                await self._answer_alone(self.fault or Fault("", "drop", {}))
            else:
                await self._pass_on(gradio)
        except FaultyEndError:
            ended = "fault"
            raise
        except (OSError, GoneError, h11.ProtocolError):
            ended = "gone"
            raise
        finally:
            self._stage.recording.update(self._entry, ended=ended, **self._body.facts())

    async def _answer_alone(self, fault: Fault) -> None:
        if fault.kind == "drop":
            raise FaultyEndError(reset=True)
        async for data in self._client.body():
            self._body.add(data)
        body = as_bytes(fault.facts.get("body", b""))
        headers = {"content-type": "text/html", **fault.facts.get("headers", {})}
        headers["content-length"] = str(len(body))
        await self._respond(
            h11.Response(status_code=fault.facts["status"], headers=[*headers.items()])
        )
        await self._client.send(h11.Data(data=body))
        await self._client.send(h11.EndOfMessage())

    async def _pass_on(self, gradio: Wire) -> None:
        """Request and answer at once: gradio may answer before it has read everything."""
        async with contextlib.AsyncExitStack() as stack:
            upward = asyncio.create_task(self._pass_request(gradio))
            stack.callback(upward.cancel)
            answer = asyncio.create_task(self._pass_answer(gradio))
            stack.callback(answer.cancel)
            await asyncio.wait({upward, answer}, return_when=asyncio.FIRST_COMPLETED)
            if upward.done() and not answer.done():
                await upward
                gone = asyncio.create_task(self._client.gone())
                stack.callback(gone.cancel)
                await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not answer.done():
                    raise GoneError("the client left")
            await answer

    async def _pass_request(self, gradio: Wire) -> None:
        paused = self.fault if self.fault and self.fault.kind == "pause" else None
        await gradio.send(self._request)
        if paused and not paused.facts.get("after_bytes"):
            await until_released(paused)
        async for data in self._client.body():
            self._body.add(data)
            try:
                await gradio.send(h11.Data(data=data))
            except OSError:
                return  # it has answered already and wants no more
            if paused and self._body.size_bytes >= paused.facts.get("after_bytes", 0):
                await until_released(paused)
        await gradio.send(h11.EndOfMessage())

    async def _pass_answer(self, gradio: Wire) -> None:
        response = await gradio.event()
        while isinstance(response, h11.InformationalResponse):
            response = await gradio.event()
        if not isinstance(response, h11.Response):
            raise GoneError("gradio left")
        if self.fault and self.fault.kind == "lose_answer":
            raise FaultyEndError(reset=True)
        if self.fault and self.fault.kind == "hold_answer":
            await until_released(self.fault)
        fault = self.fault if self.fault and self.fault.kind in CHANGES else None
        body = gradio.body()
        if fault:
            body = CHANGES[fault.kind](body, fault)
            if fault.kind in ("replace", "rewrite", "endless"):
                response = without_length(response)
        await self._respond(response)
        async for data in body:
            await self._client.send(h11.Data(data=data))
        await self._client.send(h11.EndOfMessage())

    async def _respond(self, response: h11.Response) -> None:
        self._stage.recording.update(self._entry, status=response.status_code)
        await self._client.send(response)


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
