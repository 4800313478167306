"""The real program in a process of its own, with a hand on its window.

``python -m tests.support.window_driver DEED [WORDS OF THE PROGRAM…]`` starts the program and
does the deed once the window is at work, or for some as soon as it has painted. Facts are
printed as JSON, one object a line. A message box is answered with what comes on standard
input, once it is there.
"""

import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, qWarning
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from depthstudio.app import program
from depthstudio.ui.window import main_window, start_trouble, workbench

POLL_MS = 10
SHORT_TURN_S = 1e-5


def say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def when(window: Any, holds: Callable[[], object], then: Callable[[], None]) -> None:
    """Do something as soon as a state is there."""
    timer = QTimer(window, interval=POLL_MS)

    def look() -> None:
        if holds():
            timer.stop()
            then()

    timer.timeout.connect(look)
    timer.start()


def stay(window: Any) -> None:
    say(at_work=True)


def close(window: Any) -> None:
    window.close()


def press_quit(window: Any) -> None:
    """The keyboard's way out."""
    window.activateWindow()
    keys = (Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    when(window, window.isActiveWindow, lambda: QTest.keyClick(window, *keys))


def change(window: Any) -> None:
    """Choose what the next start shall remember."""
    window.theme_chosen.emit("light")
    window.inspector.form().set_values({"invert": True})
    window.close()


def tell(window: Any) -> None:
    say(
        theme=window.theme.choice,
        provider=window.inspector.provider_id(),
        values=window.inspector.form().values(),
        message=window.status.message,
    )
    window.close()


def tell_shown(window: Any) -> None:
    """Say what came on screen, until a job's result is there."""
    titles: list[str] = []

    def look(title: str) -> None:
        titles.append(title.removesuffix(" – DepthStudio"))
        rows = [window.queue_panel.model.index(0, 0).data(), window.queue_panel.model.rowCount()]
        say(titles=titles, rows=rows)

    window.windowTitleChanged.connect(look)


def fail_in_a_slot(window: Any) -> None:
    def fail() -> None:
        raise ZeroDivisionError("a mistake of ours")

    qWarning("Qt is not amused")
    QTimer.singleShot(0, fail)

    def end() -> None:
        say(message=window.status.message)
        window.close()

    when(window, lambda: "unexpected" in window.status.message, end)


def interrupt(window: Any) -> None:
    """Ctrl+C in the terminal."""
    signal.raise_signal(signal.SIGINT)


def interrupt_early(window: Any) -> None:
    """Ctrl+C while there is a first frame and nothing yet that could be lost."""
    signal.raise_signal(signal.SIGINT)


def turn_short(window: Any) -> None:
    """Close once pictures and 3D are there, with threads that change all the time."""
    page = window.centre.scene_page
    when(window, lambda: page.is_ready and window.library_panel.model.rowCount(), window.close)


class ReportingBox(QMessageBox):
    """Says what it says, and is answered by the test."""

    def open(self) -> None:
        super().open()
        buttons = {str(b.text()).replace("&", ""): b for b in self.findChildren(QPushButton)}
        say(box=self.text(), hint=self.informativeText(), buttons=sorted(buttons))
        QTimer.singleShot(0, lambda: buttons[sys.stdin.readline().strip()].click())


AT_THE_FIRST_FRAME = (close, press_quit, interrupt_early, tell_shown)


def main(deed: Callable[[Any], None], words: list[str]) -> int:
    if deed is turn_short:
        sys.setswitchinterval(SHORT_TURN_S)  # what is not safe among threads fails soon

    class WatchedWindow(main_window.MainWindow):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            if deed in AT_THE_FIRST_FRAME:
                self.painted.connect(lambda: deed(self))

    class WatchedWorkbench(workbench.Workbench):
        def begin(self) -> None:
            super().begin()
            if deed not in AT_THE_FIRST_FRAME:
                QTimer.singleShot(0, lambda: deed(self._window))

    workbench.Workbench = WatchedWorkbench  # type: ignore[misc]
    main_window.MainWindow = WatchedWindow  # type: ignore[misc]
    start_trouble.QMessageBox = ReportingBox  # type: ignore[misc]
    return program.main(words)


if __name__ == "__main__":
    sys.exit(main(globals()[sys.argv[1]], sys.argv[2:]))
