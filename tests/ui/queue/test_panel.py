"""Clicks, keys and menus of the queue dock, on a shown widget."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from depthstudio.core.job import (
    Failure,
    Hold,
    HoldKind,
    Job,
    JobState,
    ListLook,
    Progress,
    Sent,
    Stage,
)
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.web_source import source_from_address
from depthstudio.providers.base import Licence, ProviderInfo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.queue.model import QueueRole
from depthstudio.ui.queue.panel import COUNT_EVERY_MS, MOVE_EVERY_MS, QueuePanel

MakeJob = Callable[..., Job]
Add = Callable[..., str]

FAILURE = Failure(
    type="InputError", message="image over 20 MB", hint="Make it smaller", detail="HTTP 413"
)
LOST = Hold(kind=HoldKind.SUBMIT_LOST, reason="The answer was lost")


HISTORY = "https://relief.test/history"
RELIEF = ProviderInfo(
    id="relief",
    title="Relief service",
    version="1",
    subtitle="A service",
    accepts=frozenset(),
    produces=(),
    licence=Licence("MIT", True),
    price="Free",
    endpoints={"api": "https://relief.test/v1"},
    history=HISTORY,
    listed_steps=frozenset({"order"}),
)


@pytest.fixture
def panel(
    on_screen: Callable[..., QueuePanel], theme: Theme, icons: Icons, queue: JobQueue, now: datetime
) -> Iterator[QueuePanel]:
    services = {"relief": RELIEF}
    beat = Beat(rest_ms=0)
    panel = QueuePanel(theme, icons, queue, str.title, services.get, now=lambda: now, beat=beat)
    yield on_screen(panel, 344, 480)
    panel.close_queue()
    beat.close()


@pytest.fixture
def add(queue: JobQueue, make_job: MakeJob) -> Add:
    """Append a job with this status, and return its id."""

    def append(state: JobState, name: str = "moon.png", **status: object) -> str:
        job = make_job(name)
        queue.append(job)
        queue.update(job.id, state=state, **status)
        return job.id

    return append


def spot(panel: QueuePanel, row: int, wanted: RowAction) -> QPoint:
    """Where an action is, found by asking the view as a user's eye would."""
    rect = panel.view.visualRect(panel.model.index(row))
    line = rect.bottom() - 14
    hits = [
        QPoint(x, line)
        for x in range(rect.left(), rect.right(), 4)
        if (target := panel.view.action_at(QPoint(x, line))) and target[1] is wanted
    ]
    assert hits, f"row {row} does not offer {wanted}"
    return hits[len(hits) // 2]


def click(qtbot: QtBot, panel: QueuePanel, position: QPoint) -> None:
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=position)


def test_an_empty_queue_says_what_will_wait_there(panel: QueuePanel) -> None:
    assert not panel.view.isVisible()
    assert [empty.isVisible() for empty in panel.findChildren(EmptyState)] == [True]


@pytest.mark.parametrize(
    ("state", "status", "action"),
    [
        (JobState.QUEUED, {}, RowAction.CANCEL),
        (JobState.RUNNING, {}, RowAction.CANCEL),
        (JobState.HELD, {"hold": Hold(kind=HoldKind.SERVICE, reason="q")}, RowAction.TRY_NOW),
        (JobState.HELD, {"hold": Hold(kind=HoldKind.SERVICE, reason="q")}, RowAction.CANCEL),
        (JobState.HELD, {"hold": LOST}, RowAction.DETAILS),
        (JobState.DONE, {}, RowAction.SHOW),
        (JobState.FAILED, {"failure": FAILURE}, RowAction.RETRY),
        (JobState.FAILED, {"failure": FAILURE}, RowAction.DETAILS),
        (JobState.CANCELLED, {}, RowAction.RUN_AGAIN),
        (JobState.CANCELLED, {"may_come": True}, RowAction.RETRY),
    ],
)
def test_a_click_on_an_action_asks_for_it_and_leaves_the_selection(
    qtbot: QtBot,
    panel: QueuePanel,
    add: Add,
    state: JobState,
    status: dict[str, object],
    action: RowAction,
) -> None:
    add(JobState.DONE, "first.png")
    job_id = add(state, "second.png", **status)
    signal = getattr(panel, f"{action.value.replace('-', '_')}_requested")
    with qtbot.waitSignal(signal) as asked:
        click(qtbot, panel, spot(panel, 1, action))
    assert asked.args == [job_id]
    assert panel.selected_id == ""


