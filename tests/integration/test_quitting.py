"""Closing the window while jobs run: what is asked, and what each answer does."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from depthstudio.core.job import JobState, Sent
from depthstudio.jobs import context
from depthstudio.jobs.order import Order
from depthstudio.ui.window import quitting
from depthstudio.ui.window.quit_dialog import QuitDialog
from tests.support.scripted_provider import Scripted
from tests.support.scripted_service import ScriptedService
from tests.support.studio import Start, Studio, two_fields, until

pytestmark = pytest.mark.anyio


def closable(studio: Studio) -> asyncio.Event:
    """Ask before closing, as the program does; set once the window may go."""
    may_go = asyncio.Event()
    studio.workbench.ask_before_closing(may_go.set)
    return may_go


def sent(studio: Studio) -> list[Sent]:
    return [entry.status.sent for entry in studio.session.queue]


async def run_slow(studio: Studio, service: ScriptedService, photo: Path, count: int = 1) -> None:
    """So many jobs that run until they are released, or cancelled."""
    order = Order("scripted", {"script": "slow"})
    for number in range(count):
        path = two_fields(photo.with_name(f"{number}.png"), (64 + number, 48))
        intake = await studio.session.take_in([path])
        await studio.session.add(intake.sources, order)
    await until(lambda: len(service.jobs) == min(count, 2))  # it has two slots
    await until(lambda: sent(studio).count(Sent.TAKEN) == min(count, 2))
    await until(service.polled.is_set)


async def run_unanswered(studio: Studio, service: ScriptedService, photo: Path) -> None:
    """One job whose submit has arrived and gets no answer until it is released."""
    intake = await studio.session.take_in([photo])
    await studio.session.add(intake.sources, Order("scripted", {"script": "pause-slow"}))
    await until(service.submitted.is_set)


def dialog_of(studio: Studio) -> QuitDialog | None:
    return studio.window.findChild(QuitDialog)


async def asked(studio: Studio) -> QuitDialog:
    studio.window.close()
    await until(lambda: dialog_of(studio))
    dialog = dialog_of(studio)
    assert dialog is not None
    await until(dialog.isVisible)
    return dialog


async def test_nothing_is_asked_while_nothing_runs(start_remote: Start, photo: Path) -> None:
    async with start_remote() as studio:
        may_go = closable(studio)
        studio.window.close()
        assert may_go.is_set()
        assert dialog_of(studio) is None


async def test_what_runs_at_a_service_is_left_running_and_picked_up_again(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        may_go = closable(studio)
        await run_slow(studio, service, photo, 3)
        dialog = await asked(studio)
        assert dialog.title.text() == "2 jobs are running"
        assert "2 go on at their services" in dialog.words.text()
        assert "this computer" not in dialog.words.text()
        assert not may_go.is_set()
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await may_go.wait()
    assert not any(job.cancelled for job in service.jobs.values())
    service.release.set()
    async with start_remote() as studio:
        await until(lambda: studio.states == [JobState.DONE] * 3)
    assert set(service.accepted.values()) == {1}


@pytest.mark.parametrize("how", ["escape", "button", "close"])
async def test_staying_changes_nothing(
    start_remote: Start, service: ScriptedService, photo: Path, how: str
) -> None:
    async with start_remote() as studio:
        may_go = closable(studio)
        await run_slow(studio, service, photo)
        dialog = await asked(studio)
        assert dialog.title.text() == "1 job is running"
        if how == "escape":
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        elif how == "button":
            dialog.stay.click()
        else:
            dialog.close()
        await until(lambda: dialog_of(studio) is None)
        assert not may_go.is_set()
        assert studio.states == [JobState.RUNNING]
        again = await asked(studio)  # and it can be asked once more
        studio.window.close()
        assert studio.window.findChildren(QuitDialog) == [again]
        again.reject()


async def test_cancelling_all_tells_the_services_and_begins_nothing_else(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        may_go = closable(studio)
        await run_slow(studio, service, photo, 3)
        dialog = await asked(studio)
        dialog.cancel_all.click()
        await may_go.wait()
        states = [JobState.CANCELLED, JobState.CANCELLED, JobState.QUEUED]
        assert studio.states == states
        assert studio.rows[0].status.note == "stopped at the service"
    assert [job.cancelled for job in service.jobs.values()] == [True, True]
    assert sum(service.accepted.values()) == 2


async def test_what_could_not_be_cancelled_in_time_is_told_and_goes_on_at_the_next_start(
    start_remote: Start,
    service: ScriptedService,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quitting, "CANCEL_LIMIT_S", 0.05)
    async with start_remote() as studio:
        may_go = closable(studio)
        await run_unanswered(studio, service, photo)
        dialog = await asked(studio)
        assert dialog.words.text().startswith("One waits for its service's answer.")
        dialog.cancel_all.click()
        await until(lambda: dialog.is_busy or dialog.is_too_late)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)  # there is no way back now
        assert not dialog.stay.isEnabled()
        await until(lambda: dialog.is_too_late)
        assert dialog.title.text() == "1 job could not be cancelled in time"
        assert "The next start goes on with it, or asks" in dialog.words.text()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not may_go.is_set()
        dialog.leave.click()
        await may_go.wait()
        studio.session.runner._pipeline.leaving.now = True  # before the answer comes
        service.release.set()
    async with start_remote() as studio:
        await until(lambda: studio.states == [JobState.DONE])
    assert [job.cancelled for job in service.jobs.values()] == [False]


async def test_an_answer_that_comes_late_still_lets_the_job_be_cancelled(
    start_remote: Start,
    service: ScriptedService,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quitting, "CANCEL_LIMIT_S", 0.05)
    async with start_remote() as studio:
        may_go = closable(studio)
        await run_unanswered(studio, service, photo)
        dialog = await asked(studio)
        dialog.cancel_all.click()
        await until(lambda: dialog.is_too_late)
        service.release.set()
        await may_go.wait()
        assert studio.states == [JobState.CANCELLED]
    assert [job.cancelled for job in service.jobs.values()] == [True]


async def test_a_service_that_is_slow_to_hear_of_a_cancel_does_not_undo_it(
    start_remote: Start,
    service: ScriptedService,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert quitting.CANCEL_LIMIT_S >= context.CANCEL_TIMEOUT_S + 3
    monkeypatch.setattr(context, "CANCEL_TIMEOUT_S", 0.05)

    async def never(self: object, ids: object, ctx: object) -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(Scripted, "_stop", never)
    async with start_remote() as studio:
        may_go = closable(studio)
        await run_slow(studio, service, photo)
        dialog = await asked(studio)
        dialog.cancel_all.click()
        await may_go.wait()
    service.release.set()
    async with start_remote() as studio:
        assert studio.states == [JobState.CANCELLED]
        assert studio.rows[0].status.note == context.ONLY_ASKED


async def test_work_on_this_computer_is_said_to_start_again(
    start_remote: Start, service: ScriptedService, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start_remote() as studio:
        may_go = closable(studio)
        released = asyncio.Event()
        relief = studio.session.registry["relief"]
        fetch: Callable[..., object] = relief.fetch

        async def slow(*words: object) -> object:
            await released.wait()
            return await fetch(*words)  # type: ignore[misc]

        monkeypatch.setattr(relief, "fetch", slow)
        intake = await studio.session.take_in([photo])
        await studio.session.add(intake.sources, Order("relief"))
        await until(lambda: studio.states == [JobState.RUNNING])
        dialog = await asked(studio)
        assert dialog.words.text() == (
            "One works on this computer. It starts again at the next start."
        )
        released.set()  # once nothing runs there is nothing to ask
        await may_go.wait()
        assert studio.states == [JobState.DONE]
