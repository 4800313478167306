"""The real program in a process of its own, with a hand on its window.

``python -m tests.support.window_driver DEED [WORDS OF THE PROGRAM…]`` starts the program and
does the deed once the window is at work, or for some as soon as it has painted. Facts are
printed as JSON, one object a line. A message box is answered with what comes on standard
input, once it is there.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, qWarning
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from depthstudio.app import program
from depthstudio.core.job import JobState
from depthstudio.providers.builtin import relief
from depthstudio.ui.window import main_window, start_trouble, workbench
from depthstudio.ui.window.quit_dialog import QuitDialog

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


def agree(window: Any) -> None:
    """Let files be put on a host, and send in the clear to another, and stay open."""
    window.agreed_hosts.agree("shelf")
    window.inspector.allow_host("studio.test")
    say(at_work=True)


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


def quit_while_running(window: Any) -> None:
    """Close while a job runs, and answer the question as Enter does."""

    def answer() -> None:
        dialog = window.findChild(QuitDialog)
        say(title=dialog.title.text(), words=dialog.words.text())
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    def close_it() -> None:
        window.close()
        when(window, lambda: window.findChild(QuitDialog), answer)

    when(window, lambda: is_running(window), close_it)


def interrupt_while_running(window: Any) -> None:
    """Ctrl+C in the terminal while a job runs: nobody is there to be asked."""
    when(window, lambda: is_running(window), lambda: signal.raise_signal(signal.SIGINT))


def is_running(window: Any) -> bool:
    model = window.queue_panel.model
    rows = (model.entry(model.index(row)) for row in range(model.rowCount()))
    return any(entry.status.state is JobState.RUNNING for entry in rows)


def turn_short(window: Any) -> None:
    """Close once pictures and 3D are there, with threads that change all the time."""
    page = window.centre.scene_page
    when(window, lambda: page.is_ready and window.library_panel.model.rowCount(), window.close)


async def run_for_ever(*words: Any) -> Any:
    await asyncio.Event().wait()


class ReportingBox(QMessageBox):
    """Says what it says, and is answered by the test."""

    def open(self) -> None:
        super().open()
        buttons = {str(b.text()).replace("&", ""): b for b in self.findChildren(QPushButton)}
        say(box=self.text(), hint=self.informativeText(), buttons=sorted(buttons))
        QTimer.singleShot(0, lambda: buttons[sys.stdin.readline().strip()].click())


WITHOUT_END = (quit_while_running, interrupt_while_running)  # whose jobs run for ever
AT_THE_FIRST_FRAME = (close, press_quit, interrupt_early, tell_shown)


def main(deed: Callable[[Any], None], words: list[str]) -> int:
    if deed is turn_short:
        sys.setswitchinterval(SHORT_TURN_S)  # what is not safe among threads fails soon

    if deed in WITHOUT_END:
        relief.ReliefProvider.fetch = run_for_ever  # type: ignore[method-assign]

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
