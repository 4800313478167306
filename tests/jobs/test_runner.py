"""Slots, leaving and trouble, over a real loopback service."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from depthstudio.core.job import JobState
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_file import JournalFile
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.queue import JobQueue, QueueEntry
from depthstudio.jobs.runner import MAY_RUN
from depthstudio.jobs.session import Session
from depthstudio.settings.paths import Home
from tests.support.local_provider import Local, one_file
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import busy, heard, settled, states, submits

pytestmark = pytest.mark.anyio

Add = Callable[..., Any]
HOUR_S = 3600.0


async def test_a_provider_runs_as_many_jobs_as_it_has_slots_for(
    session: Session, service: ScriptedService, add: Add
) -> None:
    jobs = [await add(session, "slow") for _ in range(4)]
    await busy(session, *jobs[:2])

    assert states(session) == [JobState.RUNNING] * 2 + [JobState.QUEUED] * 2
    service.release.set()
    await settled(session.queue, *(job.id for job in jobs))
    assert states(session) == [JobState.DONE] * 4


async def test_jobs_run_in_the_order_of_the_queue(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url, max_parallel=1)) as session:
        jobs = [await add(session) for _ in range(4)]
        await settled(session.queue, *(job.id for job in jobs))

    assert submits(service) == [job.id for job in jobs]


async def test_a_job_is_added_without_a_look_at_all_the_others(
    session: Session, service: ScriptedService, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[JobQueue] = []
    walk = JobQueue.__iter__

    def counted(queue: JobQueue) -> Iterator[QueueEntry]:
        walks.append(queue)
        return walk(queue)

    with monkeypatch.context() as watched:
        watched.setattr(JobQueue, "__iter__", counted)
        jobs = [await add(session, "slow") for _ in range(4)]
        assert walks == []
    service.release.set()
    await settled(session.queue, *(job.id for job in jobs))


async def test_a_full_provider_does_not_keep_another_waiting(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    scripted = scripted_at(service.url, max_parallel=1)
    async with open_session(scripted, Local(one_file)) as session:
        slow = await add(session, "slow")
        await add(session, "ok")
        local = await add(session, provider="local")
        await settled(session.queue, local.id)

        assert session.queue.entry(local.id).status.state is JobState.DONE
        assert session.queue.entry(slow.id).status.state is JobState.RUNNING
        service.release.set()


# Leaving


async def test_leaving_says_nothing_to_the_service_and_coming_back_follows(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        job = await add(session, "slow")
        await busy(session, job)
    assert not service.jobs["1"].cancelled
    service.release.set()
    async with open_session(scripted_at(service.url)) as session:
        assert states(session) == [JobState.QUEUED]
        (status,) = await settled(session.queue, job.id)

    assert status.state is JobState.DONE
    assert submits(service) == [job.id]


async def test_leaving_during_a_submit_keeps_the_ids(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        job = await add(session, "pause-ok")
        await heard(service.submitted)
        leaving = asyncio.create_task(session.aclose())
        await asyncio.sleep(0)
        service.release.set()
        await leaving
    async with open_session(scripted_at(service.url)) as session:
        (status,) = await settled(session.queue, job.id)

    assert (status.state, submits(service)) == (JobState.DONE, [job.id])


async def test_older_jobs_are_left_alone_when_only_some_may_run(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        jobs = [await add(session, "slow") for _ in range(3)]
        await busy(session, *jobs[:2])
    service.release.set()
    async with open_session(scripted_at(service.url), only={jobs[1].id}) as session:
        new = await add(session)
        await settled(session.queue, jobs[1].id, new.id)

        assert states(session) == [
            JobState.QUEUED,
            JobState.DONE,
            JobState.QUEUED,
            JobState.DONE,
        ]


# Trouble


async def test_an_end_that_cannot_be_written_down_is_shown_and_frees_the_slot(
    open_session: Any,
    home: Home,
    service: ScriptedService,
    add: Add,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class FullDisk(JournalFile):
        def _commit(self, transition: Any, statement: str, values: list[Any]) -> None:
            if transition[1] in (Phase.FOLLOWING, Phase.FAILED):
                raise OSError(28, "No space left on device")
            super()._commit(transition, statement, values)

    provider = scripted_at(service.url, max_parallel=1)
    async with open_session(provider, journal=Journal(home.journal_file, FullDisk)) as session:
        jobs = [await add(session) for _ in range(2)]
        statuses = await settled(session.queue, *(job.id for job in jobs))

    assert [status.state for status in statuses] == [JobState.FAILED] * 2
    assert statuses[0].failure is not None
    assert "No space left" in statuses[0].failure.detail
    assert "its end could not be written down" in caplog.text
    async with open_session(provider) as session:
        assert states(session) == [JobState.HELD] * 2
    assert sorted(submits(service)) == sorted(job.id for job in jobs)


async def test_a_job_of_a_provider_that_is_gone_fails_and_says_so(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        jobs = [await add(session, "slow") for _ in range(2)]
        await busy(session, *jobs)
    async with open_session(Local(one_file), only={jobs[0].id}) as session:
        (status,) = await settled(session.queue, jobs[0].id)
        await session.cancel(jobs[1].id)

        assert status.failure is not None
        assert (status.state, status.failure.type) == (JobState.FAILED, "UsageError")
        assert "There is no provider “scripted”" in status.failure.message
        assert session.queue.at(1).status.state is JobState.CANCELLED
        assert session.queue.at(1).status.note == MAY_RUN
