"""A server that sends a byte now and then, which no timeout between two bytes ever ends."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from depthstudio.core.errors import BadResponse, ServiceUnavailable
from depthstudio.providers.transport import bounded, deadline, transfer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.events import server_events
from depthstudio.providers.transport.json_call import call_json
from tests.providers.transport.conftest import FakeReach
from tests.support.file_service import fetch
from tests.support.loopback import Exchange, Serve

LIMIT_S = 0.3
DRIP_S = 0.05
QUICK = httpx.Timeout(LIMIT_S / 2)


@pytest.fixture(autouse=True)
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "LONGEST_ANSWER_S", LIMIT_S)


def dripping(start: bytes, drop: bytes = b"a") -> Callable[[Exchange], None]:
    """Answers with `start`, and then a drop at a time until nobody listens."""

    def reply(exchange: Exchange) -> None:
        exchange.hang_up()
        try:
            exchange.send(start)
            while True:
                time.sleep(DRIP_S)
                exchange.send(drop)
        except OSError:
            pass

    return reply


HEADERS = b"HTTP/1.1 200 OK\r\nX-Slow: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK_HEADER = CHUNKS + b"4\r\nglTF\r\n1;name="
TRAILERS = CHUNKS + b"1\r\n7\r\n0\r\nX-Slow: "
EARLY = b"HTTP/1.1 103 Early Hints\r\n\r\n"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("start", "drop"),
    [(HEADERS, b"a"), (BODY, b" "), (CHUNK_HEADER, b"a"), (TRAILERS, b"a"), (EARLY, EARLY)],
)
async def test_an_answer_that_drips_ends(
    reach: FakeReach, serve: Serve, start: bytes, drop: bytes
) -> None:
    server = serve(dripping(start, drop))
    began_s = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="in time") as caught, translated_errors("Acme"):
        await reach.http.get(server.url, timeout=QUICK)
    assert LIMIT_S * 0.9 < time.monotonic() - began_s < 20 * LIMIT_S
    assert caught.value.may_have_run  # it was sent, and nobody knows what became of it


@pytest.mark.anyio
async def test_a_json_call_has_the_same_deadline(reach: FakeReach, serve: Serve) -> None:
    reach.http.timeout = QUICK
    with pytest.raises(ServiceUnavailable, match="in time"):
        await call_json(reach, "Acme", "POST", serve(dripping(BODY, b" ")).url, body={"steps": 1})


@pytest.mark.anyio
async def test_the_time_that_sending_takes_does_not_count(reach: FakeReach, serve: Serve) -> None:
    server = serve(lambda exchange: exchange.answer(body=exchange.question.body))

    async def slow() -> AsyncIterator[bytes]:
        for _ in range(4):
            await asyncio.sleep(LIMIT_S / 2)
            yield b"x"

    headers = {"Content-Length": "4"}
    answer = await reach.http.post(server.url, content=slow(), headers=headers, timeout=QUICK)
    assert answer.content == b"xxxx"


@pytest.mark.anyio
async def test_who_waits_longer_for_an_answer_gives_it_longer(
    reach: FakeReach, serve: Serve
) -> None:
    """A call that blocks until the work is done has a long read timeout."""

    def reply(exchange: Exchange) -> None:
        time.sleep(2 * LIMIT_S)
        exchange.answer(body=b"done")

    answer = await reach.http.get(serve(reply).url, timeout=10)
    assert answer.content == b"done"


@pytest.mark.anyio
async def test_a_download_whose_headers_drip_ends(
    reach: FakeReach, serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("depthstudio.providers.transport.opened.TIMEOUT", QUICK)
    with pytest.raises(ServiceUnavailable, match="in time"):
        await fetch(reach, serve(dripping(HEADERS)).url, path)


@pytest.mark.anyio
async def test_a_download_that_drips_between_two_pieces_ends(
    reach: FakeReach, serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PACE_WINDOW_S", LIMIT_S)
    with pytest.raises(ServiceUnavailable, match="in time"):
        await fetch(reach, serve(dripping(CHUNK_HEADER)).url, path)


@pytest.mark.anyio
async def test_an_excuse_that_drips_is_not_heard_out(
    reach: FakeReach, serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "LONGEST_EXCUSE_S", LIMIT_S)
    start = b"HTTP/1.1 500 Oh\r\nContent-Length: 9999\r\n\r\nout of memory"
    server = serve(dripping(start, b" "))
    with pytest.raises(ServiceUnavailable, match="trouble of its own") as caught:
        await fetch(reach, server.url, path)
    assert "out of memory" in caught.value.detail
    events = server_events(reach.http, server.url, service="Acme")
    with pytest.raises(ServiceUnavailable, match="trouble of its own"):
        await anext(events)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_call_in_json_is_never_sent_on_to_another_address(
    reach: FakeReach, serve: Serve, status: int
) -> None:
    elsewhere = serve(lambda exchange: exchange.answer(body=b"{}"))
    server = serve(lambda exchange: exchange.answer(status, Location=elsewhere.url))
    with pytest.raises(BadResponse, match="unexpected answer"):
        await call_json(reach, "Acme", "POST", server.url, body={"paid": True})
    assert elsewhere.questions == []
    assert len(server.questions) == 1
