import json
import socket
import traceback
from datetime import UTC, datetime, timedelta
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
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.extensions import SECRETS
from depthstudio.providers.transport.retry_after import (
    DEFAULT_RETRY_AFTER_S,
    LONGEST_RETRY_AFTER_S,
    retry_after_s,
)
from tests.support.loopback import Exchange, Question, Serve

NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)


class Canned:
    """A real server, and what it answers next."""

    def __init__(self, serve: Serve) -> None:
        self.status, self.body = 200, b""
        self.headers: dict[str, str] = {}
        self.breaks_off = self.silent = False
        self._server = serve(self._reply)
        self.url = self._server.url

    @property
    def heard(self) -> list[Question]:
        return self._server.questions

    def _reply(self, exchange: Exchange) -> None:
        if self.silent:
            self._server.closing.wait()
        if self.breaks_off or self.silent:
            exchange.hang_up()
        else:
            exchange.answer(self.status, self.body, **self.headers)


@pytest.fixture
def service(serve: Serve) -> Canned:
    return Canned(serve)


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
async def test_a_good_answer_passes_through(service: Canned) -> None:
    service.body = b"ok"
    response = await post(service.url)
    assert response.content == b"ok"
    assert service.heard[0].headers["user-agent"].startswith("DepthStudio/")


@pytest.mark.anyio
@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_an_auth_error_that_names_no_key(
    service: Canned, status: int
) -> None:
    service.status, service.body = status, b"Bad key s3cret in Bearer s3cret"
    error = await refusal(service.url, headers={"Authorization": "Bearer s3cret"})
    assert isinstance(error, AuthError)
    assert not error.may_have_run
    assert not error.retryable
    words = {401: "", 403: ": Bad key … in …"}[status]
    assert str(error) == f"Acme refuses the key ({status}){words}"
    assert error.detail == f"HTTP {status} Bad key … in …"
    assert "Preferences, Keys" in error.hint
    assert ("credit" in error.hint) == (status == 403)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "status", [400, 401, 402, 403, 404, 405, 408, 410, 413, 415, 422, 425, 429, 500, 502, 503, 504]
)
async def test_every_refusal_says_what_to_do_and_repeats_nothing_we_sent(
    service: Canned, status: int
) -> None:
    photo = "data:image/png;base64," + "iVBORw0KGgo" * 99
    said = {
        "detail": [{"msg": "no", "input": photo, "url": "https://a.test/?X-Amz-Signature=s3cret"}]
    }
    service.status, service.body = status, json.dumps(said).encode()
    error = await refusal(service.url, headers={"Authorization": "Key abc:s3cret"})
    assert error.hint
    told = f"{error} {error.hint} {error.detail}"
    assert "iVBORw0KGgo" not in told
    assert "s3cret" not in told
    assert "HTTP" in error.detail


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
    service: Canned, header: str | None, wait_s: float
) -> None:
    service.status, service.body = 429, b"100 runs a day"
    service.headers = {} if header is None else {"Retry_After": header}
    error = await refusal(service.url)
    assert isinstance(error, RateLimited)
    assert error.detail == "HTTP 429 100 runs a day"
    assert error.until == NOW + timedelta(seconds=wait_s)
    assert error.retryable
    assert not error.may_have_run


@pytest.mark.anyio
@pytest.mark.parametrize("status", [400, 404, 413, 422])
async def test_what_the_service_refuses_did_not_run(service: Canned, status: int) -> None:
    service.status, service.body = status, b"steps must be below 50" + b"." * 9999
    error = await refusal(service.url)
    assert type(error) is ProviderError
    assert not error.may_have_run
    assert not error.retryable
    assert "steps must be below 50" in error.detail
    assert len(error.detail) < 600


@pytest.mark.anyio
@pytest.mark.parametrize("status", [408, 500, 502, 503])
async def test_trouble_at_the_service_may_have_run(service: Canned, status: int) -> None:
    service.status = status
    error = await refusal(service.url)
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run
    assert error.retryable
    assert error.detail == f"HTTP {status}"


@pytest.mark.anyio
async def test_a_redirect_nobody_asked_for_is_a_bad_response(service: Canned) -> None:
    service.status, service.headers = 302, {"Location": "http://elsewhere.test/"}
    error = await refusal(service.url)
    assert isinstance(error, BadResponse)
    assert error.may_have_run
    assert len(service.heard) == 1


@pytest.mark.anyio
async def test_going_round_in_circles_is_a_bad_response(service: Canned) -> None:
    service.status, service.headers = 307, {"Location": service.url}
    error = await refusal(service.url, follow_redirects=True)
    assert isinstance(error, BadResponse)
    assert "TooManyRedirects" in error.detail


@pytest.mark.anyio
async def test_an_answer_that_cannot_be_unpacked_is_a_bad_response(service: Canned) -> None:
    service.headers, service.body = {"Content_Encoding": "gzip"}, b"not gzip"
    error = await refusal(service.url)
    assert isinstance(error, BadResponse)
    assert error.may_have_run


@pytest.mark.anyio
async def test_a_connection_that_breaks_off_may_have_run(service: Canned) -> None:
    service.breaks_off = True
    error = await refusal(service.url)
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run
    assert str(error) == "The connection to Acme broke off"
    assert len(service.heard) == 1


