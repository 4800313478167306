"""Closing the window while jobs run: the user says what becomes of them."""

import asyncio
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from depthstudio.jobs.session import Session
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.quit_dialog import QuitDialog
from depthstudio.ui.window.tasks import Tasks

log = logging.getLogger(__name__)

CANCEL_LIMIT_S = 5.0  # for the services to hear of it; the window must not stay for longer


class Quitting(QObject):
    """Asks only while something runs, and never where the system ends the session.

    `leave` is called once the window may go.
    """

    def __init__(
        self, session: Session, window: MainWindow, tasks: Tasks, leave: Callable[[], object]
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._tasks = tasks
        self._leave = leave
        self.dialog: QuitDialog | None = None
        self._disconnect: Callable[[], object] = lambda: None

    def ask(self) -> None:
        """The user wants to close the window."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
        elif not self._session.running or _session_ends():
            self._leave()
        else:
            self._open()

    def _open(self) -> None:
        dialog = self.dialog = QuitDialog(self._window, self._window.theme)
        dialog.leave_requested.connect(self._go)
        dialog.cancel_requested.connect(lambda: self._tasks.start(self._cancel_all()))
        dialog.finished.connect(self._forget)
        self._disconnect = self._session.queue.changed.connect(lambda job_id, row: self._show())
        self._show()
        dialog.open()

    def _show(self) -> None:
        """Say what runs now; where it has all ended meanwhile, there is nothing to ask."""
        if self.dialog is None or self.dialog.is_busy:
            return
        running = self._session.running
        registry = self._session.registry
        here = [
            job
            for job in running
            if job.provider_id in registry and registry[job.provider_id].info.runs_locally
        ]
        if running:
            self.dialog.show_running(away=len(running) - len(here), here=len(here))
        else:
            self._go()

    async def _cancel_all(self) -> None:
        if self.dialog is None:
            return
        self.dialog.show_cancelling(0, len(self._session.running))
        try:
            async with asyncio.timeout(CANCEL_LIMIT_S):
                await self._session.cancel_running(self.dialog.show_cancelled)
        except TimeoutError:
            log.warning("not every service heard of the cancel in time")
        finally:
            self._go()

    def _go(self) -> None:
        self._leave()
        if self.dialog is not None:
            self.dialog.done(0)

    def _forget(self) -> None:
        self._disconnect()
        self.dialog = None


def _session_ends() -> bool:
    """Is it the system that closes the window, because the user logs out?"""
    app = QGuiApplication.instance()
    return isinstance(app, QGuiApplication) and app.isSavingSession()
