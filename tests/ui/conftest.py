"""What every test of the window shares: the application in its real dress, and test jobs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from depthstudio.core.job import Job, Source
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme

NOW = datetime(2026, 3, 14, 14, 2, tzinfo=datetime.now(UTC).astimezone().tzinfo)


@pytest.fixture(scope="session")
def session_theme(qapp: QApplication) -> Theme:
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    return Theme(qapp, "dark")


@pytest.fixture
def theme(session_theme: Theme) -> Theme:
    """The application's theme, dark whatever the test before it chose."""
    session_theme.set_choice("dark")
    return session_theme


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
