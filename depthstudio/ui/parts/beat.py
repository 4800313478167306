"""Shows together, a few times a second, what many jobs make known one by one."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

REST_MS = 250
LONGEST_REST_MS = 1000
SHARE_OF_TIME = 0.01  # that one frame with each beat may take; there may be a second one
NEWEST_SHARE = 0.2  # of the newest frame, in what is known of all
MOST_LEVELS = 4  # from a number to the window: what holds it, its bar or title, and its dock


class Beat(QObject):
    """Does what is due in the next turn of the loop, and then rests before it does more.

    Each turn in which something changes makes the window draw, and without a graphics card that
    takes 10 ms and both processors, or more. So whatever follows news of jobs shares one beat: the
    first news shows at once, and a storm of it a few times a second, or less often where frames
    take long.
    """

    def __init__(self, parent: QObject | None = None, *, rest_ms: int = REST_MS) -> None:
        super().__init__(parent)
        self._due: dict[Callable[[], object], None] = {}  # in the order it was asked for
        self._rest_ms = rest_ms
        self._frame_ms = 0.0
        self._is_closed = False
        self.rests = False  # is it too soon to show more?
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)

    def do(self, work: Callable[[], object]) -> None:
        """Do it with the next beat: once, however often it was asked for until then."""
        if self._is_closed:
            return
        self._due[work] = None
        if not self._timer.isActive():
            self._timer.start(0)

    def do_or_join(self, work: Callable[[], object]) -> None:
        """Do it now, or with the next beat where it is too soon to show more.

        For what moves or counts by a clock of its own: that must not keep news waiting.
        """
        if self.rests:
            self.do(work)
        elif not self._is_closed:
            work()

    def has(self, work: Callable[[], object]) -> bool:
        """Is it still to be done?"""
        return work in self._due

    def forget(self, work: Callable[[], object]) -> None:
        """Do not do it after all."""
        self._due.pop(work, None)

    def drew(self, frame_ms: float) -> None:
        """Tell how long the window took for a frame."""
        self._frame_ms += NEWEST_SHARE * (frame_ms - self._frame_ms)

    @property
    def rest_ms(self) -> int:
        """How long it rests after it did something."""
        wanted_ms = min(LONGEST_REST_MS, self._frame_ms / SHARE_OF_TIME)
        return max(self._rest_ms, round(wanted_ms))

    def close(self) -> None:
        """Do nothing more, before the window goes."""
        self._is_closed = True
        self._timer.stop()
        self._due.clear()

    def _go_on(self) -> None:
        due, self._due = self._due, {}
        self.rests = bool(due)
        if not due:
            return  # nothing came meanwhile: the next news shows at once
        self._timer.start(self.rest_ms)
        for work in due:
            work()
        _lay_out()


def _lay_out() -> None:
    """Give room to what asked for more, at once.

    It asks upwards, one level with each turn of the loop, and each level would have a frame.
    """
    for _ in range(MOST_LEVELS):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
