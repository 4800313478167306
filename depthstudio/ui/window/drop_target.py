"""Takes drops anywhere on the window and says beforehand what they would do."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

from depthstudio.ui.window.centre import Centre
from depthstudio.ui.window.drop_page import DropZone
from depthstudio.ui.window.main_window import MainWindow


class DropTarget(QObject):
    """Watches the window's drag events. Reads no file: what the files are is told later."""

    entered = Signal(list)  # paths now over the window
    left = Signal()
    dropped = Signal(list, bool)  # paths, and whether they are only to be viewed

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    @property
    def _centre(self) -> Centre:
        return self._window.centre

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            return self._drop(event)
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if isinstance(event, QDragMoveEvent):
            return self._move(event)
        if isinstance(event, QDragLeaveEvent):
            self._end()
            self.left.emit()
            return True
        return super().eventFilter(watched, event)

    def _enter(self, event: QDragEnterEvent) -> bool:
        paths = local_paths(event)
        if not paths:
            return False
        event.acceptProposedAction()
        self._centre.begin_drag()
        self.entered.emit(paths)
        return True

    def _move(self, event: QDragMoveEvent) -> bool:
        self._centre.drop.set_pointer(self._on_page(event.position().toPoint()))
        event.acceptProposedAction()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        paths = local_paths(event)
        zone = self._centre.drop.zone_at(self._on_page(event.position().toPoint()))
        self._end()
        if not paths or zone is None:
            return False
        event.acceptProposedAction()
        self.dropped.emit(paths, zone is DropZone.VIEW)
        return True

    def _end(self) -> None:
        self._centre.drop.set_pointer(None)
        self._centre.end_drag()

    def _on_page(self, position: QPoint) -> QPoint:
        return self._centre.drop.mapFrom(self._window, position)


def local_paths(event: QDropEvent) -> Sequence[Path]:
    """The files and folders a drag brings; links to other computers are none."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
