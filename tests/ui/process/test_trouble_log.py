"""Errors that nobody caught end up in the log, and in front of the user."""

import asyncio
import gc
import logging
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from depthstudio.core.errors import FormatError
from depthstudio.ui.process import trouble_log
from depthstudio.ui.process.trouble_log import TroubleLog


@pytest.fixture
def anyio_backend(qapp: QApplication) -> object:
    return "asyncio", {"loop_factory": lambda: QEventLoop(qapp)}


class Kept:
    """A log in a folder, and what the user would have been told."""

    def __init__(self, folder: Path) -> None:
        self.trouble = TroubleLog(folder)
        self.told: list[str] = []
        self._heard = asyncio.Event()
        self.trouble.noticed.connect(self._hear)
        self._folder = folder

    def _hear(self, text: str) -> None:
        self.told.append(text)
        self._heard.set()

    async def heard(self) -> None:
        """The user has been told something."""
        await self._heard.wait()

    @property
    def text(self) -> str:
        return (self._folder / "depthstudio.log").read_text(encoding="utf-8")

    @property
    def sizes(self) -> dict[str, int]:
        """The log and what was set aside of it, in bytes."""
        return {path.name: path.stat().st_size for path in self._folder.glob("depthstudio.log*")}


@pytest.fixture
def kept(qapp: QApplication, tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def fail(error: Exception) -> None:
    raise error


@pytest.mark.anyio
async def test_a_callback_of_the_loop_that_fails_is_told(kept: Kept) -> None:
    with kept.trouble.kept():
        asyncio.get_running_loop().call_soon(fail, ZeroDivisionError("ours"))
        await kept.heard()
    assert "unexpected" in kept.told[0]
    assert "ZeroDivisionError: ours" in kept.text


@pytest.mark.anyio
async def test_our_own_errors_are_told_in_their_own_words(kept: Kept) -> None:
    with kept.trouble.kept():
        error = FormatError("The file is cut short", hint="Copy it again")
        sys.excepthook(FormatError, error, None)
    assert kept.told == ["The file is cut short. Copy it again"]


@pytest.mark.anyio
async def test_a_task_that_nobody_awaited_is_told(kept: Kept) -> None:
    async def work() -> None:
        fail(ZeroDivisionError("in a task"))

    with kept.trouble.kept():
        task = asyncio.get_running_loop().create_task(work())
        await asyncio.wait([task])
        del task
        gc.collect()
        await kept.heard()
    assert "in a task" in kept.text


@pytest.mark.anyio
async def test_a_thread_that_fails_is_told(kept: Kept) -> None:
    with kept.trouble.kept():
        thread = threading.Thread(target=fail, args=[ZeroDivisionError("in a thread")])
        thread.start()
        thread.join()
        await kept.heard()
    assert "in a thread" in kept.text


@pytest.mark.anyio
async def test_warnings_of_qt_and_of_ours_are_written_down_not_told(kept: Kept) -> None:
    with kept.trouble.kept():
        qWarning("Qt is not amused")
        logging.getLogger("depthstudio.jobs").warning("a page could not be fetched")
    assert "WARNING qt: default: Qt is not amused" in kept.text
    assert "WARNING depthstudio.jobs: a page could not be fetched" in kept.text
    assert kept.told == []


@pytest.mark.anyio
async def test_a_full_log_is_set_aside(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble_log, "LOG_BYTES", 1000)
    with kept.trouble.kept():
        for number in range(50):
            logging.getLogger("depthstudio").warning("warning %s %s", number, "." * 200)
    assert set(kept.sizes) == {"depthstudio.log", "depthstudio.log.1", "depthstudio.log.2"}
    assert max(kept.sizes.values()) <= 1000


@pytest.mark.anyio
async def test_afterwards_every_hook_is_as_before(kept: Kept) -> None:
    before = sys.excepthook, threading.excepthook, list(logging.getLogger().handlers)
    with kept.trouble.kept():
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, logging.getLogger().handlers) == before
