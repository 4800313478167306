import asyncio
import importlib.abc
import logging
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from depthstudio.core.errors import AuthError, BadResponse, ServiceUnavailable
from depthstudio.providers.base import Credential
from depthstudio.providers.transport import clients as clients_module
from depthstudio.providers.transport.bounded import LONGEST_ANSWER_BYTES, LONGEST_PACKED_BYTES
from depthstudio.providers.transport.clients import ASKED_FOR_OFTEN, HttpClients
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.extensions import CREDENTIAL
from depthstudio.providers.transport.redaction import secrets_of
from depthstudio.providers.transport.tls import tls_context
from tests.support.loopback import AUTHORITY, Exchange, Serve

Canary = Callable[..., Credential]
KEY = "Bearer canary-5f2e"


@pytest.mark.anyio
async def test_each_provider_has_one_client_and_all_share_one_ssl_context(
    monkeypatch: pytest.MonkeyPatch, own_tls: ssl.SSLContext
) -> None:
    built: list[str] = []

    def counted(ca_file: Path | None) -> ssl.SSLContext:
        built.append(threading.current_thread().name)
        return own_tls

    monkeypatch.setattr(clients_module, "tls_context", counted)
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
async def test_each_credential_has_a_client_of_its_own(clients: HttpClients) -> None:
    def credential(key: str, host: str) -> Credential:
        return Credential({"Authorization": key}, frozenset({host}))

    one = await clients.client("acme", credential("a", "acme.test"))
    assert one is await clients.client("acme", credential("a", "acme.test"))
    others = {
        await clients.client("acme"),
        await clients.client("acme", credential("b", "acme.test")),
        await clients.client("acme", credential("a", "other.test")),
    }
    assert len(others) == 3
    assert one not in others


@pytest.mark.anyio
async def test_other_certificates_hold_for_the_next_client_and_leave_the_former_alone(
    monkeypatch: pytest.MonkeyPatch, own_tls: ssl.SSLContext
) -> None:
    read: list[Path | None] = []

    def reading(ca_file: Path | None) -> ssl.SSLContext:
        read.append(ca_file)
        return own_tls

    monkeypatch.setattr(clients_module, "tls_context", reading)
    clients = HttpClients()
    former = await clients.client("acme")
    await clients.trust(AUTHORITY)
    later = await clients.client("acme")
    assert later is not former
    assert not former.is_closed
    assert read == [None, AUTHORITY]
    await clients.aclose()
    assert former.is_closed
    assert later.is_closed


@pytest.mark.anyio
async def test_closed_clients_make_no_new_ones() -> None:
    clients = HttpClients()
    await clients.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await clients.client("acme")


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["Bearer abc\n", " abc", "Bearer schlüssel", "a\x00b"])
async def test_a_key_that_was_copied_badly_is_refused_before_it_is_sent(
    clients: HttpClients, key: str
) -> None:
    with pytest.raises(AuthError) as caught:
        await clients.client("acme", Credential({"Authorization": key}, frozenset({"a.test"})))
    assert not caught.value.may_have_run
    assert key.strip() not in f"{caught.value} {caught.value.hint} {caught.value.detail}"


@pytest.mark.anyio
async def test_the_users_own_authority_is_trusted_beside_the_system(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients_module, "tls_context", tls_context)
    server = serve(lambda exchange: exchange.answer(body=b"safe"), with_tls=True)
    clients = HttpClients(AUTHORITY)
    try:
        assert (await (await clients.client("acme")).get(server.url)).content == b"safe"
        by_name = server.url.replace("127.0.0.1", "localhost")
        assert (await (await clients.client("acme")).get(by_name)).content == b"safe"
    finally:
        await clients.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", None])
async def test_ssl_cert_file_is_trusted_too(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    monkeypatch.setattr(clients_module, "tls_context", tls_context)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, str(AUTHORITY))
    server = serve(lambda exchange: exchange.answer(), with_tls=True)
    clients = HttpClients()
    try:
        client = await clients.client("acme")
        if variable:
            assert (await client.get(server.url)).status_code == 200
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(server.url)
    finally:
        await clients.aclose()


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_every_system_judges_certificates_and_names(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_certificates_that_cannot_be_read_are_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ServiceUnavailable, match=r"company\.pem") as caught:
        tls_context(path)
    assert not caught.value.may_have_run


@pytest.mark.anyio
async def test_a_key_is_shown_to_its_hosts_and_to_no_other(
    serve: Serve, clients: HttpClients, canary: Canary
) -> None:
    mine = serve(lambda exchange: exchange.answer())
    foreign = serve(lambda exchange: exchange.answer())
    client = await clients.client("acme", canary(mine.host))
    await client.get(mine.url)
    # Whoever puts it there by hand gets no further.
    await client.get(foreign.url, headers={"authorization": KEY})
    assert mine.questions[0].headers["authorization"] == KEY
    assert "authorization" not in foreign.questions[0].headers