def test_a_press_that_leaves_the_action_does_nothing(
    qtbot: QtBot, panel: QueuePanel, add: Add
) -> None:
    add(JobState.QUEUED)
    position = spot(panel, 0, RowAction.CANCEL)
    with qtbot.assertNotEmitted(panel.cancel_requested):
        qtbot.mousePress(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=position)
        qtbot.mouseRelease(
            panel.view.viewport(), Qt.MouseButton.LeftButton, pos=position - QPoint(120, 0)
        )


def test_a_click_beside_the_actions_selects(qtbot: QtBot, panel: QueuePanel, add: Add) -> None:
    job_id = add(JobState.DONE)
    with qtbot.waitSignal(panel.selected) as selected:
        click(qtbot, panel, panel.view.visualRect(panel.model.index(0)).topLeft() + QPoint(30, 20))
    assert selected.args == [job_id]
    assert panel.selected_id == job_id


def test_hovering_an_action_shows_a_hand(qtbot: QtBot, panel: QueuePanel, add: Add) -> None:
    add(JobState.DONE)
    viewport = panel.view.viewport()
    qtbot.mouseMove(viewport, spot(panel, 0, RowAction.SHOW))
    assert viewport.cursor().shape() is Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(viewport, QPoint(30, 20))
    assert viewport.cursor().shape() is Qt.CursorShape.ArrowCursor


@pytest.mark.parametrize(
    ("state", "key", "signal"),
    [
        (JobState.QUEUED, Qt.Key.Key_Delete, "cancel_requested"),
        (JobState.DONE, Qt.Key.Key_Delete, "remove_requested"),
        (JobState.DONE, Qt.Key.Key_Return, "show_requested"),
        (JobState.FAILED, Qt.Key.Key_Enter, "details_requested"),
    ],
)
def test_keys_do_what_the_row_offers(
    qtbot: QtBot, panel: QueuePanel, add: Add, state: JobState, key: Qt.Key, signal: str
) -> None:
    job_id = add(state, failure=FAILURE)
    panel.select(job_id)
    with qtbot.waitSignal(getattr(panel, signal)) as asked:
        qtbot.keyClick(panel.view, key)
    assert asked.args == [job_id]


def test_the_menu_offers_what_has_no_room_in_the_row(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, add: Add
) -> None:
    job_id = add(JobState.HELD, hold=LOST)
    menu = panel.menu_for(queue.entry(job_id))
    labels = [action.text() for action in menu.actions()]
    answers = ["It is not there: send again", "Give it up", "Open the service's list"]
    assert labels == ["Details", *answers, "Remove from queue"]
    with qtbot.waitSignal(panel.mark_lost_requested) as asked:
        menu.actions()[2].trigger()
    assert asked.args == [job_id]
    with qtbot.waitSignal(panel.page_requested) as page:
        menu.actions()[3].trigger()
    assert page.args == [HISTORY]


def test_what_a_retry_would_only_follow_can_be_asked_for_anew_and_the_price_is_said(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, add: Add
) -> None:
    unsent = add(JobState.FAILED, failure=FAILURE)
    taken = add(JobState.FAILED, failure=FAILURE, sent=Sent.TAKEN)
    labels = [action.text() for action in panel.menu_for(queue.entry(unsent)).actions()]
    assert labels == ["Details", "Retry", "Remove from queue"]
    menu = panel.menu_for(queue.entry(taken))
    assert [a.text() for a in menu.actions()] == [
        "Details",
        "Retry",
        "Run again",
        "Remove from queue",
    ]
    assert "charges again" in RowAction.RUN_AGAIN.tip
    panel.show_details(unsent)
    details = panel.explaining.details
    assert not details.again_button.isVisible()
    panel.show_details(taken)
    assert details.again_button.isVisible()
    assert "charges again" in details.again_button.toolTip()
    with qtbot.waitSignal(panel.run_again_requested) as asked:
        details.again_button.click()
    assert asked.args == [taken]


