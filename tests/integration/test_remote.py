"""Jobs at a service, driven by the buttons of their rows; and the same on either loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from qasync import QEventLoop

from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.ui.queue.actions import RowAction
from tests.support.scripted_service import ScriptedService
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio


async def ask(studio: Studio, photo: Path, script: str) -> None:
    """Drop a photo and run what the service's script says."""
    inspector = studio.window.inspector
    inspector.set_provider("scripted")
    inspector.form().set_values({"script": script})
    studio.drop([photo], on=studio.window.centre)
    await studio.run()


async def state_of_row(studio: Studio, row: int, state: JobState) -> None:
    await until(lambda: studio.states[row] is state)


async def test_nothing_is_sent_before_run_is_clicked(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        studio.window.inspector.set_provider("scripted")
        studio.drop([photo], on=studio.window.queue_panel)
        await until(studio.window.inspector.inputs)
        await until(lambda: studio.window.centre.photo_view.canvas.image is not None)
        assert studio.rows == []
    assert service.requests == []


async def test_the_job_runs_on_the_loop_of_the_window(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    async with start_remote() as studio:
        studio.session.queue.changed.connect(
            lambda job_id, row: loops.append(asyncio.get_running_loop())
        )
        await ask(studio, photo, "ok")
        await studio.shows("fields.png")
    assert {type(loop) for loop in loops} == {QEventLoop}
    assert sum(service.accepted.values()) == 1


async def test_cancel_in_the_row_tells_the_service(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        await ask(studio, photo, "slow")
        await until(service.polled.is_set)
        studio.click_row(0, RowAction.CANCEL)
        await state_of_row(studio, 0, JobState.CANCELLED)
        assert studio.rows[0].status.note == "stopped at the service"
    assert [job.cancelled for job in service.jobs.values()] == [True]


async def test_a_held_job_runs_when_it_is_tried_now(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        await ask(studio, photo, "hold-once")
        await state_of_row(studio, 0, JobState.HELD)
        studio.click_row(0, RowAction.TRY_NOW)
        await state_of_row(studio, 0, JobState.DONE)
    assert sum(service.accepted.values()) == 1


async def test_a_lost_submit_is_sent_again_only_when_a_person_says_so(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        await ask(studio, photo, "silence")
        await state_of_row(studio, 0, JobState.HELD)
        hold = studio.rows[0].status.hold
        assert hold is not None
        assert hold.kind is HoldKind.SUBMIT_LOST
        assert sum(service.accepted.values()) == 1
        studio.click_row(0, RowAction.DETAILS)
        question = studio.window.queue_panel.explaining.question
        assert question.isVisible()
        assert question.text().startswith("fields.png\nSent today ")
        assert " to Scripted (127.0.0.1), and no answer came." in question.text()
        question.send_again.click()
        await until(lambda: sum(service.accepted.values()) == 2)
        await state_of_row(studio, 0, JobState.HELD)
        assert not question.isVisible()
        studio.click_row(0, RowAction.DETAILS)
        question.give_up.click()
        await state_of_row(studio, 0, JobState.FAILED)


async def test_a_refused_job_says_why_and_is_retried_from_its_row(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        await ask(studio, photo, "refuse-once")
        await state_of_row(studio, 0, JobState.FAILED)
        studio.click_row(0, RowAction.DETAILS)
        assert "this step is refused" in studio.window.queue_panel.details.text()
        studio.click_row(0, RowAction.RETRY)
        await studio.shows("fields.png")


async def test_a_row_whose_work_may_still_come_is_not_cleared_and_goes_only_after_a_question(
    start_remote: Start, photo: Path
) -> None:
    async with start_remote() as studio:
        clear = studio.window.action("clear")
        await ask(studio, photo, "hold-follow-once")
        await state_of_row(studio, 0, JobState.HELD)
        ordered = studio.rows[0].job.id
        await studio.session.cancel(ordered)
        await studio.session.runner.try_now("scripted")
        assert studio.rows[0].status.may_come
        await ask(studio, photo, "refuse")
        await state_of_row(studio, 1, JobState.FAILED)
        await until(clear.isEnabled)
        clear.trigger()
        await until(lambda: not clear.isEnabled())
        assert [row.job.id for row in studio.rows] == [ordered]

        for answer, left in (("Cancel", [ordered]), ("Remove", [])):
            studio.window.queue_panel.remove_requested.emit(ordered)
            await until(lambda: studio.window.findChild(QMessageBox))
            box = studio.window.findChild(QMessageBox)
            assert box.text() == "Remove “fields.png” from the queue?"
            assert box.informativeText().startswith("Scripted may still bring what was ordered")
            next(b for b in box.buttons() if b.text().replace("&", "") == answer).click()
            await until(lambda: studio.window.findChild(QMessageBox) is None)
            await until(lambda left=left: [row.job.id for row in studio.rows] == left)


async def test_a_job_that_runs_when_the_window_closes_goes_on_at_the_next_start(
    start_remote: Start, service: ScriptedService, photo: Path
) -> None:
    async with start_remote() as studio:
        await ask(studio, photo, "slow")
        await until(service.polled.is_set)
    service.release.set()
    async with start_remote() as studio:
        await state_of_row(studio, 0, JobState.DONE)
    assert sum(service.accepted.values()) == 1
    assert not any(job.cancelled for job in service.jobs.values())


class TestOnEitherLoop:
    """What needs no window runs the same on asyncio's own loop."""

    @pytest.fixture(params=["asyncio", "qt"])
    def anyio_backend(self, request: pytest.FixtureRequest, qapp: QApplication) -> object:
        make: Callable[[], asyncio.AbstractEventLoop] = {
            "asyncio": asyncio.new_event_loop,
            "qt": lambda: QEventLoop(qapp),
        }[request.param]
        return "asyncio", {"loop_factory": make}

    async def test_a_remote_job_ends_in_the_library(
        self, home: Path, registry: Registry, photo: Path
    ) -> None:
        place = Home.at(home)
        place.make_folders()
        async with Session(place, registry) as session:
            intake = await session.take_in([photo])
            job = await session.add(intake.sources, Order("scripted", {"steps": 3}))
            await until(lambda: session.queue.entry(job.id).status.state.is_final)
            status = session.queue.entry(job.id).status
            assert status.state is JobState.DONE
            result = await session.result(status.result_id or "")
            assert result.name == "fields.png"

    async def test_a_cancelled_job_is_stopped_at_the_service(
        self, home: Path, registry: Registry, service: ScriptedService, photo: Path
    ) -> None:
        place = Home.at(home)
        place.make_folders()
        async with Session(place, registry) as session:
            intake = await session.take_in([photo])
            job = await session.add(intake.sources, Order("scripted", {"script": "slow"}))
            await until(service.polled.is_set)
            await session.cancel(job.id)
            assert session.queue.entry(job.id).status.state is JobState.CANCELLED
        assert [remote.cancelled for remote in service.jobs.values()] == [True]
