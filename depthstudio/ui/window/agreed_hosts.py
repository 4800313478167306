"""Which hosts the user lets files be put on, and which of them is the chosen one."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class AgreedHosts(QObject):
    """What the settings remember of it, while the window is open."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._agreed: tuple[str, ...] = ()
        self._chosen = ""

    @property
    def agreed(self) -> tuple[str, ...]:
        """Ids, in the order in which the user agreed."""
        return self._agreed

    @property
    def chosen(self) -> str:
        """The id of the one chosen last; empty while there is none."""
        return self._chosen

    def restore(self, agreed: Iterable[str], chosen: str) -> None:
        """Take over what an earlier session remembers."""
        self._agreed = tuple(dict.fromkeys(agreed))
        self._chosen = chosen if chosen in self._agreed else ""
        self.changed.emit()

    def agree(self, host_id: str) -> None:
        """The user lets files be put on this host, and chooses it."""
        self.restore((*self._agreed, host_id), host_id)

    def revoke(self, host_id: str) -> None:
        """The user takes that back: the next run asks again. What lies there stays there."""
        self.restore((known for known in self._agreed if known != host_id), self._chosen)