def test_the_question_of_a_lost_submit_is_told_in_full_and_answered_below_the_list(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, add: Add, ago: Callable[[float], datetime]
) -> None:
    job_id = add(JobState.HELD, hold=msgspec.structs.replace(LOST, sent_at=ago(120)))
    click(qtbot, panel, spot(panel, 0, RowAction.DETAILS))
    question = panel.explaining.question
    assert question.isVisible()
    text = question.text()
    assert "Sent today 14:00 to Relief service (relief.test), and no answer came" in text
    assert "moon.png" in text
    for button, signal in (
        (question.send_again, panel.send_again_requested),
        (question.give_up, panel.mark_lost_requested),
    ):
        with qtbot.waitSignal(signal) as asked:
            button.click()
        assert asked.args == [job_id]
    with qtbot.waitSignal(panel.page_requested) as page:
        question.open_list.click()
    assert page.args == [HISTORY]
    queue.update(job_id, state=JobState.QUEUED, hold=None)
    assert not question.isVisible()
    assert not panel.explaining.isVisible()


def test_in_a_low_window_a_question_has_more_room_than_the_list(
    panel: QueuePanel, add: Add
) -> None:
    panel.resize(344, 278)
    job_id = add(JobState.HELD, hold=LOST)
    panel.show_details(job_id)
    QApplication.processEvents()
    question = panel.explaining.question
    assert question.height() > panel.view.height() >= panel.view.sizeHintForRow(0)
    button = question.open_list
    assert button.mapTo(question, button.rect().bottomLeft()).y() < question.height()


def test_a_lost_submit_that_may_be_listed_can_be_looked_for(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, add: Add, ago: Callable[[float], datetime]
) -> None:
    hold = msgspec.structs.replace(LOST, step="order")
    job_id = add(JobState.HELD, hold=hold)
    panel.show_details(job_id)
    question = panel.explaining.question
    with qtbot.waitSignal(panel.look_requested) as asked:
        question.look.click()
    assert asked.args == [job_id]
    menu = panel.menu_for(queue.entry(job_id))
    with qtbot.waitSignal(panel.look_requested) as asked:
        menu.actions()[1].trigger()
    assert (menu.actions()[1].text(), asked.args) == ("Look in the service's list", [job_id])
    for look, says in (
        (ListLook(at=ago(60)), "Looked today 14:01: not in the service's list. It may appear"),
        (ListLook(at=ago(60), alike=2), "2 in the service's list may be it, which is not certain."),
        (ListLook(at=ago(60), trouble="No network."), "could not be read. No network."),
    ):
        queue.update(job_id, hold=msgspec.structs.replace(hold, look=look))
        assert says in question.text()
    queue.update(job_id, progress=Progress(Stage.WAITING))
    assert not question.look.isEnabled()
    queue.update(job_id, progress=None)
    assert (question.look.isEnabled(), question.look.text()) == (True, menu.actions()[1].text())


def test_a_service_without_a_list_offers_none(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, make_job: MakeJob
) -> None:
    job = queue.append(make_job(provider_id="gone")).job
    queue.update(job.id, state=JobState.HELD, hold=LOST)
    panel.show_details(job.id)
    question = panel.explaining.question
    assert "Sent at an unknown time to gone, and no answer came" in question.text()
    assert not question.open_list.isVisible()
    assert not question.look.isVisible()
    labels = [action.text() for action in panel.menu_for(queue.entry(job.id)).actions()]
    assert "Open the service's list" not in labels
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not question.isVisible()


def test_the_row_of_an_address_says_which_host_has_it_and_shows_no_query(
    panel: QueuePanel, queue: JobQueue
) -> None:
    source = source_from_address("https://cdn.example/clips/a%20walk.mp4?sig=s3cret")
    queue.append(Job(name="a walk.mp4", provider_id="relief", sources=(source,)))
    index = panel.model.index(0)
    assert index.data() == "a walk.mp4 · cdn.example"
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "https://cdn.example/clips/a%20walk.mp4" in tip
    assert "s3cret" not in tip
    assert panel.thumbnails.of_source(source) is None
    assert not panel.view.viewport().grab().isNull()


def test_a_running_job_can_not_be_removed(panel: QueuePanel, queue: JobQueue, add: Add) -> None:
    job_id = add(JobState.RUNNING)
    labels = [action.text() for action in panel.menu_for(queue.entry(job_id)).actions()]
    assert labels == ["Cancel"]


def test_details_open_below_the_list_and_close_when_the_job_goes(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, add: Add
) -> None:
    job_id = add(JobState.FAILED, "tabby.heic", failure=FAILURE)
    click(qtbot, panel, spot(panel, 0, RowAction.DETAILS))
    assert panel.details.isVisible()
    text = panel.details.text()
    assert all(part in text for part in ("tabby.heic", FAILURE.message, FAILURE.hint, "HTTP 413"))
    panel.details.copy()
    assert QGuiApplication.clipboard().text() == text
    queue.update(job_id, state=JobState.QUEUED, failure=None)
    assert not panel.details.isVisible()


