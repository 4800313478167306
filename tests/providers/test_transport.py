import asyncio
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    ProviderError,
    RateLimited,
    ServiceUnavailable,
)
from depthstudio.providers.transport import clients as clients_module
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.errors import (
    DEFAULT_RETRY_AFTER_S,
    LONGEST_RETRY_AFTER_S,
    retry_after_s,
    translated_errors,
)

NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)


build_tls_context = clients_module._tls_context


@pytest.fixture(scope="module")
def tls_context() -> ssl.SSLContext:
    return build_tls_context()


@pytest.fixture(autouse=True)
def certificates_read_once(monkeypatch: pytest.MonkeyPatch, tls_context: ssl.SSLContext) -> None:
    """Reading them takes longer than a whole test."""
    monkeypatch.setattr(clients_module, "_tls_context", lambda: tls_context)


@dataclass
class LocalService:
    """A real HTTP server on this computer, and what it answers next."""

    url: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    breaks_off: bool = False
    silent: bool = False
    heard: list[dict[str, str]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.heard.append({name.lower(): value for name, value in handler.headers.items()})
        if self.silent:
            self.closing.wait()
        if self.breaks_off or self.silent:
            handler.close_connection = True
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalService]:
    monkeypatch.setenv("NO_PROXY", "*")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            local.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    local = LocalService(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield local
    local.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


async def post(url: str, *, timeout_s: float = 10.0, **options: Any) -> httpx.Response:
    """Send one request as a provider would, its errors in our words."""
    clients = HttpClients()
    try:
        client = await clients.client("acme")
        with translated_errors("Acme", now=lambda: NOW):
            response = await client.post(url, content=b"photo", timeout=timeout_s, **options)
            return response.raise_for_status()
    finally:
        await clients.aclose()


async def refusal(url: str, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await post(url, **options)
    return caught.value


@pytest.mark.anyio
async def test_a_good_answer_passes_through(service: LocalService) -> None:
    service.body = b"ok"
    response = await post(service.url)
    assert response.content == b"ok"
    assert service.heard[0]["user-agent"].startswith("DepthStudio/")


@pytest.mark.anyio
@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_an_auth_error_that_names_no_key(
    service: LocalService, status: int
) -> None:
    service.status, service.body = status, b"Bad key s3cret in Bearer s3cret"
    error = await refusal(service.url, headers={"Authorization": "Bearer s3cret"})
    assert isinstance(error, AuthError)
    assert not error.may_have_run
    assert not error.retryable
    assert str(error) == f"Acme refuses the key ({status})"
    assert error.detail == f"HTTP {status} Bad key … in …"
    assert "Keys" in error.hint


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        ("90", 90),
        ("Mon, 06 May 2030 07:18:09 GMT", 600),
        ("Mon, 06 May 2030 07:18:09 -0000", 600),
        (None, DEFAULT_RETRY_AFTER_S),
    ],
)
async def test_too_many_requests_hold_until_the_moment_the_service_names(
    service: LocalService, header: str | None, wait_s: float
) -> None:
    service.status, service.body = 429, b"100 runs a day"
    service.headers = {} if header is None else {"Retry-After": header}
    error = await refusal(service.url)
    assert isinstance(error, RateLimited)
    assert error.detail == "HTTP 429 100 runs a day"
    assert error.until == NOW + timedelta(seconds=wait_s)
    assert error.retryable
    assert not error.may_have_run


@pytest.mark.anyio
@pytest.mark.parametrize("status", [400, 404, 413, 422])
async def test_what_the_service_refuses_did_not_run(service: LocalService, status: int) -> None:
    service.status, service.body = status, b"steps must be below 50" + b"." * 9999
    error = await refusal(service.url)
    assert type(error) is ProviderError
    assert not error.may_have_run
    assert not error.retryable
    assert "steps must be below 50" in error.detail
    assert len(error.detail) < 600


@pytest.mark.anyio
@pytest.mark.parametrize("status", [408, 500, 502, 503])
async def test_trouble_at_the_service_may_have_run(service: LocalService, status: int) -> None:
    service.status = status
    error = await refusal(service.url)
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run
    assert error.retryable
    assert error.detail == f"HTTP {status}"


@pytest.mark.anyio
async def test_a_redirect_nobody_asked_for_is_a_bad_response(service: LocalService) -> None:
    service.status, service.headers = 302, {"Location": "http://elsewhere.test/"}
    error = await refusal(service.url)
    assert isinstance(error, BadResponse)
    assert error.may_have_run
    assert len(service.heard) == 1


@pytest.mark.anyio
async def test_going_round_in_circles_is_a_bad_response(service: LocalService) -> None:
    service.status, service.headers = 307, {"Location": service.url}
    error = await refusal(service.url, follow_redirects=True)
    assert isinstance(error, BadResponse)
    assert "TooManyRedirects" in error.detail


