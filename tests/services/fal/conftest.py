"""The fal service, its official client, and sessions that work with it."""

import json
import os
import subprocess
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthstudio.jobs.session import Session
from depthstudio.providers.fal import queue
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport import repeat
from depthstudio.providers.transport.polling import Pace
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.servers.environments import SERVERS, ensure
from tests.support.fal_jobs import ENVIRONMENT, FAL, FalJobs
from tests.support.fal_service import FalService

OpenFal = Callable[..., AbstractAsyncContextManager[FalJobs]]
Drive = Callable[..., Any]


@pytest.fixture(scope="session")
def fal_running() -> Generator[FalService]:
    with FalService() as service:
        yield service


@pytest.fixture
def fal(fal_running: FalService) -> Generator[FalService]:
    """The service as new. No credential may have come to whom it is not for."""
    fal_running.reset()
    yield fal_running
    shown = [request.target for request in fal_running.violations]
    fal_running.reset()
    assert shown == []


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PACE", Pace(first_s=0.01, longest_s=0.05, deadline_s=60.0))
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture that grows brighter to the right, with a name that must not leave."""
    path = tmp_path / "été &%$ – geheim.png"
    ramp = np.broadcast_to(np.linspace(30, 220, 70, dtype=np.uint8)[None, :, None], (42, 70, 3))
    Image.fromarray(ramp.copy()).save(path)
    return path


@pytest.fixture
def open_fal(home: Home, fal: FalService) -> OpenFal:
    """Open the home with the program's own providers and the key in the environment."""

    @asynccontextmanager
    async def opened(environment: dict[str, str] | None = None) -> AsyncGenerator[FalJobs]:
        secrets = Secrets(ENVIRONMENT if environment is None else environment)
        session = Session(home, Registry.load(), secrets=secrets)
        try:
            await session.open()
            yield FalJobs(session, FAL, fal.url, endpoints=fal.endpoints)
        finally:
            await session.aclose()

    return opened


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make_folders()
    return home


@pytest.fixture(scope="session")
def fal_client() -> Path:
    """The Python that has the official client."""
    return ensure("fal-client")


@pytest.fixture
def drive(fal: FalService, fal_client: Path, tmp_path: Path) -> Drive:
    """Have the official client do one thing, see `tests/servers/fal_drive.py`."""

    def driven(what: str, given: object, **options: Any) -> Any:
        plan = {
            "endpoints": fal.endpoints,
            "folder": str(tmp_path),
            "what": what,
            "given": str(given),
            "options": options,
            "parts_above_bytes": 3 << 20,
            "part_bytes": 1 << 20,
        }
        command = [str(fal_client), str(SERVERS / "fal_drive.py"), json.dumps(plan)]
        done = subprocess.run(
            command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True,
            check=False, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads((tmp_path / "came.json").read_text())

    return driven
