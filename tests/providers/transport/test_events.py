import asyncio
import contextlib
import itertools
import threading
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    ProviderError,
    RateLimited,
    ServiceUnavailable,
)
from depthstudio.providers.transport.events import ServerEvent, server_events
from tests.providers.transport.conftest import FakeReach
from tests.support.loopback import Exchange, Loopback, Serve

STREAM = "text/event-stream; charset=utf-8"


def stream_of(
    *pieces: bytes, content_type: str = STREAM, cut: bool = False
) -> Callable[[Exchange], None]:
    """Each piece as a chunk of its own; `cut` leaves out the end of the body."""

    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Type=content_type, Transfer_Encoding="chunked")
        for piece in filter(None, pieces):
            exchange.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        if cut:
            exchange.hang_up()
        else:
            exchange.send(b"0\r\n\r\n")

    return reply


async def heard(
    reach: FakeReach, server: Loopback, seen: list[ServerEvent] | None = None, **options: float
) -> list[ServerEvent]:
    events = [] if seen is None else seen
    stream = server_events(
        reach.http, f"{server.url}/data?a=1", service="Acme", params={"b": "2"}, **options
    )
    async with contextlib.aclosing(stream):
        async for event in stream:
            events.append(event)
    return events


@pytest.mark.anyio
async def test_the_three_dialects_are_understood(reach: FakeReach, serve: Serve) -> None:
    server = serve(
        stream_of(
            b'data: {"msg": "estimation"}\n\n',  # Gradio's queue, and fal
            b": keep-alive\n\nevent: progress\ndata: 1\n\n",  # Oxen
            b"event: complete\r\ndata: [1,\r\ndata: 2]\r\n\r\n",
            b"id: 7\nretry: 3\n\n: ping\n\n",
        )
    )
    assert await heard(reach, server) == [
        ServerEvent("message", '{"msg": "estimation"}'),
        ServerEvent("progress", "1"),
        ServerEvent("complete", "[1,\n2]"),
    ]
    assert server.questions[0].path == "/data?a=1&b=2"
    assert server.questions[0].headers["accept"] == "text/event-stream"


@pytest.mark.anyio
async def test_who_listens_is_told_when_the_stream_is_open_before_the_first_event(
    reach: FakeReach, serve: Serve
) -> None:
    may_speak = threading.Event()

    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Type=STREAM, Transfer_Encoding="chunked")
        may_speak.wait(10)
        exchange.send(b"9\r\ndata: 1\n\n\r\n0\r\n\r\n")

    server = serve(reply)
    opened = server_events(reach.http, server.url, service="Acme", on_open=may_speak.set)
    async with contextlib.aclosing(opened):
        assert [event.data async for event in opened] == ["1"]


@pytest.mark.anyio
async def test_a_stream_that_breaks_off_first_gives_every_complete_event(
    reach: FakeReach, serve: Serve
) -> None:
    seen: list[ServerEvent] = []
    server = serve(stream_of(b"data: 1\n\ndata: 2\n\nda", b"ta: 3\n", cut=True))
    with pytest.raises(ServiceUnavailable, match="broke off") as caught:
        await heard(reach, server, seen)
    assert [event.data for event in seen] == ["1", "2"]
    assert caught.value.may_have_run


@pytest.mark.anyio
async def test_a_silent_stream_is_dead(reach: FakeReach, serve: Serve) -> None:
    seen: list[ServerEvent] = []

    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Type=STREAM)
        exchange.send(b"data: 1\n\n")
        server.closing.wait()
        exchange.hang_up()

    server = serve(reply)
    with pytest.raises(ServiceUnavailable, match="in time"):
        await heard(reach, server, seen, silence_s=0.2)
    assert [event.data for event in seen] == ["1"]


@pytest.mark.anyio
async def test_who_stops_listening_ends_the_connection(reach: FakeReach, serve: Serve) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Type=STREAM)
        exchange.send_without_end(b"data: 1\n\n")
        server.closing.set()

    server = serve(reply)
    stream = server_events(reach.http, server.url, service="Acme")
    async with contextlib.aclosing(stream):
        assert (await anext(stream)).data == "1"
    assert server.closing.wait(10)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "kind"), [(401, AuthError), (429, RateLimited), (404, ProviderError)]
)
async def test_a_refusal_is_an_error_of_ours(
    reach: FakeReach, serve: Serve, status: int, kind: type[ProviderError]
) -> None:
    server = serve(lambda exchange: exchange.answer(status, b'{"detail": "no such session"}'))
    with pytest.raises(kind) as caught:
        await heard(reach, server)
    assert type(caught.value) is kind
    assert "no such session" in caught.value.detail


