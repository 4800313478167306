"""Addresses out of answers lead to the public internet, whatever a name server says."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from depthstudio.core.errors import BadResponse, ServiceOffline, ServiceUnavailable
from depthstudio.providers.transport import public_only
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.extensions import PUBLIC_ONLY
from depthstudio.providers.transport.result_address import is_public
from tests.providers.transport.conftest import FakeReach
from tests.support.file_service import GLB, FileService, content_of, fetch, names_in
from tests.support.loopback import Exchange, Serve

OWN = ["https://api.acme.test"]


class Names:
    """Stands for the name servers: what each name leads to, one answer after the other."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, list[list[str]]] = {}

    def say(self, name: str, *answers: list[str]) -> None:
        self.answers[name] = list(answers)

    def look_up(self, host: str | bytes, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        name = host if isinstance(host, str) else host.decode()
        self.asked.append(name)
        answers = self.answers[name]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "",
             (address, port))
            for address in addresses
        ]  # fmt: skip


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.look_up)
    return names


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """A door inside the user's network, on which nobody is to knock."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        yield door


def assert_nobody_knocked(door: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        door.accept()


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 stands for the internet; ::1 and everything else are what they are."""
    monkeypatch.setattr(
        public_only, "is_public", lambda address: address == "127.0.0.1" or is_public(address)
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1", "93.184.215.14"],
        ["fe80::1%2"],
        ["fd00:ec2::254"],
    ],
)
async def test_a_name_that_leads_inside_is_not_knocked_on(
    reach: FakeReach, names: Names, door: socket.socket, path: Path, addresses: list[str]
) -> None:
    names.say("cdn.acme.test", addresses)
    url = f"https://cdn.acme.test:{door.getsockname()[1]}/scene.glb"
    with pytest.raises(BadResponse, match="private network") as caught:
        await fetch(reach, url, path, own=OWN)
    assert caught.value.hint
    assert addresses[0] not in f"{caught.value}{caught.value.detail}"
    assert_nobody_knocked(door)
    assert reach.pauses == []
    assert names_in(path.parent) == []


@pytest.mark.anyio
@pytest.mark.usefixtures("loopback_is_public")
async def test_the_address_that_was_checked_is_the_one_connected_to(
    clients: HttpClients, serve: Serve, names: Names
) -> None:
    server = serve(lambda exchange: exchange.answer(body=b"from outside"), with_tls=True)
    # Bound to another address with the second answer, as a hostile name server would.
    names.say("localhost", ["127.0.0.1"], ["::1"])
    client = await clients.client("acme")
    url = f"https://localhost:{server.port}/scene.glb"
    answer = await client.get(url, extensions={PUBLIC_ONLY: True})
    assert answer.content == b"from outside"
    assert names.asked == ["localhost"]
    assert server.questions[0].headers["host"] == f"localhost:{server.port}"


@pytest.mark.anyio
@pytest.mark.usefixtures("loopback_is_public")
async def test_the_certificate_is_still_that_of_the_name(
    clients: HttpClients, serve: Serve, names: Names
) -> None:
    server = serve(lambda exchange: exchange.answer(), with_tls=True)
    names.say("cdn.acme.test", ["127.0.0.1"])
    client = await clients.client("acme")
    with pytest.raises(ServiceUnavailable) as caught, translated_errors("Acme"):
        await client.get(f"https://cdn.acme.test:{server.port}/", extensions={PUBLIC_ONLY: True})
    assert "certificate" in caught.value.hint
    assert server.questions == []


@pytest.mark.anyio
@pytest.mark.usefixtures("loopback_is_public")
async def test_connections_made_unchecked_are_not_used_again(
    clients: HttpClients, serve: Serve, names: Names
) -> None:
    """The service's own endpoint may stand in a private network; others may not lead there."""
    server = serve(lambda exchange: exchange.answer(body=b"inside"), with_tls=True)
    names.say("localhost", ["127.0.0.1"], ["::1"])
    client = await clients.client("acme")
    url = f"https://localhost:{server.port}/"
    assert (await client.get(url)).content == b"inside"
    with pytest.raises(public_only.NotPublic):
        await client.get(url, extensions={PUBLIC_ONLY: True})


@pytest.mark.anyio
@pytest.mark.usefixtures("loopback_is_public")
async def test_the_next_address_is_tried_when_one_does_not_answer(
    clients: HttpClients, serve: Serve, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda exchange: exchange.answer(body=b"second"), with_tls=True)
    monkeypatch.setattr(public_only, "is_public", lambda address: True)
    names.say("localhost", ["::1", "127.0.0.1"])  # nobody listens on ::1
    client = await clients.client("acme")
    url = f"https://localhost:{server.port}/"
    assert (await client.get(url, extensions={PUBLIC_ONLY: True})).content == b"second"