def test_the_buttons_of_details_name_their_job(qtbot: QtBot, panel: QueuePanel, add: Add) -> None:
    job_id = add(JobState.FAILED, failure=FAILURE)
    panel.show_details(job_id)
    with qtbot.waitSignal(panel.retry_requested) as asked:
        panel.details.retry_button.click()
    assert asked.args == [job_id]
    qtbot.keyClick(panel.details, Qt.Key.Key_Escape)
    assert panel.details.job_id == ""


def test_the_clock_runs_only_for_rows_that_need_it(
    panel: QueuePanel, queue: JobQueue, add: Add, now: datetime
) -> None:
    assert panel.repaint_every_ms == 0
    until = now + timedelta(minutes=5)
    held = add(JobState.HELD, hold=Hold(kind=HoldKind.SERVICE, reason="quota", until=until))
    assert panel.repaint_every_ms == COUNT_EVERY_MS
    running = add(JobState.RUNNING, progress=Progress(Stage.RUNNING))
    assert panel.repaint_every_ms == MOVE_EVERY_MS
    queue.update(running, progress=Progress(Stage.RUNNING, 0.5))
    queue.update(held, state=JobState.CANCELLED, hold=None)
    assert panel.repaint_every_ms == 0


def test_only_rows_in_sight_are_looked_at(panel: QueuePanel, add: Add) -> None:
    for number in range(60):
        add(JobState.DONE, f"{number}.png")
    add(JobState.RUNNING, "last.png")
    panel.view.doItemsLayout()
    assert panel.view.rows_in_sight() == range(panel.view.rows_in_sight().stop)
    assert panel.view.rows_in_sight().stop < 15
    panel.view.scrollToBottom()
    assert panel.view.rows_in_sight().stop == 61
    assert panel.repaint_every_ms == MOVE_EVERY_MS


def test_the_count_follows_the_queue(qtbot: QtBot, panel: QueuePanel, add: Add) -> None:
    with qtbot.waitSignal(panel.count_changed) as count:
        add(JobState.QUEUED)
    assert count.args == [1]
    assert panel.view.isVisible()


def test_rows_change_colour_with_the_theme(panel: QueuePanel, add: Add, theme: Theme) -> None:
    add(JobState.DONE)
    theme.set_choice("light")
    image = panel.view.viewport().grab().toImage()
    assert image.pixelColor(2, 2).lightness() == pytest.approx(0xF3, abs=4)


def test_a_photo_arrives_as_thumbnail(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, make_job: MakeJob, red_png: Path
) -> None:
    with qtbot.waitSignal(panel.thumbnails.arrived):
        queue.append(make_job("red.png", sources=(red_png,)))
    image = panel.view.viewport().grab().toImage()
    assert image.pixelColor(12 + 27, 22).name() == "#ff0000"


def test_a_row_too_narrow_for_its_picture_paints_without_it(panel: QueuePanel, add: Add) -> None:
    add(JobState.HELD, hold=LOST)
    panel.setMinimumWidth(0)
    panel.resize(180, 300)
    assert not panel.view.viewport().grab().isNull()
    assert spot(panel, 0, RowAction.DETAILS).x() > 0


def test_a_status_without_hold_or_failure_still_paints(panel: QueuePanel, add: Add) -> None:
    for state in JobState:
        add(state)
    assert not panel.view.viewport().grab().isNull()
    assert [panel.model.index(row).data() for row in range(6)] == ["moon.png"] * 6


def painted(panel: QueuePanel, row: int) -> QImage:
    rect = panel.view.visualRect(panel.model.index(row))
    return panel.view.viewport().grab(rect).toImage()


