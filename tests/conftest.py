"""What holds for every test: nothing leaves this computer, one loop, no waiting for disks."""

import gc
import os
import signal
import socket
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest
from pytest_socket import socket_allow_hosts

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from depthstudio.ui.look.theme import Theme

# Nobody's own keys are read or changed, here or in any process a test starts.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

pytest_plugins = ["tests.support.canaries", "tests.support.gradio_servers"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Whoever starts the tests in the background of a shell has them, and what they start, ignore
# Ctrl+C, which some of them are about.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def only_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to other computers, and looking up their names.

    pytest-socket takes its guard off again after each test.
    """
    if request.node.get_closest_marker("online"):
        return
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    look_up = socket.getaddrinfo

    def guarded(host: str | bytes | None, *arguments: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOOPBACK:
            raise socket.gaierror(socket.EAI_NONAME, f"a test must not look up {name}")
        return look_up(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    socket_allow_hosts(list(LOOPBACK), allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _garbage_is_found_between_tests() -> Generator[None]:
    """As in the program: no worker comes upon a widget and ends it in a thread not its own."""
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    if gc.get_count()[0] > gc.get_threshold()[0]:
        gc.collect()
    if was_enabled:
        gc.enable()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test in this process can cut the power, and flushes would take most of the time."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def qapp(qapp: "QApplication") -> "QApplication":
    """The application of pytest-qt, ready for workers that use Qt."""
    from depthstudio.ui.parts.workers import make_classes

    for _ in make_classes():
        pass
    # As the program does: or the window one test closes ends the loop of the next.
    qapp.setQuitOnLastWindowClosed(False)
    return qapp


@pytest.fixture(scope="session")
def session_theme(qapp: "QApplication") -> "Theme":
    from depthstudio.ui.look.theme import Theme  # most tests need no Qt

    return Theme(qapp, "dark")


@pytest.fixture
def theme(session_theme: "Theme") -> "Theme":
    """The application's theme, dark whatever the test before it chose."""
    session_theme.set_choice("dark")
    return session_theme
