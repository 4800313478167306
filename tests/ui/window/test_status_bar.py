"""The status bar counts the queue and passes messages on."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.core.job import Job, JobState
from depthstudio.jobs.queue import JobQueue
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.window.status_bar import StatusBar


def heard() -> None:
    """What a widget asks for is heard one level up with each turn of the loop."""
    for _ in range(5):
        QApplication.processEvents()


class LayoutWatch(QObject):
    """Notes who is asked to lay itself out anew."""

    def __init__(self, noted: list[QObject]) -> None:
        super().__init__()
        self._noted = noted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._noted.append(watched)
        return False


@pytest.fixture
def bar(
    on_screen: Callable[..., StatusBar], theme: Theme, icons: Icons, queue: JobQueue
) -> Iterator[StatusBar]:
    bar = StatusBar(theme, icons, queue)
    yield on_screen(bar, 800, 28)
    bar.close_status()


def shown(bar: StatusBar) -> list[str]:
    widgets = [*bar.findChildren(QToolButton), *bar.findChildren(QLabel)]
    return [widget.text() for widget in widgets if widget.isVisible() and widget.text()]


def test_an_idle_queue_is_ready(bar: StatusBar) -> None:
    assert shown(bar) == ["Ready"]  # how large the library is nobody knows yet


@pytest.mark.parametrize("width", [480, 1280, 1600])
def test_what_it_says_keeps_clear_of_both_edges(bar: StatusBar, width: int) -> None:
    bar.resize(width, 28)
    bar.set_library_text("Library empty")
    heard()
    bar.set_library_text("Library 1 234.5 MB")
    heard()
    ready, *_, library = (label for label in bar.findChildren(QLabel) if label.text())
    assert ready.mapTo(bar, ready.rect().topLeft()).x() == Space.M
    assert library.mapTo(bar, library.rect().topRight()).x() + 1 == bar.width() - Space.M
    assert library.width() >= library.fontMetrics().horizontalAdvance(library.text())


def test_counters_follow_the_queue_and_zero_is_not_shown(
    qtbot: QtBot, bar: StatusBar, queue: JobQueue, make_job: Callable[..., Job]
) -> None:
    jobs = [make_job(f"{number}.png") for number in range(3)]
    for job in jobs:
        queue.append(job)
    queue.update(jobs[0].id, state=JobState.RUNNING)
    queue.update(jobs[1].id, state=JobState.HELD)
    qtbot.waitUntil(lambda: shown(bar)[:3] == ["1 active", "1 queued", "1 held"])
    for job in jobs:
        queue.update(job.id, state=JobState.DONE)
    qtbot.waitUntil(lambda: shown(bar)[0] == "Ready")


def test_another_number_of_the_same_length_asks_for_no_other_room(
    qtbot: QtBot, bar: StatusBar, queue: JobQueue, make_job: Callable[..., Job]
) -> None:
    queue.append(make_job("0.png"))
    bar.count()
    bar.set_library_text("Library 11 KB")
    heard()
    laid_out: list[QObject] = []
    watch = LayoutWatch(laid_out)
    bar.installEventFilter(watch)
    queue.append(make_job("1.png"))
    bar.count()
    bar.set_library_text("Library 22 KB")
    heard()
    assert "2 queued" in shown(bar)
    assert laid_out == []
    for number in range(2, 12):
        queue.append(make_job(f"{number}.png"))
    bar.count()
    heard()
    assert laid_out  # a digit more takes more room


def test_a_counter_tells_which_state_to_filter_by(
    qtbot: QtBot, bar: StatusBar, queue: JobQueue, make_job: Callable[..., Job]
) -> None:
    job = queue.append(make_job()).job
    queue.update(job.id, state=JobState.FAILED)
    bar.count()
    (button,) = [found for found in bar.findChildren(QToolButton) if found.isVisible()]
    with qtbot.waitSignal(bar.state_clicked) as clicked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert clicked.args == ["failed"]


def test_a_message_is_shown_until_it_is_cleared(bar: StatusBar) -> None:
    bar.say("Export failed: the disk is full", "error")
    assert "Export failed: the disk is full" in shown(bar)
    bar.clear_message()
    assert "Export failed: the disk is full" not in shown(bar)


def test_the_library_text_is_what_the_window_says(bar: StatusBar) -> None:
    bar.set_library_text("Library 18.4 of 50 GB")
    assert shown(bar)[-1] == "Library 18.4 of 50 GB"


def test_what_is_being_done_stays_until_it_is_over_or_something_else_is_said(
    bar: StatusBar,
) -> None:
    bar.say_busy("Opening large.glb…")
    assert bar.message == "Opening large.glb…"
    bar.end_busy()
    assert bar.message == ""
    bar.say_busy("Opening large.glb…")
    bar.say("The file is damaged", "error")
    bar.end_busy()
    assert bar.message == "The file is damaged"
