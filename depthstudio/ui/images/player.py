"""Plays a clip: says which frame is due at what moment, and never waits for one."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

ASSUMED_RATE_HZ = 24.0  # of a clip that does not say it
LONGEST_TICK_MS = 40
SHORTEST_TICK_MS = 8


class Player(QObject):
    """Frames follow the clock, so a slow one is followed by a later one, not by the next.

    `is_ready` says whether another frame can be taken; while it cannot, none is told.
    """

    due = Signal(int)  # a frame, from 0
    changed = Signal(int)  # 1 plays, -1 plays backwards, 0 rests

    def __init__(
        self,
        is_ready: Callable[[], bool],
        parent: QObject | None = None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._is_ready = is_ready
        self._clock_s = clock_s
        self._count, self._rate_hz = 0, ASSUMED_RATE_HZ
        self._frame = self._first = 0
        self._since_s = 0.0
        self._direction = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)

    @property
    def direction(self) -> int:
        """1 while it plays, -1 while it plays backwards, else 0."""
        return self._direction

    @property
    def rate_hz(self) -> float:
        return self._rate_hz

    def set_clip(self, count: int, rate_hz: float) -> None:
        """Another clip, at rest on its first frame; a rate of 0 is one nobody knows."""
        self.pause()
        self._count, self._rate_hz = count, rate_hz or ASSUMED_RATE_HZ
        self._frame = 0

    def set_frame(self, frame: int) -> None:
        """Somebody went to a frame: go on from there."""
        self._frame = frame
        self._begin_here()

    def play(self, direction: int = 1) -> None:
        """Play forwards (1) or backwards (-1); from the other end where there is none left."""
        if self._count < 2:
            return
        last = self._count - 1 if direction > 0 else 0
        if self._frame == last:
            self._frame = self._count - 1 - last
            self.due.emit(self._frame)
        self._direction = direction
        self._begin_here()
        tick_ms = min(max(SHORTEST_TICK_MS, round(500 / self._rate_hz)), LONGEST_TICK_MS)
        self._timer.start(tick_ms)
        self.changed.emit(direction)

    def pause(self) -> None:
        """Rest on the frame in sight."""
        if self._direction:
            self._direction = 0
            self._timer.stop()
            self.changed.emit(0)

    def toggle(self) -> None:
        """Play, or rest."""
        if self._direction:
            self.pause()
        else:
            self.play()

    def tick(self) -> None:
        """Tell the frame of this moment, if it is another one and can be taken."""
        if not self._direction or not self._is_ready():
            return
        passed = int((self._clock_s() - self._since_s) * self._rate_hz)
        frame = min(max(0, self._first + self._direction * passed), self._count - 1)
        if frame != self._frame:
            self._frame = frame
            self.due.emit(frame)
        if frame == (self._count - 1 if self._direction > 0 else 0):
            self.pause()

    def _begin_here(self) -> None:
        self._first, self._since_s = self._frame, self._clock_s()
