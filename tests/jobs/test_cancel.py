"""Cancelling at every moment, over a real loopback service."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from depthstudio.core.errors import ProviderHeld
from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.context import NOT_HEARD, ONLY_ASKED
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.runner import BEFORE_SENT, MAY_RUN
from depthstudio.jobs.session import Session
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.settings.paths import Home
from tests.support.local_provider import Local
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import busy, heard, settled, states, submits

pytestmark = pytest.mark.anyio

Add = Callable[..., Any]
HOUR_S = 3600.0


async def test_a_queued_job_is_cancelled_without_a_word_to_the_service(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url, max_parallel=1)) as session:
        first = await add(session, "slow")
        waiting = await add(session)
        await busy(session, first)

        await session.cancel(waiting.id)

        status = session.queue.entry(waiting.id).status
        assert (status.state, status.note) == (JobState.CANCELLED, BEFORE_SENT)
        service.release.set()
        await settled(session.queue, first.id)
    assert submits(service) == [first.id]


async def test_a_job_cancelled_before_its_first_step_is_settled(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session)
    assert states(session) == [JobState.QUEUED]

    await asyncio.gather(session.cancel(job.id), session.cancel(job.id))

    assert (states(session), service.requests) == ([JobState.CANCELLED], [])


async def test_a_job_cancelled_while_it_prepares_sends_nothing(
    session: Session, service: ScriptedService, add: Add, home: Home
) -> None:
    job = await add(session, "stall")
    await busy(session, job)

    await session.cancel(job.id)

    status = session.queue.entry(job.id).status
    assert (status.state, status.note) == (JobState.CANCELLED, BEFORE_SENT)
    assert service.requests == []
    assert not (home.work_folder / job.id).exists()


async def test_work_on_this_computer_is_cancelled_without_talk_of_sending(
    open_session: Any, add: Add
) -> None:
    working = asyncio.Event()

    async def work(sources: Any, ctx: Any) -> Any:
        working.set()
        await asyncio.Event().wait()

    async with open_session(Local(work)) as session:
        job = await add(session, provider="local")
        await working.wait()
        await session.cancel(job.id)

        status = session.queue.entry(job.id).status
        assert (status.state, status.note) == (JobState.CANCELLED, "")


async def test_a_followed_job_is_cancelled_at_the_service_by_its_id(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "slow")
    await busy(session, job)

    await session.cancel(job.id)

    status = session.queue.entry(job.id).status
    assert (status.state, status.note) == (JobState.CANCELLED, "stopped at the service")
    assert service.jobs["1"].cancelled


async def test_a_cancel_during_a_submit_waits_for_the_ids_and_uses_them(
    session: Session, service: ScriptedService, add: Add, home: Home
) -> None:
    job = await add(session, "pause-slow")
    await heard(service.submitted)
    cancel = asyncio.create_task(session.cancel(job.id))
    again = asyncio.create_task(session.cancel(job.id))
    for _ in range(10):
        await asyncio.sleep(0)
    assert states(session) == [JobState.RUNNING]
    service.release.set()
    await asyncio.gather(cancel, again)

    assert states(session) == [JobState.CANCELLED]
    assert service.jobs["1"].cancelled
    (row,) = await session._restored.journal.rows()
    assert row.checkpoint.steps == {"step-1": {"id": "1"}}
    assert row.note == "stopped at the service"


async def test_a_cancel_during_a_submit_that_is_refused_takes_the_intent_back(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "pause-refuse")
    await heard(service.submitted)
    cancel = asyncio.create_task(session.cancel(job.id))
    await asyncio.sleep(0)
    service.release.set()
    await cancel

    (row,) = await session._restored.journal.rows()
    assert (row.phase, row.intent, row.note) == (Phase.CANCELLED, None, BEFORE_SENT)
    assert submits(service) == []


async def test_a_cancel_during_a_submit_without_an_answer_leaves_the_question(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "pause-silence")
    await heard(service.submitted)
    cancel = asyncio.create_task(session.cancel(job.id))
    await asyncio.sleep(0)
    service.release.set()
    await cancel

    status = session.queue.entry(job.id).status
    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST
    await session.cancel(job.id)
    status = session.queue.entry(job.id).status
    assert (status.state, status.note) == (JobState.CANCELLED, MAY_RUN)


async def test_a_lost_submit_that_was_cancelled_is_not_gone_on_with_from_the_step_before_it(
    session: Session, service: ScriptedService, add: Add, home: Home
) -> None:
    job = await add(session, values={"script": "silence-second", "steps": 2})
    await settled(session.queue, job.id)

    # A cancel of the attempt itself would leave the question.
    await asyncio.gather(*session.runner._tasks.values())

    await session.cancel(job.id)

    status = session.queue.entry(job.id).status
    assert (status.state, status.note, status.may_come) == (JobState.CANCELLED, MAY_RUN, False)
    assert not (home.work_folder / job.id).exists()
    await session.retry(job.id)
    await settled(session.queue, job.id)
    assert [remote.step for remote in service.jobs.values()] == ["step-1", "step-2"] * 2


@pytest.mark.parametrize(
    ("script", "note"), [("hold-once", BEFORE_SENT), ("hold-follow-once", MAY_RUN)]
)
async def test_a_held_job_says_what_its_cancel_could_not_reach(
    session: Session, add: Add, script: str, note: str
) -> None:
    job = await add(session, script)
    await settled(session.queue, job.id)

    await session.cancel(job.id)

    status = session.queue.entry(job.id).status
    assert (status.state, status.note, status.hold) == (JobState.CANCELLED, note, None)


async def test_what_the_service_was_not_told_of_is_followed_and_not_paid_again(
    session: Session, service: ScriptedService, add: Add, home: Home
) -> None:
    job = await add(session, "hold-follow-once")
    await settled(session.queue, job.id)
    await session.cancel(job.id)
    assert [row.may_come for row in read_journal(home.journal_file)] == [True]

    await session.runner.try_now("scripted")
    await session.retry(job.id)

    (status,) = await settled(session.queue, job.id)
    assert (status.state, submits(service)) == (JobState.DONE, [job.id])


@pytest.mark.parametrize("trouble", [None, ProviderHeld("not now", until=None)])
async def test_only_a_job_that_the_service_stopped_is_sent_anew(
    open_session: Any, service: ScriptedService, add: Add, trouble: Exception | None
) -> None:
    scripted = scripted_at(service.url)
    told = scripted._stop

    async def stop(ids: Any, ctx: Any) -> CancelAnswer:
        if trouble is not None:
            raise trouble
        return await told(ids, ctx)

    scripted._stop = stop
    async with open_session(scripted) as session:
        job = await add(session, "slow")
        await busy(session, job)
        await session.cancel(job.id)
        service.release.set()
        await session.retry(job.id)
        await settled(session.queue, job.id)
    assert len(submits(service)) == (2 if trouble is None else 1)


async def test_a_job_cancelled_as_its_hold_ends_stays_cancelled(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "hold-once")
    await settled(session.queue, job.id)

    await asyncio.gather(session.cancel(job.id), session.runner.try_now("scripted"))

    assert (states(session), submits(service)) == ([JobState.CANCELLED], [])


async def test_a_job_cancelled_as_a_slot_comes_free_does_not_start(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url, max_parallel=1)) as session:
        first = await add(session, "slow")
        waiting = await add(session)
        await busy(session, first)
        cancel = asyncio.create_task(session.cancel(waiting.id))
        await asyncio.sleep(0)
        await session.cancel(first.id)
        await cancel

        assert states(session) == [JobState.CANCELLED] * 2
    assert submits(service) == [first.id]


async def test_a_job_that_has_all_its_files_becomes_done_instead(
    session: Session, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    storing, go_on = asyncio.Event(), asyncio.Event()
    sealed = session._pipeline._sealed

    async def slowly(row: Any, provider: Any) -> None:
        storing.set()
        await go_on.wait()
        await sealed(row, provider)

    monkeypatch.setattr(session._pipeline, "_sealed", slowly)
    job = await add(session)
    await storing.wait()
    cancels = [asyncio.create_task(session.cancel(job.id)) for _ in range(2)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*cancels)

    status = session.queue.entry(job.id).status
    assert status.state is JobState.DONE
    assert status.result_id is not None
    assert session.library.has(status.result_id)


async def test_cancelling_what_has_ended_changes_nothing(session: Session, add: Add) -> None:
    job = await add(session)
    (status,) = await settled(session.queue, job.id)

    await session.cancel(job.id)
    await session.runner.cancel(job.id)

    assert session.queue.entry(job.id).status == status


@pytest.mark.parametrize(
    ("trouble", "note"),
    [
        ("silence", ONLY_ASKED),
        ("refusal", NOT_HEARD),
        ("mistake", NOT_HEARD),
    ],
)
async def test_a_service_that_does_not_stop_is_reported_in_the_note(
    open_session: Any,
    service: ScriptedService,
    add: Add,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    note: str,
) -> None:
    scripted = scripted_at(service.url)

    async def stop(ids: Any, ctx: Any) -> CancelAnswer:
        if trouble == "silence":
            await asyncio.Event().wait()
        if trouble == "refusal":
            raise ProviderHeld("not now", until=None)
        raise KeyError("state")

    scripted._stop = stop
    monkeypatch.setattr("depthstudio.jobs.context.CANCEL_TIMEOUT_S", 0.01)
    async with open_session(scripted) as session:
        job = await add(session, "slow")
        await busy(session, job)
        await session.cancel(job.id)

        status = session.queue.entry(job.id).status
        assert (status.state, status.note) == (JobState.CANCELLED, note)


async def test_a_second_cancel_does_not_cut_the_word_to_the_service(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    scripted = scripted_at(service.url)
    asking, go_on = asyncio.Event(), asyncio.Event()

    async def stop(ids: Any, ctx: Any) -> CancelAnswer:
        asking.set()
        await go_on.wait()
        return CancelAnswer("stopped in the end")

    scripted._stop = stop
    async with open_session(scripted) as session:
        job = await add(session, "slow")
        await busy(session, job)
        cancels = [asyncio.create_task(session.cancel(job.id))]
        await asking.wait()
        cancels.append(asyncio.create_task(session.cancel(job.id)))
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(*cancels)

        assert session.queue.entry(job.id).status.note == "stopped in the end"
