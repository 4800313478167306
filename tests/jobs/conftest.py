"""A home, a photo, a scripted service and a session on a clock that stands still."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import depthstudio
from depthstudio.core.job import Job, Source
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import take_in
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from tests.support.fake_clock import FakeClock
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService

PACKAGE_FOLDER = str(Path(depthstudio.__file__).parent)

OpenSession = Callable[..., AbstractAsyncContextManager[Session]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make_folders()
    return home


@pytest.fixture
def make_photo(tmp_path: Path) -> Callable[..., Path]:
    """A small PNG; other colours are other bytes."""

    def make(name: str = "photo.png", colour: tuple[int, int, int] = (9, 99, 200)) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 24), colour).save(path)
        return path

    return make


@pytest.fixture
def make_source(make_photo: Callable[..., Path]) -> Callable[..., Source]:
    def make(name: str = "photo.png", colour: tuple[int, int, int] = (9, 99, 200)) -> Source:
        return take_in([make_photo(name, colour)]).sources[0]

    return make


@pytest.fixture
def make_job(make_source: Callable[..., Source]) -> Callable[..., Job]:
    """A job of one photo for the scripted service."""

    def make(**changes: Any) -> Job:
        values = {"name": "photo.png", "provider_id": "scripted", "sources": (make_source(),)}
        return Job(**{**values, **changes})

    return make


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


def our_tasks() -> list[str]:
    """The tasks of this loop that run code of the program."""
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    return [
        coroutine.__qualname__
        for coroutine in coroutines
        if inspect.iscoroutine(coroutine)
        and coroutine.cr_code.co_filename.startswith(PACKAGE_FOLDER)
    ]


@pytest.fixture
def open_session(home: Home, clock: FakeClock) -> OpenSession:
    """Open a session of the home with these providers; leaves no task of it behind."""

    @asynccontextmanager
    async def opened(
        *providers: Any, journal: Journal | None = None, only: set[str] | None = None
    ) -> AsyncGenerator[Session]:
        session = Session(home, Registry(providers), clock=clock, journal=journal)
        try:
            await session.open(only=only)
            yield session
        finally:
            await session.aclose()
        assert our_tasks() == []

    return opened


@pytest.fixture
async def session(
    anyio_backend: str, open_session: OpenSession, service: ScriptedService
) -> AsyncGenerator[Session]:
    """A session whose only provider is the scripted service, two jobs at a time."""
    async with open_session(scripted_at(service.url)) as opened:
        yield opened


@pytest.fixture
def add(make_source: Callable[..., Source], request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Add a job to a session: a photo of its own for every name."""

    async def add_job(session: Session, script: str = "ok", name: str = "", **options: Any) -> Job:
        number = len(session.queue)
        source = make_source(name) if name else make_source(f"{number}.png", (number, 50, 60))
        provider = options.pop("provider", "scripted")
        values = options.pop("values", {"script": script} if provider == "scripted" else {})
        return await session.add([source], Order(provider, values, **options))

    return add_job