class Looks(importlib.abc.MetaPathFinder):
    """Finds nothing, and notes what is looked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        self.names.append(fullname)


@pytest.mark.anyio
async def test_a_request_looks_for_no_module(
    serve: Serve, clients: HttpClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec(ASKED_FOR_OFTEN) is None:
        sys.modules.pop(ASKED_FOR_OFTEN, None)
    server = serve(lambda exchange: exchange.answer())
    client = await clients.client("acme")
    await client.get(server.url)
    looks = Looks()
    monkeypatch.setattr(sys, "meta_path", [looks, *sys.meta_path])
    await client.get(server.url)
    assert looks.names == []


@pytest.mark.anyio
async def test_a_request_may_say_who_asks_in_place_of_its_client(
    serve: Serve, clients: HttpClients, canary: Canary
) -> None:
    mine = serve(lambda exchange: exchange.answer())
    storage = serve(lambda exchange: exchange.answer())
    client = await clients.client("acme", canary(mine.host))
    token = Credential({"Authorization": "Bearer other"}, frozenset({storage.host}))
    for server in (storage, mine):
        answer = await client.get(server.url, extensions={CREDENTIAL: token})
        assert {"other", "canary-5f2e"} <= secrets_of(answer.request)
    await client.get(mine.url)
    assert [question.headers.get("authorization") for question in storage.questions] == [
        "Bearer other"
    ]
    shown = [question.headers.get("authorization") for question in mine.questions]
    assert shown == [None, KEY]


@pytest.mark.anyio
async def test_a_redirect_shows_neither_key_nor_cookies_to_another_host(
    serve: Serve, clients: HttpClients, canary: Canary
) -> None:
    foreign = serve(lambda exchange: exchange.answer())
    mine = serve(
        lambda exchange: exchange.answer(307, Location=foreign.url, Set_Cookie="replica=canary")
    )
    client = await clients.client("acme", canary(mine.host))
    await client.post(mine.url, content=b"x", follow_redirects=True)
    await client.get(mine.url)
    assert [question.headers.get("authorization") for question in mine.questions] == [KEY, KEY]
    assert mine.questions[1].headers["cookie"] == "replica=canary"
    assert len(foreign.questions) == 1
    assert "canary" not in str(foreign.questions[0])


@pytest.mark.anyio
async def test_a_cookie_goes_back_to_the_host_and_port_it_came_from(
    serve: Serve, clients: HttpClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = serve(lambda exchange: exchange.answer(Set_Cookie="replica=canary"))
    monkeypatch.setenv("HTTP_PROXY", web.url)  # stands for every host
    client = await clients.client("acme")
    await client.get("http://acme.test/")
    web.reply = Exchange.answer
    others = ("http://any.acme.test/", "http://acme.test:81/", "http://other.test/")
    for url in (*others, "http://acme.test/again"):
        await client.get(url)
    assert [question.headers.get("cookie") for question in web.questions[1:]] == [
        *(None for _ in others),
        "replica=canary",
    ]
    with pytest.raises(httpx.UnsupportedProtocol):
        await client.get("acme.test/no-scheme")


@pytest.mark.anyio
async def test_redirects_are_followed_only_when_asked(serve: Serve, clients: HttpClients) -> None:
    server = serve(lambda exchange: exchange.answer(302, Location="/elsewhere"))
    response = await (await clients.client("acme")).get(server.url)
    assert response.status_code == 302
    assert len(server.questions) == 1


@pytest.mark.anyio
async def test_an_endless_answer_is_not_read_to_the_end(serve: Serve, clients: HttpClients) -> None:
    sent: list[int] = []
    has_ended = threading.Event()

    def endless(exchange: Exchange) -> None:
        exchange.begin()
        sent.append(exchange.send_without_end(bytes(1 << 20)))
        has_ended.set()

    client = await clients.client("acme")
    with pytest.raises(BadResponse), translated_errors("Acme"):
        await client.get(serve(endless).url)
    assert await asyncio.to_thread(has_ended.wait, 10)
    assert sent[0] << 20 < 2 * LONGEST_ANSWER_BYTES


@pytest.mark.anyio
async def test_a_packed_answer_cannot_unfold_without_end(
    serve: Serve, clients: HttpClients
) -> None:
    def packed(exchange: Exchange) -> None:
        exchange.answer(body=bytes(LONGEST_PACKED_BYTES + 1), Content_Encoding="gzip")

    server = serve(packed)
    client = await clients.client("acme")
    with pytest.raises(BadResponse), translated_errors("Acme"):
        await client.get(server.url)
    assert server.questions[0].headers["accept-encoding"] == "identity"


@pytest.mark.anyio
async def test_what_is_logged_holds_no_key(
    serve: Serve, clients: HttpClients, canary: Canary, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(lambda exchange: exchange.answer(Set_Cookie="session=s3cret"))
    client = await clients.client("acme", canary(server.host))
    await client.get(f"{server.url}/file?X-Amz-Signature=s3cret&page=2")
    assert "X-Amz-Signature=…&page=2" in caplog.text
    assert "s3cret" not in caplog.text
    assert "canary" not in caplog.text


def test_nothing_that_names_a_client_names_its_key(canary: Canary) -> None:
    assert "canary" not in repr(canary("acme.test"))
    request = httpx.Request("GET", "https://acme.test", extensions={"x": canary("acme.test")})
    assert "canary" not in repr(request)


def test_starting_without_sending_imports_neither_httpx_nor_asyncio() -> None:
    code = """
import sys
import depthstudio.providers.base
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport import (
    answers, download, errors, events, redaction, repeat, upload
)
assert "relief" in Registry.load()
print(sorted({"httpx", "asyncio", "cmap", "PySide6", "vtk"} & set(sys.modules)))
import depthstudio.providers.transport.clients
print("httpx" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "False"]
