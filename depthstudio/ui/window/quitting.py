"""Closing the window while jobs run: the user says what becomes of them."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from depthstudio.jobs.context import CANCEL_TIMEOUT_S
from depthstudio.jobs.fate import Fate, fate_of
from depthstudio.jobs.session import Session
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.quit_dialog import QuitDialog
from depthstudio.ui.window.tasks import Tasks

log = logging.getLogger(__name__)

# For the services to hear of it, and for the journal to write that down.
CANCEL_LIMIT_S = CANCEL_TIMEOUT_S + 3.0


class Quitting(QObject):
    """Asks only while something runs, and never where the system ends the session.

    What could not be cancelled in time is told before the window goes. `leave` is called once
    it may go.
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
        if not self._session.running:
            self._go()
        elif self.dialog.is_too_late:
            self.dialog.show_unsettled(self._fates())
        else:
            self.dialog.show_running(self._fates())

    def _fates(self) -> Counter[Fate]:
        """What becomes of the jobs that run, if the window goes now."""
        queue, registry = self._session.queue, self._session.registry
        return Counter(
            fate_of(
                queue.entry(job.id).status,
                registry[job.provider_id].info if job.provider_id in registry else None,
            )
            for job in self._session.running
        )

    async def _cancel_all(self) -> None:
        if self.dialog is None:
            return
        self.dialog.show_cancelling(0, len(self._session.running))
        try:
            async with asyncio.timeout(CANCEL_LIMIT_S):
                await self._session.cancel_running(self.dialog.show_cancelled)
        except TimeoutError:
            log.warning("not every job could be cancelled in time")
            self.dialog.show_unsettled(self._fates())
            self._show()  # unless they have all ended at this moment
        except BaseException:
            self._go()
            raise
        else:
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