@pytest.mark.anyio
async def test_a_name_that_leads_nowhere_is_offline(
    reach: FakeReach, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ServiceOffline, match="cannot be reached"):
        await fetch(reach, "https://cdn.acme.test/scene.glb", path, own=OWN)


@pytest.mark.anyio
async def test_the_services_own_endpoint_may_be_inside(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    assert await fetch(reach, files.url, path, own=[*OWN, files.server.url]) == len(GLB)
    assert content_of(path) == GLB


@pytest.mark.anyio
async def test_each_redirect_is_checked_anew(
    reach: FakeReach, serve: Serve, names: Names, door: socket.socket, path: Path
) -> None:
    names.say("cdn.acme.test", ["192.168.1.1"])
    names.answers["127.0.0.1"] = [["127.0.0.1"]]
    there = f"https://cdn.acme.test:{door.getsockname()[1]}/x"
    home = serve(lambda exchange: exchange.answer(302, Location=there))
    with pytest.raises(BadResponse, match="private network"):
        await fetch(reach, f"{home.url}/file", path, own=[home.url])
    assert len(home.questions) == 1
    assert_nobody_knocked(door)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "location",
    [
        "http://cdn.acme.test/x",
        "https://10.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:192.168.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://127.1/",
        "https://localhost./",
        "https://printer/",
        "https://metadata.google.internal/",
        "//user@10.0.0.1/",
    ],
)
async def test_a_redirect_leads_to_no_private_place(
    reach: FakeReach, serve: Serve, path: Path, location: str
) -> None:
    home = serve(lambda exchange: exchange.answer(302, Location=location))
    with pytest.raises(BadResponse):
        await fetch(reach, f"{home.url}/file", path, own=[home.url])
    assert len(home.questions) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("own", [None, True])
async def test_a_redirect_never_leads_from_https_to_plain_http(
    reach: FakeReach, serve: Serve, files: FileService, path: Path, own: bool | None
) -> None:
    home = serve(lambda exchange: exchange.answer(302, Location=files.url), with_tls=True)
    endpoints = [home.url, files.server.url] if own else None
    with pytest.raises(BadResponse, match="without encryption"):
        await fetch(reach, f"{home.url}/file", path, own=endpoints)
    assert files.ranges == []


@pytest.mark.anyio
async def test_behind_a_proxy_what_says_itself_that_it_is_private_is_refused(
    serve: Serve, clients: HttpClients, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a name leads only the proxy knows; see the decision note."""
    asked: list[str] = []

    def reply(exchange: Exchange) -> None:
        asked.append(exchange.question.path)
        exchange.answer(502)

    proxy = serve(reply)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    reach = FakeReach(await clients.client("acme"))
    with pytest.raises(BadResponse, match="not https to a public host"):
        await fetch(reach, "https://10.0.0.1/x", path, own=OWN)
    assert asked == []
    client = await clients.client("acme")
    with pytest.raises(httpx.ProxyError):
        await client.get("https://cdn.acme.test/x", extensions={PUBLIC_ONLY: True})


@pytest.mark.anyio
async def test_the_pool_closes_with_the_client(
    serve: Serve, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_only, "is_public", lambda address: True)
    names.say("localhost", ["127.0.0.1"])
    server = serve(lambda exchange: exchange.answer(body=b"x"), with_tls=True)
    clients = HttpClients()
    client = await clients.client("acme")
    url = f"https://localhost:{server.port}/"
    answer = await client.get(url, extensions={PUBLIC_ONLY: True})
    stream: Any = answer.extensions["network_stream"]
    await clients.aclose()
    with pytest.raises(Exception, match=r"[Cc]losed|^$"):
        await stream.write(b"x")


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.3.4", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1",
     "100.100.100.200", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.192",
     "::1", "::", "::7f00:1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::a00:1",
     "64:ff9b:1::808:808", "2002:a00:1::1", "2001::1", "2001:db8::1", "3fff::1", "fec0::1",
     "fe80::1%eth0", "fd00::1", "ff02::1", "[::1]"],
)  # fmt: skip
def test_an_address_of_no_public_place_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "[2606:4700::1]"]
)
def test_an_address_of_the_whole_world_is_known(address: str) -> None:
    assert is_public(address)
