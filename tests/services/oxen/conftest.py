"""The Oxen service of the tests, a video for it, and sessions that send there."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from depthstudio.jobs.session import Session
from depthstudio.providers.oxen import queue
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.oxen_jobs import ENVIRONMENT, PROVIDER, OxenJobs, put_on_the_web
from tests.support.oxen_service import OxenService
from tests.support.videos import write_video

Open = Callable[..., AbstractAsyncContextManager[OxenJobs]]


@pytest.fixture
def oxen() -> Generator[OxenService]:
    with OxenService() as service:
        yield service


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "Fuß & Weg.mp4", frames=8)


@pytest.fixture
def url(oxen: OxenService, clip: Path) -> str:
    return put_on_the_web(oxen, clip)


@pytest.fixture
def opened(home: Home, oxen: OxenService) -> Open:
    @asynccontextmanager
    async def start(
        environment: dict[str, str] = ENVIRONMENT, only: set[str] | None = None
    ) -> AsyncGenerator[OxenJobs]:
        session = Session(home, Registry.load(), secrets=Secrets(environment))
        try:
            await session.open(only=only)
            yield OxenJobs(session, PROVIDER, oxen.url)
        finally:
            await session.aclose()

    return start


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between two looks that nobody needs to wait for are short."""
    monkeypatch.setattr(queue, "POLL_S", 0.05)
    monkeypatch.setattr(queue, "LAG_S", 0.05)
