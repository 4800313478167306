"""The user's own certificates, to be trusted beside the system's."""

from PySide6.QtCore import QObject, Signal


class OwnCertificates(QObject):
    """What the settings remember of them, while the window is open."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = ""

    @property
    def place(self) -> str:
        """Their file, as the user gave it; empty for none."""
        return self._place

    def restore(self, place: str) -> None:
        """Take over what an earlier session remembers."""
        self._place = place

    def put(self, place: str) -> None:
        """Another file; it was found good, and is trusted by now."""
        if place != self._place:
            self._place = place
            self.changed.emit()
