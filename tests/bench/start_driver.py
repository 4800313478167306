"""One start of a program, in a process of its own: says as JSON when its window was on screen.

Called with what to start and the home to start it on. `empty` is a bare Qt window, `program`
is DepthStudio, `import-all` is DepthStudio after importing everything it may ever need, and
`look` is DepthStudio telling what its first frame shows. Moments are seconds of the
system-wide monotonic clock, so that whoever started the process can subtract its own.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

WINDOW_SIZE_PX = (1600, 1000)  # both windows fill as many pixels
TICK_MS = 5
HEAVY = ("pyvista", "pyvistaqt", "vtk", "httpx", "PIL.Image", "PIL.ImageCms", "natsort", "cmap")


def say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")


def open_empty() -> int:
    """Show a frame with nothing in it until it has been painted."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    class EmptyWindow(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, self.report)  # when the whole frame has been painted

        def report(self) -> None:
            say(first_paint_s=time.monotonic(), cpu_s=time.process_time())
            QApplication.quit()

    app = QApplication(sys.argv[:1])
    window = EmptyWindow()
    window.resize(*WINDOW_SIZE_PX)
    window.show()
    return app.exec()


def open_program(home: Path, watch: Callable[[Any, float], None]) -> int:
    """Run DepthStudio as its own `main` does; `watch` gets the window and when it painted."""
    from depthstudio.__main__ import window_program

    program = window_program()
    show_window = program.show_window

    def show_watched_window(home: Any) -> Any:
        window = show_window(home)
        window.painted.connect(lambda: watch(window, time.monotonic()))
        return window

    program.show_window = show_watched_window
    return program.main(["--home", str(home)])


def time_start(window: Any, first_paint_s: float) -> None:
    """Say when the window and its 3D view were there, and close it."""
    cpu_s = time.process_time()
    gap = GapWatch()
    scene = window.centre.scene_page
    gap.start(window)

    def end() -> None:
        gap.tick()
        say(
            first_paint_s=first_paint_s,
            cpu_s=cpu_s,
            viewer_ready_s=time.monotonic(),
            worst_gap_s=gap.worst_s,
        )
        window.close()

    scene.ready.connect(end)
    scene.failed.connect(lambda text: window.close())


class GapWatch:
    """The longest time in which the window could not have answered, in seconds."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._last_s = time.monotonic()

    def start(self, window: Any) -> None:
        from PySide6.QtCore import Qt, QTimer

        timer = QTimer(window, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self.tick)
        timer.start()

    def tick(self) -> None:
        now_s = time.monotonic()
        self.worst_s = max(self.worst_s, now_s - self._last_s)
        self._last_s = now_s


def look(window: Any, first_paint_s: float) -> None:
    """Say what the first frame shows, keep a picture of it, and close the window."""
    from PySide6.QtWidgets import QDockWidget

    from depthstudio.ui.queue.model import QueueRole

    model = window.queue_panel.model
    entries = [model.index(row, 0).data(QueueRole.ENTRY) for row in range(model.rowCount())]
    say(
        states=[entry.status.state for entry in entries],
        form_fields=sorted(window.inspector.form().values()),
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
