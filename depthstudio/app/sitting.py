"""The window at work: filled, worked in, put away."""

import argparse
import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING

from depthstudio.app.filling import FRAME_LIMIT_S, Means, fill, open_layout
from depthstudio.app.keeping import SettingsKeeper
from depthstudio.cli import exit_codes
from depthstudio.core.errors import DepthStudioError
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.restored import RestoredQueue
from depthstudio.jobs.session import Session
from depthstudio.settings.paths import Home
from depthstudio.ui.parts.workers import make_classes
from depthstudio.ui.process.application import Application
from depthstudio.ui.process.garbage import GarbageWatch
from depthstudio.ui.process.trouble_log import TroubleLog
from depthstudio.ui.process.turns import take_short_turns
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.remembered import settings_of

if TYPE_CHECKING:
    from depthstudio.ui.window.workbench import Workbench


class Sitting:
    """One window at work in a home, until the user closes it."""

    def __init__(self, app: Application, home: Home, window: MainWindow, means: Means) -> None:
        self._app = app
        self._home = home
        self._window = window
        self._layout = open_layout(home)
        self._means = means
        self._settings = means.loaded.settings
        self._keeper = SettingsKeeper(home.settings_file, self._settings, self._report)
        self._trouble = TroubleLog(home.logs_folder)
        self._restored = RestoredQueue(home.journal_file, queue=means.queue)
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
                if not window.is_furnished:
                    fill(window, self._app, self._home, self._means, self._restored.queue)
                    await _first_frame(window)
                self._trouble.noticed.connect(window.status.say_error)
                if self._means.loaded.problem:
                    window.status.say(self._means.loaded.problem, "caution")
                return await self._until_closed(options)
            finally:
                await self._restored.aclose()

    async def _until_closed(self, options: argparse.Namespace) -> int:
        try:
            GarbageWatch(self._app).start()
            take_short_turns()
            session = Session(
                self._home,
                self._means.registry,
                restored=self._restored,
                ca_file=self._means.loaded.settings.own_certificates,
            )
            try:
                return await self._with_session(session, options)
            finally:
                await session.aclose()
        finally:
            self._leave_screen()
            await self._keeper.keep(self._settings)

    async def _with_session(self, session: Session, options: argparse.Namespace) -> int:
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
            self._window.close_requested.disconnect(self._closing.set)
            workbench.ask_before_closing(self._closing.set)
            self._keeper.follow(self._window)
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
            self._settings = settings_of(window, self._means.loaded.settings)
            window.hide()

    def _report(self, error: DepthStudioError) -> None:
        self._window.status.say(f"{error}. {error.hint}", "error")


async def _first_frame(window: MainWindow) -> None:
    """Wait until a frame with everything in it is on screen."""
    shown = asyncio.Event()
    window.painted.connect(shown.set)
    with contextlib.suppress(TimeoutError):  # a window that nobody can see is never painted
        async with asyncio.timeout(FRAME_LIMIT_S):
            await shown.wait()
