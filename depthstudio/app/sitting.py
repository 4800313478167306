"""The window at work: filled, worked in, put away."""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from depthstudio.cli import exit_codes
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.restored import RestoredQueue
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import (
    AppSettings,
    LoadedSettings,
    load_settings,
    save_settings,
)
from depthstudio.settings.paths import Home
from depthstudio.ui.inspector.entries import entries_of
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.workers import make_classes
from depthstudio.ui.process.application import Application
from depthstudio.ui.process.garbage import GarbageWatch
from depthstudio.ui.process.trouble_log import TroubleLog
from depthstudio.ui.window.arrangement import restore_docks
from depthstudio.ui.window.furnishing import furnish
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.remembered import restore_settings, settings_of

if TYPE_CHECKING:
    from depthstudio.jobs.session import Session
    from depthstudio.ui.window.workbench import Workbench


@dataclass(frozen=True)
class Means:
    """What a window is filled with, besides the session's rows."""

    registry: Registry
    loaded: LoadedSettings


def read_means(home: Home) -> Means:
    """Import the providers and read the settings. Blocks."""
    return Means(Registry.load(), load_settings(home.settings_file))


class Sitting:
    """One window at work in a home, until the user closes it."""

    def __init__(self, app: Application, home: Home, window: MainWindow, means: Means) -> None:
        self._app = app
        self._home = home
        self._window = window
        self._layout = QSettings(str(home.window_file), QSettings.Format.IniFormat)
        self._registry = means.registry
        self._loaded = means.loaded
        self._settings = means.loaded.settings
        self._trouble = TroubleLog(home.logs_folder)
        self._restored = RestoredQueue(home.journal_file)
        self._closing = asyncio.Event()

    async def run(self, options: argparse.Namespace) -> int:
        """Work until the window is closed, or the picture that was asked for is made."""
        window = self._window
        window.close_requested.connect(self._closing.set)
        if window.close_asked:
            self._closing.set()
        with self._trouble.kept():
            try:
                await self._restored.open()
                theme = Theme(self._app, self._loaded.settings.theme, dressed=False)
                settings = self._loaded.settings
                fill_window(window, theme, self._restored.queue, self._registry, settings)
                restore_docks(window, self._layout)
                self._trouble.noticed.connect(window.status.say_error)
                if self._loaded.problem:
                    window.status.say(self._loaded.problem, "caution")
                return await self._until_closed(options)
            finally:
                await self._restored.aclose()

    async def _until_closed(self, options: argparse.Namespace) -> int:
        window = self._window
        try:
            await _first_frame(window)
            GarbageWatch(self._app).start()
            # Nothing of Qt is in it, so a thread may import it while the window answers.
            await asyncio.to_thread(import_module, "depthstudio.jobs.session")
            from depthstudio.jobs.session import Session

            session = Session(self._home, self._registry, restored=self._restored)
            try:
                return await self._with_session(session, options)
            finally:
                await session.aclose()
        finally:
            self._leave_screen()
            await self._save()

    async def _with_session(self, session: "Session", options: argparse.Namespace) -> int:
        """What the first frame does not wait for, and then whatever the user does."""
        from depthstudio.ui.window.single_instance import SingleInstance
        from depthstudio.ui.window.workbench import Workbench

        workbench = Workbench(session, self._window)
        instance = SingleInstance(self._home, self._window)
        instance.asked.connect(workbench.open_paths)
        try:
            instance.listen()
            await session.start()
            for _ in make_classes():
                await asyncio.sleep(0)  # the window answers in between
            workbench.begin()
            self._app.open_files_with(workbench.open_paths)
            return await self._work(workbench, session.queue, options)
        finally:
            instance.close()
            self._leave_screen()  # the jobs may take a while to be put down
            await workbench.aclose()

    async def _work(
        self, workbench: "Workbench", queue: JobQueue, options: argparse.Namespace
    ) -> int:
        from depthstudio.ui.window.demo import save_demo_picture, start_demo

        if options.picture is not None:
            await save_demo_picture(options.picture, self._window, workbench, queue)
            sys.stdout.write(f"Picture: {options.picture}\n")
            return exit_codes.OK
        if options.demo:
            start_demo(self._window, workbench)
        elif options.files:
            workbench.open_paths(options.files)
        await self._closing.wait()
        return exit_codes.OK

    def _leave_screen(self) -> None:
        """Note what the next start takes up, and hide. Does nothing the second time."""
        window = self._window
        if window.isVisible():
            window.after_frame.stop()
            window.remember(self._layout)
            self._settings = settings_of(window, self._loaded.settings)
            window.hide()

    async def _save(self) -> None:
        if self._settings != self._loaded.settings:
            await asyncio.to_thread(save_settings, self._home.settings_file, self._settings)


def fill_window(
    window: MainWindow, theme: Theme, queue: JobQueue, registry: Registry, settings: AppSettings
) -> None:
    """Put everything into an empty window. What it does is up to a `Workbench`."""
    furnish(window, theme, Icons(theme), queue, entries_of(registry))
    restore_settings(window, settings)
    window.theme_chosen.connect(theme.set_choice)


async def _first_frame(window: MainWindow) -> None:
    """Wait until a frame with everything in it is on screen."""
    shown: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    window.painted.connect(lambda: shown.done() or shown.set_result(None))
    if not window.has_painted:
        await shown
