"""One start of a program, in a process of its own: prints as JSON when its window was on screen.

Called with what to start and the home to start it on. `empty` is a bare Qt window, `program`
is DepthStudio, `import-all` is DepthStudio after importing everything it may ever need.
Moments are seconds of the system-wide monotonic clock, so that whoever started the process
can subtract its own.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

WINDOW_SIZE = QSize(1600, 1000)  # both windows fill as many pixels
TICK_MS = 5
HEAVY = ("pyvista", "pyvistaqt", "vtk", "httpx", "PIL.Image", "PIL.ImageCms", "numpy", "cmap")


class EmptyWindow(QMainWindow):
    """Nothing but a frame; the loop ends once it has been on screen."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(WINDOW_SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, self._report)  # when the whole frame has been painted

    def _report(self) -> None:
        say(first_paint_s=time.monotonic())
        QApplication.quit()


class GapWatch(QObject):
    """The longest time in which the window could not have answered, in seconds."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.worst_s = 0.0
        self._last_s = time.monotonic()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._timer.start()

    def tick(self) -> None:
        now_s = time.monotonic()
        self.worst_s = max(self.worst_s, now_s - self._last_s)
        self._last_s = now_s


def say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def open_empty() -> int:
    app = QApplication(sys.argv[:1])
    window = EmptyWindow()
    window.show()
    return app.exec()


def open_program(home: Path, on_painted: Callable[[Any, float], None]) -> int:
    """Run DepthStudio as `main` does, and hear of its window's first frame."""
    from depthstudio import app
    from depthstudio.ui.window import main_window

    class WatchedWindow(main_window.MainWindow):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.painted.connect(lambda: on_painted(self, time.monotonic()))

    main_window.MainWindow = WatchedWindow
    return app.main(["--home", str(home)])


def time_start(window: Any, first_paint_s: float) -> None:
    """Say when the window and its 3D view were there, and close it."""
    scene, watch = window.centre.scene_page, GapWatch(window)

    def report() -> None:
        watch.tick()
        say(
            first_paint_s=first_paint_s,
            viewer_ready_s=time.monotonic(),
            worst_gap_s=watch.worst_s,
        )
        window.close()

    scene.ready.connect(report)
    scene.failed.connect(lambda text: window.close())


def look(window: Any, first_paint_s: float) -> None:
    """Say what the first frame shows, keep a picture of it, and close the window."""
    form = window.inspector.form()
    say(
        queue_rows=window.queue_panel.model.rowCount(),
        states=sorted({entry.status.state for entry in window.status._queue}),
        form_fields=len(form.values()),
        docks=sorted(dock.objectName() for dock in window.findChildren(QDockWidget)),
        menus=[action.text().replace("&", "") for action in window.menuBar().actions()],
    )
    window.grab().save(sys.argv[3])
    window.close()


def main(what: str, home: Path) -> int:
    if what == "empty":
        return open_empty()
    if what == "import-all":
        for name in HEAVY:
            import_module(name)
    return open_program(home, look if what == "look" else time_start)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
