"""Keys that sing: whatever the tests leave behind is searched for them at the end.

Every test that needs a key takes it from `canary`. None may be found in a file that a test left,
in a log, or in the arguments of a process. None may come to a server that it is not for.
"""

import logging
import mmap
import os
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

SONG = "cAnArYsInG"  # in every key of the tests
# What stands for the other side of the network: it is what the keys are sent to.
SERVERS_OWN = "servers-own"


def canary(name: str) -> str:
    """A key for the service of that name."""
    return f"{SONG}-{name}-5f2e81"


def singing(folder: Path) -> list[Path]:
    """The files below a folder that hold a key."""
    return [path for path in _files(folder) if _holds(path, SONG.encode())]


def _files(folder: Path) -> Iterable[Path]:
    for inside, _, names in os.walk(folder):  # which minds no folder that goes meanwhile
        for path in (Path(inside, name) for name in names):
            if SERVERS_OWN not in path.parts and path.is_file() and not path.is_symlink():
                yield path


def _holds(path: Path, song: bytes) -> bool:
    try:
        if path.stat().st_size == 0:
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(song) >= 0
    except OSError:
        return False  # a test took away the right to read it, or the file


class _Ear(logging.Handler):
    """Hears every record of the tests, whoever else does."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if SONG in record.getMessage() or SONG in str(record.exc_info or ""):
            self.heard.append(f"logged by {record.name}")


_ear = _Ear()
_argued: list[str] = []
_shown: list[str] = []


def shown_to(server: str, told: bytes, own: Iterable[str]) -> None:
    """Fail the running test where a server is told a key that is not one of its own."""
    if SONG.encode() not in told:
        return
    for key in own:
        told = told.replace(key.encode(), b"")
    if SONG.encode() in told:
        _shown.append(f"shown to {server}")


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and SONG in str(arguments[1]):
        _argued.append(f"in the arguments of {arguments[0]}")


def pytest_configure(config: pytest.Config) -> None:
    logging.getLogger().addHandler(_ear)
    sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _no_key_is_told() -> Generator[None]:
    """Fail the test that let a key into a log, a command line or a foreign server."""
    yield
    assert told_so_far() == []


def told_so_far() -> list[str]:
    """Where a key was heard or shown since this was asked last."""
    told = [*_ear.heard, *_argued, *_shown]
    for list_ in (_ear.heard, _argued, _shown):
        list_.clear()
    return told


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search everything that was left on disk, once for all processes that ran tests."""
    if hasattr(session.config, "workerinput"):
        return
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory is None or factory._basetemp is None:
        return
    found = singing(factory.getbasetemp())
    for path in found:
        print(f"\nA key was left in {path}")  # noqa: T201 - after the report
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
