"""The first frame: what a window shows of a home before anything in it works.

Nothing here needs asyncio, a lock or the network, because all of that takes its time.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, QSettings, QTimer

from depthstudio.core.errors import JournalError
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.recovery import read_queue
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings, LoadedSettings, load_settings
from depthstudio.settings.paths import Home
from depthstudio.ui.inspector.entries import entries_of
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.process.application import Application
from depthstudio.ui.window.arrangement import restore_docks
from depthstudio.ui.window.furnishing import furnish
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.remembered import restore_settings

FRAME_LIMIT_S = 2.0  # a window that nobody can see is never painted


@dataclass(frozen=True)
class Means:
    """What a window is filled with. `queue` is None where the journal cannot be read."""

    registry: Registry
    loaded: LoadedSettings
    queue: JobQueue | None


def read_means(home: Home) -> Means:
    """Import the providers, and read settings and queue. Blocks, writes nothing."""
    try:
        queue = read_queue(home.journal_file)
    except JournalError:
        queue = None  # whoever opens it to work in it is told why
    return Means(Registry.load(), load_settings(home.settings_file), queue)


def open_layout(home: Home) -> QSettings:
    """Where the window's place and the order of its docks are kept."""
    return QSettings(str(home.window_file), QSettings.Format.IniFormat)


def fill(window: MainWindow, app: Application, home: Home, means: Means, queue: JobQueue) -> None:
    """Put everything into the empty window of a home."""
    settings = means.loaded.settings
    theme = Theme(app, settings.theme, dressed=False)
    fill_window(window, theme, queue, means.registry, settings)
    restore_docks(window, open_layout(home))


def show_first_frame(window: MainWindow, app: Application, home: Home, means: Means) -> None:
    """Fill the empty window, and let it paint before anything else takes the processor.

    Leaves it empty where there is no queue to show.
    """
    if means.queue is None:
        return
    fill(window, app, home, means, means.queue)
    loop = QEventLoop()
    window.painted.connect(loop.quit)
    QTimer.singleShot(round(FRAME_LIMIT_S * 1000), loop.quit)
    loop.exec()


def fill_window(
    window: MainWindow, theme: Theme, queue: JobQueue, registry: Registry, settings: AppSettings
) -> None:
    """Put everything into an empty window. What it does is up to a `Workbench`."""
    furnish(window, theme, Icons(theme), queue, entries_of(registry))
    restore_settings(window, settings)
    window.theme_chosen.connect(theme.set_choice)
