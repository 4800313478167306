"""The window of one home, from its lock to what it leaves on disk.

The empty window comes first: while the system and the graphics driver get it ready, a thread
imports what goes into it, and Qt needs no Python for that.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from depthstudio.cli import exit_codes
from depthstudio.core.resources import resource
from depthstudio.settings.app_settings import (
    AppSettings,
    LoadedSettings,
    load_settings,
    save_settings,
)
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.process.application import Application
from depthstudio.ui.process.entry import enter
from depthstudio.ui.process.garbage import GarbageWatch
from depthstudio.ui.process.trouble_log import TroubleLog
from depthstudio.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from depthstudio.jobs.session import Session
    from depthstudio.providers.registry import Registry
    from depthstudio.ui.window.workbench import Workbench


FILLING = (
    "depthstudio.jobs.session",
    "depthstudio.ui.window.furnishing",
    "depthstudio.ui.window.workbench",
)


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
    if options.picture is not None:
        await lock.acquire()
    elif not await enter(home, lock, _files_of(options)):
        return exit_codes.OK
    try:
        trouble = TroubleLog(home.logs_folder)
        with trouble.kept():
            loaded = await asyncio.to_thread(load_settings, home.settings_file)
            return await Opening(app, home, options, loaded).run(trouble)
    finally:
        lock.release()


class Opening:
    """One window in its home: shown empty, filled, worked in, put away."""

    def __init__(
        self, app: Application, home: Home, options: argparse.Namespace, loaded: LoadedSettings
    ) -> None:
        self._app = app
        self._home = home
        self._options = options
        self._loaded = loaded
        self._layout = QSettings(str(home.window_file), QSettings.Format.IniFormat)
        self._closing = asyncio.Event()
        self._window = MainWindow(Theme(app, loaded.settings.theme, dressed=False))
        self._window.close_requested.connect(self._closing.set)

    async def run(self, trouble: TroubleLog) -> int:
        """Show the window until the user closes it, or the picture that was asked for is made."""
        window = self._window
        window.restore_size(self._layout)
        window.show_soon()
        trouble.noticed.connect(self._say)
        try:
            registry = await asyncio.to_thread(_import_the_rest)
            from depthstudio.jobs.session import Session

            session = Session(self._home, registry)
            try:
                await session.restore()
                return await self._with_session(session)
            finally:
                await session.aclose()
        finally:
            window.shut_down()

    async def _with_session(self, session: "Session") -> int:
        from depthstudio.ui.window.single_instance import SingleInstance

        window = self._window
        workbench = fill_window(window, session, self._loaded.settings)
        window.restore_docks(self._layout)
        if self._loaded.problem:
            window.status.say(self._loaded.problem, "caution")
        instance = SingleInstance(self._home, window)
        instance.asked.connect(workbench.open_paths)
        try:
            await window.first_frame()
            GarbageWatch(self._app).start()
            instance.listen()
            await session.start()
            workbench.begin()
            self._app.open_files_with(workbench.open_paths)
            return await self._work(workbench, session)
        finally:
            instance.close()
            await self._put_away(workbench)

    async def _work(self, workbench: "Workbench", session: "Session") -> int:
        """What happens between the first frame and the wish to close."""
        from depthstudio.ui.window.demo import save_demo_picture, start_demo

        picture = self._options.picture
        if picture is not None:
            await save_demo_picture(picture, self._window, workbench, session.queue)
            sys.stdout.write(f"Picture: {picture}\n")
            return exit_codes.OK
        if self._options.demo:
            start_demo(self._window, workbench)
        elif self._options.files:
            workbench.open_paths(self._options.files)
        await self._closing.wait()
        return exit_codes.OK

    async def _put_away(self, workbench: "Workbench") -> None:
        """Leave on disk what the next start takes up."""
        from depthstudio.ui.window.remembered import settings_of

        self._window.after_frame.stop()
        self._window.remember(self._layout)
        settings = settings_of(self._window, self._loaded.settings)
        self._window.hide()
        await workbench.aclose()
        if settings != self._loaded.settings:
            await asyncio.to_thread(save_settings, self._home.settings_file, settings)

    def _say(self, text: str) -> None:
        if self._window.is_furnished:  # before that, only the log has a place for it
            self._window.status.say_error(text)


def fill_window(window: MainWindow, session: "Session", settings: AppSettings) -> "Workbench":
    """Put everything into an empty window, for a session whose rows are there.

    `Workbench.begin` brings what the first frame does not wait for. Needs a running loop.
    """
    from depthstudio.ui.inspector.entries import entries_of
    from depthstudio.ui.look.icons import Icons
    from depthstudio.ui.window.furnishing import furnish
    from depthstudio.ui.window.remembered import restore_settings
    from depthstudio.ui.window.workbench import Workbench

    furnish(window, Icons(window.theme), session.queue, entries_of(session.registry))
    restore_settings(window, settings)
    window.theme_chosen.connect(window.theme.set_choice)
    return Workbench(session, window)


def _files_of(options: argparse.Namespace) -> Sequence[Path]:
    """What the window that is open already is asked to open."""
    return [resource("sample", "view_0.jpg")] if options.demo else options.files


def _import_the_rest() -> "Registry":
    """What the window and its session are made of; later imports find it there."""
    for module in FILLING:
        import_module(module)
    from depthstudio.providers.registry import Registry

    return Registry.load()