def test_a_job_behind_a_held_provider_says_so_and_others_do_not(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, make_job: MakeJob, now: datetime
) -> None:
    behind = queue.append(make_job("a.png", provider_id="fal")).job
    queue.append(make_job("b.png", provider_id="relief"))
    hold = Hold(kind=HoldKind.SERVICE, reason="Quota", until=now + timedelta(seconds=245))
    panel.set_holds({"fal": hold})
    details = [panel.model.index(row).data(QueueRole.TEXT).detail for row in range(2)]
    assert details == ["goes on in 4:05 · Fal is held", "next for Relief"]
    assert panel.repaint_every_ms == COUNT_EVERY_MS
    with qtbot.waitSignal(panel.try_now_requested) as asked:
        click(qtbot, panel, spot(panel, 0, RowAction.TRY_NOW))
    assert asked.args == [behind.id]
    labels = [action.text() for action in panel.menu_for(queue.at(0)).actions()]
    assert labels == ["Try now", "Cancel", "Remove from queue"]
    tip = panel.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Quota" in tip
    panel.set_holds({})
    assert panel.model.index(0).data(QueueRole.TEXT).detail == "next for Fal"
    assert panel.repaint_every_ms == 0


def test_a_picture_on_its_way_takes_the_place_of_the_photo_while_the_job_runs(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, make_job: MakeJob, red_png: Path
) -> None:
    blue = red_png.with_name("cut-out.png")
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.blue)
    assert image.save(str(blue))
    with qtbot.waitSignal(panel.thumbnails.arrived):
        job = queue.append(make_job("red.png", sources=(red_png,))).job

    def seen() -> str:
        return painted(panel, 0).pixelColor(12 + 27, 22).name()

    assert seen() == "#ff0000"
    progress = Progress(Stage.RUNNING, 0.5, picture=blue)
    queue.update(job.id, state=JobState.RUNNING, progress=progress)
    qtbot.waitUntil(lambda: seen() == "#0000ff")
    queue.update(job.id, state=JobState.DONE, progress=None)
    qtbot.waitUntil(lambda: seen() == "#ff0000")


def test_a_panel_that_nobody_sees_counts_no_time(
    panel: QueuePanel, add: Add, now: datetime
) -> None:
    add(JobState.RUNNING, progress=Progress(Stage.RUNNING))
    assert panel.repaint_every_ms == MOVE_EVERY_MS
    panel.hide()
    assert panel.repaint_every_ms == 0
    panel.show()
    assert panel.repaint_every_ms == MOVE_EVERY_MS


def test_news_of_a_row_is_painted_though_nothing_is_laid_out_anew(
    qtbot: QtBot, panel: QueuePanel, queue: JobQueue, add: Add
) -> None:
    job_id = add(JobState.QUEUED)
    panel.grab()
    before = painted(panel, 0)
    queue.update(job_id, state=JobState.FAILED, failure=FAILURE)
    qtbot.wait(0)
    assert painted(panel, 0) != before


def test_a_storm_of_news_is_laid_out_and_painted_with_the_next_beat(
    on_screen: Callable[..., QueuePanel], theme: Theme, icons: Icons, queue: JobQueue, add: Add
) -> None:
    beat = Beat(rest_ms=60_000)
    panel = on_screen(QueuePanel(theme, icons, queue, beat=beat), 344, 480)
    first = add(JobState.QUEUED, "first.png")
    QApplication.processEvents()
    assert beat.rests
    before = panel.view.grab().toImage()
    add(JobState.QUEUED, "second.png")
    queue.update(first, state=JobState.RUNNING)
    QApplication.processEvents()
    assert panel.model.rowCount() == 2
    assert not panel.view.visualRect(panel.model.index(1)).isValid()
    panel.select(panel.model.entry(panel.model.index(1)).job.id)
    assert panel.view.visualRect(panel.model.index(1)).isValid()  # who looks for it finds it
    assert panel.view.grab().toImage() != before
    panel.close_queue()
    beat.close()


def test_ten_thousand_rows_stay_cheap(
    panel: QueuePanel, queue: JobQueue, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[int] = []
    monkeypatch.setattr(
        panel.view, "rows_in_sight", lambda: laid_out.append(1) or range(min(12, len(queue)))
    )
    looked_at: list[int] = []
    at = queue.at
    monkeypatch.setattr(queue, "at", lambda row: looked_at.append(row) or at(row))
    jobs = [queue.append(make_job(f"{n}.png", provider_id="abc"[n % 3])).job for n in range(10_000)]
    for job in jobs[:300]:
        queue.update(job.id, state=JobState.RUNNING)
        queue.update(job.id, state=JobState.DONE)
    for job in jobs[:300]:
        queue.remove(job.id)
    assert laid_out == []  # all of this in one turn of the loop, and one look after it
    QApplication.processEvents()
    assert len(laid_out) == 1
    assert len(looked_at) < 60_000
    assert panel.model.index(0).data(QueueRole.TEXT).detail.startswith("next for")
