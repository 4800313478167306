"""The Qt application, with the files the system asks it to open."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from depthstudio.ui.process.import_speed import skip_feature_scan
from depthstudio.ui.viewer3d.opengl import prime_surface_format

OpenFiles = Callable[[Sequence[Path]], None]


class Application(QApplication):
    """One per process, made before any widget.

    Files opened in the Finder, or dropped on the program's icon, come as events; only
    macOS sends them. What comes before there is a window waits for it.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        skip_feature_scan()  # before the rest is imported
        prime_surface_format()  # counts only for windows of an application made after it
        super().__init__(list(arguments))
        self._open_files: OpenFiles | None = None
        self._waiting: list[Path] = []
        self.setApplicationName("DepthStudio")
        # The loop ends when its coroutine does, not when the last dialog closes.
        self.setQuitOnLastWindowClosed(False)

    def open_files_with(self, open_files: OpenFiles) -> None:
        """Hand over what the system asked for until now, and whatever it asks for later."""
        self._open_files = open_files
        if self._waiting:
            open_files(self._waiting)
            self._waiting = []

    # Not an event filter: on the application it would see every event of every widget.
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self._asked_to_open(Path(event.file()))
            return True
        return super().event(event)

    def _asked_to_open(self, path: Path) -> None:
        if self._open_files is None:
            self._waiting.append(path)
        else:
            self._open_files([path])
