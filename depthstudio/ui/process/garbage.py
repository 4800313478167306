"""Looks for garbage in the window's thread, and in no other."""

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 1000


class GarbageWatch(QObject):
    """Takes the place of Python's own timing, by Python's own thresholds.

    Python looks for garbage in whichever thread makes one object too many. A widget that is
    found there ends in a thread that is not its own, and that ends the process.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Take over until the process ends. What the start made is never looked through."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that has grown past its threshold."""
        grown = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(grown) if count > limit]
        if due:
            gc.collect(due[-1])
