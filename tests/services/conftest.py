"""A session with the program's own providers, on the machine's own clock, and things to send."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.gradio_jobs import DA3
from tests.support.gradio_servers import Find, GradioServer
from tests.support.service_jobs import Service

OpenService = Callable[..., AbstractAsyncContextManager[Service]]
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
