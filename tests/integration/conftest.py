"""The whole program under test: every coroutine here runs on the Qt loop, as in `app`."""

import gc
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QThread, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.keychain import SystemKeychain
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.viewer3d.opengl import prime_surface_format
from tests.support.keys_page import KEY, PASSWORD
from tests.support.memory_keyring import MemoryKeyring
from tests.support.scripted_provider import Scripted
from tests.support.scripted_service import ScriptedService
from tests.support.space_provider import SpaceServer, space_at
from tests.support.studio import Start, Studio, started, two_fields


@pytest.fixture
def anyio_backend(qapp: QApplication) -> object:
    prime_surface_format()
    return "asyncio", {"loop_factory": lambda: QEventLoop(qapp)}


@pytest.fixture(autouse=True)
def _nothing_left_running(qapp: QApplication) -> Generator[None]:
    """After a test no timer and no thread runs that did not run before it."""
    before = {id(thing) for thing in _running()}
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [thing for thing in _running() if id(thing) not in before] == []


def _running() -> list[QTimer | QThread]:
    # The type is asked for first: isinstance would wake lazy modules among the objects.
    alive = [
        thing
        for thing in gc.get_objects()
        if issubclass(type(thing), (QTimer, QThread)) and shiboken6.isValid(thing)
    ]
    return [t for t in alive if (t.isActive() if isinstance(t, QTimer) else t.isRunning())]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for one home, which does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def start(home: Path, theme: Theme) -> Start:
    """Starts the program on the test's home, with `async with`; leaving it closes the window."""
    return partial(started, home, theme)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of two even fields, one colour left and another one right, 480 by 320."""
    return two_fields(tmp_path / "fields.png")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three photos of different sizes."""
    widths = (96, 128, 160)
    return [two_fields(tmp_path / f"{width}.png", (width, 64)) for width in widths]


@pytest.fixture
def service() -> Generator[ScriptedService]:
    with ScriptedService() as service:
        yield service


@pytest.fixture
def registry(service: ScriptedService) -> Registry:
    """The scripted provider, whose service is at hand, and the relief."""

    class Here(Scripted):
        info = replace(Scripted.info, endpoints={"api": service.url})

    return Registry([Here(), ReliefProvider()])


@pytest.fixture
def start_remote(start: Start, registry: Registry) -> Start:
    """Starts the program with the scripted provider, whose form comes first."""
    return partial(start, registry)


@pytest.fixture
def space_server() -> Generator[SpaceServer]:
    with SpaceServer() as server:
        yield server


@pytest.fixture
def ring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def start_keys(space_server: SpaceServer, ring: MemoryKeyring, home: Path, theme: Theme) -> Start:
    """Starts the program with two services that share a key, on a keychain, `environment` set."""

    def start(
        environment: dict[str, str] | None = None, **changes: Any
    ) -> AbstractAsyncContextManager[Studio]:
        own = {"secrets": (KEY, PASSWORD), "wiring": {"get_path": "/jobs/{id}"}, **changes}
        first = space_at(space_server.url, **own)
        second = space_at(space_server.url, id="other", title="Space Parts", secrets=(KEY,))
        secrets = Secrets(environment or {}, SystemKeychain(ring))
        registry = Registry([first, second, ReliefProvider()])
        return started(home, theme, registry, secrets=secrets)

    return start
