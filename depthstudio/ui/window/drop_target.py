"""Takes drops anywhere on the window and says beforehand what they would do."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
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

    entered = Signal(list)  # paths now over the window
    left = Signal()
    dropped = Signal(list, bool)  # paths, and whether they are only to be viewed

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
        paths = local_paths(event)
        self._has_files = bool(paths)
        if not paths:
            return False
        event.acceptProposedAction()
        self._centre.begin_drag()
        self.entered.emit(paths)
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
        paths = local_paths(event)
        zone = self._zone_at(event.position().toPoint())
        self._end()
        event.acceptProposedAction()
        self.dropped.emit(paths, zone is DropZone.VIEW)
        return True

    def _end(self) -> None:
        self._has_files = False
        self._centre.drop.mark(None)
        self._centre.end_drag()

    def _zone_at(self, position: QPoint) -> DropZone:
        """What a drop at this point of the window does: everywhere else, it adds."""
        page = self._centre.drop
        return page.zone_at(page.mapFrom(self._window, position)) or DropZone.ADD


def local_paths(event: QDropEvent) -> Sequence[Path]:
    """The files and folders a drag brings; links to other computers are none."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
