"""The window on screen, before anything is in it.

Qt needs no Python while the system and the graphics driver get a window ready. A thread
imports meanwhile what goes into it, so this module and the frame import next to nothing.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from depthstudio.cli import exit_codes
from depthstudio.core.resources import resource
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home
from depthstudio.ui.process.application import Application
from depthstudio.ui.process.entry import enter
from depthstudio.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from depthstudio.app.sitting import Means


async def open_window(app: Application, home: Home, options: argparse.Namespace) -> int:
    """Open the window of this home until it is closed, or let the one that is open have the files.

    Raises
    ------
    HomeBusyError
        when something that is no window holds the home
    DepthStudioError
        when the home, its journal or its library cannot be used
    """
    lock = HomeLock(home, what="window")
    if not await _enter(home, lock, options):
        return exit_codes.OK
    window = MainWindow()
    layout = QSettings(str(home.window_file), QSettings.Format.IniFormat)
    try:
        window.restore_frame(layout)
        window.show_soon()
        means = await asyncio.to_thread(_get_ready, home, lock)
        from depthstudio.app.sitting import Sitting

        return await Sitting(app, home, window, layout, means).run(options)
    finally:
        window.shut_down()
        lock.release()


async def _enter(home: Home, lock: HomeLock, options: argparse.Namespace) -> bool:
    if options.picture is not None:
        await lock.acquire(noted=False)  # a script waits for no window
        return True
    files: Sequence[Path] = options.files
    if options.demo:
        files = [resource("sample", "view_0.jpg")]
    return await enter(home, lock, files)


def _get_ready(home: Home, lock: HomeLock) -> "Means":
    """Import what the window holds, and read what it needs of the home."""
    lock.note_holder()
    from depthstudio.app.sitting import read_means

    return read_means(home)
