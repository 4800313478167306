"""Takes drops anywhere on the window and says beforehand what they would do."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QUrl, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QWindow,
)

from depthstudio.ui.window.centre import Centre
from depthstudio.ui.window.drop_page import DropZone
from depthstudio.ui.window.main_window import MainWindow


class DropTarget(QObject):
    """Watches the drags over the window. Reads no file: what the files are is told later.

    It listens to the native window, before any widget: a text field under the cursor would
    take the drop as text.
    """

    entered = Signal(list)  # what is over the window now: paths, and addresses as text
    left = Signal()
    dropped = Signal(list, bool)  # the same, and whether they are only to be viewed

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._has_files = False
        self._native: QWindow | None = None
        window.installEventFilter(self)
        self._follow_native()

    @property
    def _centre(self) -> Centre:
        return self._window.centre

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() is QEvent.Type.WinIdChange:
                self._follow_native()
            return False
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if isinstance(event, QDragLeaveEvent):
            return self._leave()
        if isinstance(event, QDragMoveEvent):
            return self._move(event)
        if isinstance(event, QDropEvent):
            return self._drop(event)
        return False

    def _follow_native(self) -> None:
        """The native window comes with the first show, and Qt may make another one."""
        native = self._window.windowHandle()
        if native is not None and native is not self._native:
            self._native = native
            native.installEventFilter(self)

    def _enter(self, event: QDragEnterEvent) -> bool:
        places = dragged(event)
        self._has_files = bool(places)
        if not places:
            return False
        event.acceptProposedAction()
        self._centre.begin_drag()
        self.entered.emit(places)
        return True

    def _move(self, event: QDragMoveEvent) -> bool:
        if not self._has_files:
            return False
        self._centre.drop.mark(self._zone_at(event.position().toPoint()))
        event.acceptProposedAction()
        return True

    def _leave(self) -> bool:
        if not self._has_files:
            return False
        self._end()
        self.left.emit()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        if not self._has_files:
            return False
        places = dragged(event)
        zone = self._zone_at(event.position().toPoint())
        self._end()
        event.acceptProposedAction()
        self.dropped.emit(places, zone is DropZone.VIEW)
        return True

    def _end(self) -> None:
        self._has_files = False
        self._centre.drop.mark(None)
        self._centre.end_drag()

    def _zone_at(self, position: QPoint) -> DropZone:
        """What a drop at this point of the window does: everywhere else, it adds."""
        page = self._centre.drop
        return page.zone_at(page.mapFrom(self._window, position)) or DropZone.ADD


def dragged(event: QDropEvent) -> Sequence[Path | str]:
    """The files, folders and web addresses a drag brings."""
    found: list[Path | str] = []
    for url in event.mimeData().urls():
        if url.isLocalFile():
            found.append(Path(url.toLocalFile()))
        elif url.scheme() in ("http", "https"):
            # As it came: what is encoded in it must stay so.
            found.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
    return found
