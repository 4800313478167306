"""A session with the program's own providers, on the machine's own clock, and things to send."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.jobs.clock import Clock, SystemClock
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport import repeat
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.constants import shortened
from tests.support.gradio_jobs import DA3, PARTPACKER, Kind
from tests.support.gradio_servers import Find, GradioServer
from tests.support.peers import GradioPeer, Jobs, Kinds, Peer, RestPeer
from tests.support.service_jobs import Service
from tests.support.vendors import HURRY, Vendors

OpenService = Callable[..., AbstractAsyncContextManager[Service]]
OpenPeer = Callable[..., AbstractAsyncContextManager[Jobs]]
GRADIO_APPS = {DA3: ("da3", "5.49"), PARTPACKER: ("partpacker", "5.25")}
MakePhotos = Callable[..., list[Path]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make_folders()
    return home


@pytest.fixture
def photos(tmp_path: Path) -> MakePhotos:
    """JPEG photos of different colours, with names that must not reach the server."""

    def make(count: int, size: tuple[int, int] = (64, 48)) -> list[Path]:
        folder = tmp_path / "photos"
        folder.mkdir(exist_ok=True)
        paths = [folder / f"{n} – été &%$.jpg" for n in range(count)]
        for number, path in enumerate(paths):
            ramp = np.linspace(40, 215, size[0], dtype=np.uint8)[None, :, None]
            pixels = np.broadcast_to(ramp, (size[1], size[0], 3)).copy()
            pixels[..., number % 3] //= 2 + number
            Image.fromarray(pixels).save(path, quality=95)
        return paths

    return make


@pytest.fixture
def open_service(home: Home, tmp_path: Path) -> OpenService:
    """Open the home, or that of another user, with the program's own providers."""

    @asynccontextmanager
    async def opened(
        provider_id: str, url: str, *, secrets: Secrets | None = None, user: str = ""
    ) -> AsyncGenerator[Service]:
        where = Home.at(tmp_path / user) if user else home
        where.make_folders()
        session = Session(where, Registry.load(), secrets=secrets or Secrets({}))
        try:
            await session.open()
            yield Service(session, provider_id, url)
        finally:
            await session.aclose()

    return opened


@pytest.fixture
def server(request: pytest.FixtureRequest, gradio_servers: Find) -> Generator[GradioServer]:
    """The server of a kind of job, in a version of Gradio, as the parameter says; as new."""
    kind, version = request.param
    found = gradio_servers("da3" if kind is DA3 else "partpacker", version)
    found.reset()
    yield found
    found.release()


@pytest.fixture(scope="module")
def running_vendors() -> Generator[Vendors]:
    with Vendors() as vendors:
        yield vendors


@pytest.fixture
def peer(one: Kinds, running_vendors: Vendors, gradio_servers: Find) -> Generator[Peer]:
    if isinstance(one, Kind):
        server = gradio_servers(*GRADIO_APPS[one])
        server.reset()
        yield GradioPeer(one, server)
        server.release()
    else:
        running_vendors.reset()
        yield RestPeer(one, running_vendors)
        running_vendors.release()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)
    for dotted, value in HURRY.items():
        monkeypatch.setattr(*shortened(dotted, value))


@pytest.fixture
def open_peer(home: Home, peer: Peer, tmp_path: Path, hurried: None) -> OpenPeer:
    """Open the home, with what lets the user in. Pauses nobody needs are short."""

    @asynccontextmanager
    async def open_(
        secrets: Secrets | None = None, clock: Clock | None = None
    ) -> AsyncGenerator[Jobs]:
        session = Session(
            home, Registry.load(), secrets=secrets or peer.secrets(), clock=clock or SystemClock()
        )
        try:
            await session.open()
            yield Jobs(session, peer, tmp_path)
        finally:
            await session.aclose()

    return open_
