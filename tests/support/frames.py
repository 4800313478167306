"""How often a window draws."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

TURNS = 10


class Frames(QObject):
    """Counts the frames of a window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        _take_turns()
        self.count = 0
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.UpdateRequest
        return False

    def drawn(self) -> int:
        """How many there were until now."""
        _take_turns()
        return self.count


def _take_turns() -> None:
    for _ in range(TURNS):
        QApplication.processEvents()
