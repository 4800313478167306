"""A display counts only where it answers."""

import os
import socket
import sys
from pathlib import Path

import pytest

from depthstudio.core.display import has_display, named_display

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always one")

NOBODY = ":7654321"  # a display number no server has


@pytest.mark.parametrize(
    "variables", [{}, {"DISPLAY": ""}, {"DISPLAY": NOBODY}, {"DISPLAY": "no such form"}]
)
def test_without_a_server_there_is_no_display(variables: dict[str, str]) -> None:
    assert not has_display(variables)


def test_the_server_the_tests_run_on_answers() -> None:
    assert has_display(os.environ)


def test_a_wayland_socket_must_have_somebody_behind_it(tmp_path: Path) -> None:
    variables = {"WAYLAND_DISPLAY": "wayland-5", "XDG_RUNTIME_DIR": str(tmp_path)}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-5"))
        assert not has_display(variables)
        server.listen()
        assert has_display(variables)


def test_a_qt_platform_without_a_screen_needs_no_server() -> None:
    assert has_display({"QT_QPA_PLATFORM": "offscreen"})
    assert not has_display({"QT_QPA_PLATFORM": "xcb", "DISPLAY": NOBODY})


def test_windows_and_macos_always_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert has_display({})


def test_the_display_is_named_as_the_environment_does() -> None:
    assert named_display({"DISPLAY": ":3"}) == ":3"
    assert named_display({"DISPLAY": ":3", "WAYLAND_DISPLAY": "wayland-0"}) == "wayland-0"
    assert named_display({}) == ""


def test_without_the_library_that_asks_the_server_is_taken_at_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr("ctypes.CDLL", missing)

    assert has_display({"DISPLAY": NOBODY})
