from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from ssl import SSLContext

import httpx
import pytest

from depthstudio.providers.base import Credential
from depthstudio.providers.transport import clients as clients_module
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.tls import tls_context
from tests.support.fake_clock import FakeClock
from tests.support.file_service import FileService
from tests.support.loopback import AUTHORITY, Exchange, Loopback, Serve


class FakeReach:
    """The `Reach` of a test: a real client, and a clock that passes each pause at once."""

    endpoints: Mapping[str, str] = {}
    secrets: Mapping[str, str] = {}

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.clock = FakeClock()
        self.pauses: list[float] = []

    def now(self) -> datetime:
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)


@pytest.fixture(scope="session")
def own_tls() -> SSLContext:
    return tls_context(AUTHORITY)


@pytest.fixture(autouse=True)
def certificates_read_once(monkeypatch: pytest.MonkeyPatch, own_tls: SSLContext) -> None:
    """Reading them takes longer than a whole test."""
    monkeypatch.setattr(clients_module, "tls_context", lambda ca_file: own_tls)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that end with the test."""
    with ExitStack() as servers:

        def start(reply: Callable[[Exchange], None], **options: bool) -> Loopback:
            return servers.enter_context(Loopback(reply, **options))

        yield start


@pytest.fixture
async def clients() -> AsyncIterator[HttpClients]:
    clients = HttpClients()
    yield clients
    await clients.aclose()


@pytest.fixture
async def reach(clients: HttpClients) -> FakeReach:
    return FakeReach(await clients.client("acme"))


@pytest.fixture
def canary() -> Callable[..., Credential]:
    """A credential for some hosts, whose key nobody else may hear."""

    def made(*hosts: str) -> Credential:
        return Credential({"Authorization": "Bearer canary-5f2e"}, frozenset(hosts))

    return made


@pytest.fixture
def files(serve: Serve) -> FileService:
    return FileService(serve)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scene.glb"