@pytest.mark.anyio
async def test_an_answer_that_cannot_be_unpacked_is_a_bad_response(service: LocalService) -> None:
    service.headers, service.body = {"Content-Encoding": "gzip"}, b"not gzip"
    error = await refusal(service.url)
    assert isinstance(error, BadResponse)
    assert error.may_have_run


@pytest.mark.anyio
async def test_a_connection_that_breaks_off_may_have_run(service: LocalService) -> None:
    service.breaks_off = True
    error = await refusal(service.url)
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run
    assert str(error) == "The connection to Acme broke off"
    assert len(service.heard) == 1


@pytest.mark.anyio
async def test_a_service_that_stays_silent_may_have_run(service: LocalService) -> None:
    service.silent = True
    error = await refusal(service.url, timeout_s=0.2)
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run
    assert str(error) == "Acme did not answer in time"


@pytest.mark.anyio
async def test_a_closed_port_was_never_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = await refusal(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert isinstance(error, ServiceUnavailable)
    assert not error.may_have_run
    assert error.retryable
    assert "ConnectError" in error.detail


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["ftp://acme.test/", "acme.test", "http://[::1", "http://a:b/"])
async def test_an_address_that_makes_no_sense_was_never_reached(url: str) -> None:
    error = await refusal(url)
    assert isinstance(error, ServiceUnavailable)
    assert not error.may_have_run


def translated(error: Exception) -> ProviderError:
    with pytest.raises(ProviderError) as caught, translated_errors("Acme", now=lambda: NOW):
        raise error
    return caught.value


@pytest.mark.parametrize("kind", [httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
def test_a_connection_that_is_never_made_did_not_run(kind: type[httpx.RequestError]) -> None:
    error = translated(kind("no way"))
    assert isinstance(error, ServiceUnavailable)
    assert str(error) == "Acme cannot be reached"
    assert not error.may_have_run


@pytest.mark.parametrize("kind", [httpx.WriteError, httpx.WriteTimeout, httpx.ReadError])
def test_a_request_that_was_partly_written_may_have_run(kind: type[httpx.RequestError]) -> None:
    error = translated(kind("half way"))
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run


@pytest.mark.anyio
async def test_a_streamed_refusal_is_told_without_its_body(service: LocalService) -> None:
    service.status, service.body = 422, b"long"
    async with httpx.AsyncClient() as client, client.stream("POST", service.url) as response:
        with pytest.raises(httpx.HTTPStatusError) as caught:
            response.raise_for_status()
        assert translated(caught.value).detail == "HTTP 422"


def test_without_a_clock_given_a_wait_counts_from_now() -> None:
    request = httpx.Request("GET", "https://acme.test")
    response = httpx.Response(429, headers={"Retry-After": "0"}, request=request)
    before = datetime.now(UTC)
    with pytest.raises(RateLimited) as caught, translated_errors("Acme"):
        response.raise_for_status()
    assert caught.value.until is not None
    assert before <= caught.value.until <= datetime.now(UTC)


def test_our_own_mistakes_are_not_translated() -> None:
    with pytest.raises(KeyError), translated_errors("Acme"):
        raise KeyError("ours")


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        (None, DEFAULT_RETRY_AFTER_S),
        ("", DEFAULT_RETRY_AFTER_S),
        ("soon", DEFAULT_RETRY_AFTER_S),
        ("-5", DEFAULT_RETRY_AFTER_S),
        ("٣", DEFAULT_RETRY_AFTER_S),
        ("Mon, 06 May 99999999999999999999 07:18:09 GMT", DEFAULT_RETRY_AFTER_S),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 5000, LONGEST_RETRY_AFTER_S),
        ("Mon, 06 May 2030 07:00:00 GMT", 0),
        ("Mon, 06 May 2999 07:00:00 GMT", LONGEST_RETRY_AFTER_S),
        ("Mon, 06 May 2030 09:08:19 +0200", 10),
    ],
)
def test_how_long_to_wait(header: str | None, wait_s: float) -> None:
    assert retry_after_s(header, NOW) == wait_s


@pytest.mark.anyio
async def test_each_provider_has_one_client_and_all_share_one_ssl_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[str] = []

    def counted() -> ssl.SSLContext:
        built.append(threading.current_thread().name)
        return build_tls_context()

    monkeypatch.setattr(clients_module, "_tls_context", counted)
    clients = HttpClients()
    first, again, other = await asyncio.gather(
        clients.client("acme"), clients.client("acme"), clients.client("other")
    )
    assert first is again
    assert first is not other
    assert len(built) == 1
    assert built[0] != threading.main_thread().name
    await clients.aclose()
    assert first.is_closed
    assert other.is_closed


@pytest.mark.anyio
async def test_closed_clients_make_no_new_ones() -> None:
    clients = HttpClients()
    await clients.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await clients.client("acme")


def test_starting_without_sending_does_not_import_httpx() -> None:
    code = """
import sys
import depthstudio.providers.base, depthstudio.providers.transport.clients
from depthstudio.providers.registry import Registry
assert "relief" in Registry.load()
print(sorted({"httpx", "cmap", "PySide6", "vtk"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
