"""Work off the GUI thread that keeps up with somebody who asks faster than it can be done."""

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from depthstudio.ui.parts.newest_work import NewestWork

PATIENCE_S = 0.2

Check = Callable[[], None]


class GivenUp(Exception):
    """Nobody waits any more for what was being done."""


class _Wish:
    """One piece of work: whether somebody wishes something newer, and whether it is void."""

    def __init__(self, clock_s: Callable[[], float], patience_s: float) -> None:
        self._clock_s = clock_s
        self._until_s = clock_s() + patience_s
        self.is_old = self.is_void = False

    def check(self) -> None:
        """Raise GivenUp once there is no sense in going on."""
        if self.is_void or (self.is_old and self._clock_s() > self._until_s):
            raise GivenUp


class FollowingWork(QObject):
    """Runs one piece of work at a time; of those wished meanwhile, the newest is next.

    What ran is shown although something newer is wished, else who steps quickly would see
    nothing until the last step. Only work that is slow gives up for the newer one: it is
    given a `Check` to call, which raises GivenUp then. Answers come as those of `NewestWork`.
    """

    done = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        pool: Callable[[], QThreadPool] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock_s = clock_s
        self._work = NewestWork(self, pool=pool)
        self._wish = _Wish(clock_s, PATIENCE_S)
        self._next: tuple[Callable[[Check], Any], float] | None = None
        self._work.done.connect(self._finish)
        self._work.failed.connect(self._fail)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._work.busy

    def submit(self, work: Callable[[Check], Any], *, patience_s: float = PATIENCE_S) -> None:
        """Ask for `work(check)` in a worker thread, now or after what runs.

        It has `patience_s` from its start to go on although something newer is wished.
        """
        if self._work.busy:
            self._next, self._wish.is_old = (work, patience_s), True
        else:
            self._start(work, patience_s)

    def cancel(self) -> None:
        """Drop what waits, and ignore and give up what runs."""
        self._next, self._wish.is_void = None, True
        self._work.cancel()

    def _start(self, work: Callable[[Check], Any], patience_s: float) -> None:
        self._wish = wish = _Wish(self._clock_s, patience_s)
        self._work.submit(lambda: work(wish.check))

    def _go_on(self) -> None:
        waiting, self._next = self._next, None
        if waiting is not None:
            self._start(*waiting)

    def _finish(self, value: object) -> None:
        self._go_on()
        self.done.emit(value)

    def _fail(self, error: Exception) -> None:
        self._go_on()
        if not isinstance(error, GivenUp):
            self.failed.emit(error)
