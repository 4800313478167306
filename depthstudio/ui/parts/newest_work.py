"""Work off the GUI thread of which only the newest request counts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from depthstudio.ui.parts.workers import start_worker


class _Reply(QObject):
    """Carries one answer across threads; lives as long as the worker holds it."""

    arrived = Signal(object, object)  # the value, the error


@dataclass(frozen=True)
class _Request:
    number: int
    work: Callable[[], Any]


class NewestWork(QObject):
    """Runs one piece of work at a time; a newer request replaces the one that waits.

    Every request has a number, and the answer to any but the newest is dropped, so a
    slow old picture can never cover a newer one. Answers arrive on the GUI thread:
    `done` with what the work returned, or `failed` with what it raised.
    """

    done = Signal(object)
    failed = Signal(object)

    def __init__(
        self, parent: QObject | None = None, *, pool: Callable[[], QThreadPool] | None = None
    ) -> None:
        """`pool` is where it runs; Qt's own, where it is not given."""
        super().__init__(parent)
        # Qt's own is waited for when the application ends, and a widget that is closed
        # earlier simply no longer listens to the reply.
        self._pool = pool or QThreadPool.globalInstance
        self._newest = 0
        self._running: _Request | None = None
        self._waiting: _Request | None = None
        self._reply: _Reply | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer that counts is still to come."""
        current = self._waiting or self._running
        return current is not None and current.number == self._newest

    def submit(self, work: Callable[[], Any]) -> None:
        """Ask for `work()` in a worker thread; every earlier request is void from now on."""
        self._newest += 1
        self._waiting = _Request(self._newest, work)
        if self._running is None:
            self._start_waiting()

    def cancel(self) -> None:
        """Drop what waits and ignore what runs."""
        self._newest += 1
        self._waiting = None

    def _start_waiting(self) -> None:
        request, self._waiting = self._waiting, None
        self._running = request
        if request is None:
            return
        reply = self._reply = _Reply()
        reply.arrived.connect(self._finish)
        start_worker(self._pool(), lambda: _answer(request.work, reply))

    def _finish(self, value: object, error: object) -> None:
        request, self._running = self._running, None
        newest = request is not None and request.number == self._newest
        self._start_waiting()
        if not newest:
            return
        if error is None:
            self.done.emit(value)
        else:
            self.failed.emit(error)


def _answer(work: Callable[[], Any], reply: _Reply) -> None:
    try:
        value = work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who asked
        reply.arrived.emit(None, error)
    else:
        reply.arrived.emit(value, None)