@pytest.mark.anyio
async def test_a_refusal_without_end_is_not_read_to_the_end(reach: FakeReach, serve: Serve) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.begin(500)
        exchange.send_without_end(bytes(1 << 20))

    with pytest.raises(ServiceUnavailable):
        await heard(reach, serve(reply))


@pytest.mark.anyio
async def test_a_web_page_is_no_stream(reach: FakeReach, serve: Serve) -> None:
    with pytest.raises(BadResponse) as caught:
        await heard(reach, serve(stream_of(b"<html>", content_type="text/html")))
    assert "sign in" in caught.value.hint


@pytest.mark.anyio
@pytest.mark.parametrize("content_type", ["application/json", "text/event-streams", ""])
async def test_another_kind_of_answer_is_no_stream(
    reach: FakeReach, serve: Serve, content_type: str
) -> None:
    with pytest.raises(BadResponse, match="no events"):
        await heard(reach, serve(stream_of(b"data: 1\n\n", content_type=content_type)))


@pytest.mark.anyio
@pytest.mark.parametrize("data", [b"data: " + b"x" * 999, b"data: 1\n", b":\n\n"])
async def test_an_event_without_end_is_refused(reach: FakeReach, serve: Serve, data: bytes) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Type=STREAM)
        exchange.send_without_end(data)

    with pytest.raises(BadResponse, match="too long"):
        await heard(reach, serve(reply), max_event_bytes=100_000)


@pytest.mark.anyio
async def test_only_line_ends_end_lines_and_text_is_utf8(reach: FakeReach, serve: Serve) -> None:
    text = "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg"
    body = f"\ufeffdata:  {text}\n\n".encode()
    server = serve(stream_of(body, content_type="text/event-stream; charset=latin-1"))
    assert await heard(reach, server) == [ServerEvent("message", " " + text)]


def reference(text: str) -> list[ServerEvent]:
    """The rules, read one after the other."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    events: list[ServerEvent] = []
    name, data = "", list[str]()
    for line in text.split("\n")[:-1]:
        if line == "":
            if (data and "\n".join(data)) or name:
                events.append(ServerEvent(name or "message", "\n".join(data)))
            name, data = "", []
            continue
        if line.startswith(":"):
            continue
        key, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if key == "data":
            data.append(value)
        elif key == "event":
            name = value
    # A named event whose name is the usual one is the same as one without a name.
    return [event for event in events if event.data or event.event != "message"]


lines = st.one_of(
    st.sampled_from(["", "", "", "data", "data:", "data: ", "event: done", ": ping", "id: 3",
                     "retry: 5", "retry: x", "event:", "event: message", "other: 1"]),
    st.text(max_size=5).map(lambda text: f"data: {text}"),
    st.text(alphabet="data:ev \u2028\u0085ü😀\x00", max_size=9),
)  # fmt: skip
ends = st.sampled_from(["\n", "\r\n", "\r"])
texts = st.lists(st.tuples(lines, ends), max_size=12).map(
    lambda parts: "".join(line + end for line, end in parts)
)


class Chunks(httpx.AsyncByteStream):
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


class Broken(Chunks):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in super().__aiter__():
            yield chunk
        raise httpx.ReadError("cut")


@given(
    text=st.tuples(st.sampled_from(["", "\ufeff"]), texts, st.text(max_size=4)).map("".join),
    cuts=st.lists(st.integers(0, 200), max_size=8),
    breaks=st.booleans(),
)
@example(text="data: 1\r\r", cuts=[], breaks=True)  # the second may be half a line end
@example(text="data: 1\r\n\r\n", cuts=[8, 10], breaks=False)
@settings(deadline=None)
def test_any_stream_is_read_as_the_rules_say(text: str, cuts: list[int], breaks: bool) -> None:
    body = text.encode(errors="replace")
    places = [0, *sorted({min(cut, len(body)) for cut in cuts}), len(body)]
    chunks = [body[a:b] for a, b in itertools.pairwise(places) if a < b]
    seen: list[ServerEvent] = []

    def answer(request: httpx.Request) -> httpx.Response:
        stream = Broken(chunks) if breaks else Chunks(chunks)
        return httpx.Response(200, headers={"Content-Type": STREAM}, stream=stream)

    async def listen() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            stream = server_events(client, "https://acme.test", service="Acme")
            async for event in stream:
                seen.append(event)

    with pytest.raises(ServiceUnavailable) if breaks else contextlib.nullcontext():
        asyncio.run(listen())
    assert seen == reference(body.decode())
