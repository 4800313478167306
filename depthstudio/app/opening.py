"""The one loop that carries window and network, and the window's way into its home."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import qasync

from depthstudio.app.filling import Means
from depthstudio.app.program import show_window
from depthstudio.app.sitting import Sitting
from depthstudio.cli import exit_codes
from depthstudio.cli.complaint import complain
from depthstudio.core.errors import DepthStudioError, HomeBusyError
from depthstudio.core.resources import resource
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home
from depthstudio.ui.process.application import Application
from depthstudio.ui.process.entry import enter
from depthstudio.ui.process.signals import ending_signals
from depthstudio.ui.window.main_window import MainWindow

log = logging.getLogger(__name__)


def run_on_loop(
    app: Application,
    home: Home,
    options: argparse.Namespace,
    means: Means,
    window: MainWindow | None,
) -> int:
    """Work in this home until its window is closed, and return the exit status.

    `window` is on screen, with nothing in it that works; None where it waits for the lock of
    the home.
    """
    loop = qasync.QEventLoop(app)
    # Its own would start ten threads of Qt's at the first use.
    loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
    asyncio.set_event_loop(loop)
    with loop:
        return loop.run_until_complete(_until_ended(Opening(app, home, options, means, window)))


async def _until_ended(opening: "Opening") -> int:
    """A signal ends whatever is going on, in order."""
    task = asyncio.current_task()
    assert task is not None
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    with ending_signals(end):
        try:
            return await opening.until_closed()
        except asyncio.CancelledError:
            if not received:
                raise
            return exit_codes.INTERRUPTED if signal.SIGINT in received else exit_codes.OK


class Opening:
    """Opens the window of a home: as its only writer, or not at all."""

    def __init__(
        self,
        app: Application,
        home: Home,
        options: argparse.Namespace,
        means: Means,
        window: MainWindow | None,
    ) -> None:
        self._app = app
        self._home = home
        self._options = options
        self._means = means
        self._window = window

    async def until_closed(self) -> int:
        """The window of this home, or a word about why there is none."""
        somebody_looks = self._options.picture is None  # else a script waits for the picture
        while True:
            try:
                return await self._open()
            except HomeBusyError as error:
                complain(error)
                if not somebody_looks or not await _wants_retry(error):
                    return exit_codes.HOME_BUSY
                continue
            except DepthStudioError as error:
                trouble = error
            except Exception as error:
                log.exception("the window ended over something unforeseen")
                trouble = DepthStudioError(f"DepthStudio had to end: {error!r}")
            complain(trouble)
            if somebody_looks:
                await _tell(trouble)
            return exit_codes.NOT_ALL_DONE

    async def _open(self) -> int:
        """Let the window that is open already have the files, or open this one and work.

        Raises
        ------
        HomeBusyError
            when something that is no window holds the home
        DepthStudioError
            when the home, its journal or its library cannot be used
        """
        lock = HomeLock(self._home, what="window")
        try:
            if not await self._enter(lock):
                return exit_codes.OK
            window = self._window = self._window or show_window(self._home)
            return await Sitting(self._app, self._home, window, self._means).run(self._options)
        finally:
            if self._window is not None:
                self._window.shut_down()
                self._window = None
            lock.release()

    async def _enter(self, lock: HomeLock) -> bool:
        if self._options.picture is not None:
            await lock.acquire()  # a script waits for no window
            return True
        files: Sequence[Path] = self._options.files
        if self._options.demo:
            files = [resource("sample", "view_0.jpg")]
        return await enter(self._home, lock, files)


async def _tell(error: DepthStudioError) -> None:
    from depthstudio.ui.window.start_trouble import tell

    await tell(error)


async def _wants_retry(error: DepthStudioError) -> bool:
    from depthstudio.ui.window.start_trouble import wants_retry

    return await wants_retry(error)
