"""Tengr on a strict local service, and files that a host of the tests takes."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.hurried_clock import HurriedClock
from tests.support.shelf_host import HOST_ID, HOST_KEY, Shelf, shelf_at
from tests.support.shelf_host import KEY as SHELF_KEY
from tests.support.tengr_jobs import Tengr, png
from tests.support.tengr_service import KEY, TengrService

Open = Callable[..., AbstractAsyncContextManager[Tengr]]


@pytest.fixture
def web() -> Generator[Shelf]:
    with Shelf(is_locked=True) as files:
        yield files


@pytest.fixture
def service() -> Generator[TengrService]:
    with TengrService() as service:
        yield service


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make_folders()
    return home


@pytest.fixture
def open_tengr(home: Home, service: TengrService, web: Shelf) -> Open:
    """Open the home with both keys given; `clock` goes on from an earlier opening."""

    @asynccontextmanager
    async def opened(
        *,
        keys: dict[str, str] | None = None,
        endpoints: dict[str, str] | None = None,
        clock: HurriedClock | None = None,
        lasts: timedelta | None = None,
    ) -> AsyncGenerator[Tengr]:
        given = {"TENGR_API_KEY": KEY, SHELF_KEY.variable: HOST_KEY} if keys is None else keys
        clock = clock or HurriedClock()
        session = Session(
            home,
            Registry.load(),
            clock=clock,
            secrets=Secrets(given),
            hosts={HOST_ID: shelf_at(web.url, lasts=lasts, secrets=(SHELF_KEY,))},
        )
        try:
            await session.open()
            yield Tengr(session, clock, {"api": service.url} if endpoints is None else endpoints)
        finally:
            await session.aclose()

    return opened


@pytest.fixture
def photo_url(web: Shelf) -> str:
    return web.add("photo.png", png())


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Küche – été &%$.png"
    path.write_bytes(png())
    return path
