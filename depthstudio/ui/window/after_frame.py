"""What the first frame does not wait for."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

Work = Callable[[], object]


class AfterFrame(QObject):
    """Work put off until the first frame is on screen.

    Each piece has a turn of the event loop to itself, in the order in which it came, so that
    the window answers in between. What comes after the frame is done in the next turn.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: deque[Work] = deque()
        self._has_begun = False
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._do_next)

    def do(self, work: Work) -> None:
        """Do this once the first frame is on screen."""
        self._waiting.append(work)
        if self._has_begun:
            self._turn.start()

    def begin(self) -> None:
        """The first frame is on screen."""
        self._has_begun = True
        self._turn.start()

    def stop(self) -> None:
        """The window goes: what still waits is not done any more."""
        self._waiting.clear()
        self._turn.stop()

    def _do_next(self) -> None:
        if not self._waiting:
            return
        work = self._waiting.popleft()
        self._turn.start()  # before the work: its failure must not end the rest
        work()