@pytest.mark.anyio
async def test_a_service_that_stays_silent_may_have_run(service: Canned) -> None:
    service.silent = True
    error = await refusal(service.url, timeout_s=0.2)
    assert isinstance(error, ServiceUnavailable)
    assert error.may_have_run
    assert str(error) == "Acme did not answer in time"


@pytest.mark.anyio
async def test_a_closed_port_was_never_reached() -> None:
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
    assert type(error) is ProviderError
    assert not error.retryable
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
async def test_a_streamed_refusal_is_told_without_its_body(service: Canned) -> None:
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
@pytest.mark.parametrize(
    ("status", "kind", "body", "message"),
    [
        (422, "application/json", b'{"detail": "steps must be below 50."}',
         "Acme refused the request (422): steps must be below 50"),
        (422, "application/json",
         b'{"detail": [{"loc": ["body", "steps"], "msg": "too many", "type": "x"}]}',
         "Acme refused the request (422): steps: too many"),
        (404, "application/json", b'{"error": {"title": "Model not found", "type": "x"}}',
         "Acme has nothing at this address (404): Model not found"),
        (410, "text/plain", b"the job is\n  gone",
         "Acme no longer has this (410): the job is gone"),
        (413, "text/html", b"<html><head><title>413 Too &amp; Large</title></head><body>x</body>",
         "Acme finds this too large (413): 413 Too & Large"),
        (402, "application/json", b'{"message": "Insufficient credits"}',
         "Acme asks for credit (402): Insufficient credits"),
        (400, "text/plain", b"&lt;img src=x&gt; is no picture",
         "Acme refused the request (400): is no picture"),
        (400, "text/plain", b"Traceback (most recent call last):",
         "Acme refused the request (400)"),
        (400, "application/json", b'{"detail": ' + b"[" * 3000, "Acme refused the request (400)"),
        (400, "application/json", b'{"code": 17}', "Acme refused the request (400)"),
        (400, "text/plain", b"\x1b[31mred\x1b[0m", "Acme refused the request (400)"),
        (400, "text/plain", b"see https://a.test/x?sig=abc123",
         "Acme refused the request (400): see https://a.test/x?sig=…"),
    ],
)  # fmt: skip
async def test_a_refusal_says_in_short_what_the_service_says(
    service: Canned, status: int, kind: str, body: bytes, message: str
) -> None:
    service.status, service.headers, service.body = status, {"Content_Type": kind}, body
    error = await refusal(service.url)
    assert type(error) is ProviderError
    assert str(error) == message
    assert error.status == status
    assert not error.may_have_run


@pytest.mark.anyio
async def test_credit_that_is_missing_says_where_it_is_to_be_bought(service: Canned) -> None:
    service.status = 402
    error = await refusal(service.url)
    assert "credit" in error.hint


@pytest.mark.anyio
@pytest.mark.parametrize(("header", "wait_s"), [("7", 7.0), (None, None)])
async def test_trouble_keeps_the_pause_the_service_asks_for(
    service: Canned, header: str | None, wait_s: float | None
) -> None:
    service.status = 503
    service.headers = {} if header is None else {"Retry_After": header}
    error = await refusal(service.url)
    assert (error.status, error.retry_after_s) == (503, wait_s)


@pytest.mark.anyio
async def test_what_comes_too_early_or_stops_at_a_proxy_did_not_run(service: Canned) -> None:
    for service.status in (425, 407):
        error = await refusal(service.url)
        assert isinstance(error, ServiceUnavailable)
        assert not error.may_have_run


@pytest.mark.anyio
async def test_a_network_that_wants_a_sign_in_is_named_as_a_reason(service: Canned) -> None:
    service.headers = {"Location": "http://portal.test/"}
    for service.status in (302, 511):
        assert "sign in" in (await refusal(service.url)).hint


def test_a_key_that_cannot_be_sent_is_not_quoted() -> None:
    error = translated(httpx.LocalProtocolError("Illegal header value b'Bearer s3cret\\n'"))
    assert type(error) is ProviderError
    assert "s3cret" not in f"{error} {error.hint} {error.detail}"


def test_no_traceback_tells_the_address_of_a_request() -> None:
    request = httpx.Request("GET", "https://acme.test/file?sig=s3cret")
    with pytest.raises(ProviderError) as caught, translated_errors("Acme"):
        httpx.Response(404, request=request).raise_for_status()
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_the_detail_of_a_broken_connection_names_no_secret() -> None:
    request = httpx.Request(
        "GET", "https://acme.test/", headers={"X-Api-Key": "s3cret"}, extensions={SECRETS: {"own"}}
    )
    error = translated(httpx.ReadError("s3cret and own at https://me:pw@x.test", request=request))
    assert error.detail == "ReadError: … and … at https://…@x.test"


@pytest.mark.anyio
async def test_an_untrusted_certificate_is_named_as_a_reason(serve: Serve) -> None:
    server = serve(lambda exchange: exchange.answer(), with_tls=True)
    # The system's certificates alone: those of the tests are not among them.
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(ServiceUnavailable) as caught, translated_errors("Acme"):
            await client.post(server.url)
    assert "certificate is not trusted" in caught.value.hint
    assert not caught.value.may_have_run
