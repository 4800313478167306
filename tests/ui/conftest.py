"""What every test of the window shares: the application in its real dress, and test jobs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from depthstudio.core.job import Job, Source
from depthstudio.jobs.queue import JobQueue
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme

W = TypeVar("W", bound=QWidget)

NOW = datetime(2026, 3, 14, 14, 2, tzinfo=datetime.now(UTC).astimezone().tzinfo)


@pytest.fixture(autouse=True)
def _british_locale() -> None:
    """Numbers and dates read the same on every machine."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(theme)


@pytest.fixture
def now() -> datetime:
    """A fixed moment, 14:02 on the machine's own clock."""
    return NOW


@pytest.fixture
def ago() -> Callable[[float], datetime]:
    """A moment so many seconds before `now`."""
    return lambda seconds: NOW - timedelta(seconds=seconds)


@pytest.fixture
def on_screen(qtbot: QtBot) -> Callable[[W, int, int], W]:
    """Show a widget at a size, wait until it is there, and give it back."""

    def show(widget: W, width: int, height: int) -> W:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return show


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue()


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """A job by name; `sources` are paths, of one megabyte each unless told otherwise."""

    def make(
        name: str = "moon.png",
        *,
        provider_id: str = "relief",
        sources: tuple[Path, ...] = (Path("/nowhere/moon.png"),),
        size_bytes: int = 1_000_000,
    ) -> Job:
        frozen = tuple(
            Source(path=path, media_type="image/png", size_bytes=size_bytes, mtime_ns=0)
            for path in sources
        )
        return Job(name=name, provider_id=provider_id, sources=frozen)

    return make


@pytest.fixture
def red_png(tmp_path: Path) -> Path:
    """A photo, all red, 640 by 480."""
    image = QImage(QSize(640, 480), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    path = tmp_path / "red.png"
    assert image.save(str(path))
    return path
