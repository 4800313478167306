"""Waiting for a state, never for a time."""

import asyncio
import threading
from collections.abc import Callable

from depthstudio.core.job import Job, JobState, JobStatus, ListLook
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.session import Session
from tests.support.scripted_service import ScriptedService

LONGEST_WAIT_S = 10.0


async def until(queue: JobQueue, condition: Callable[[], bool]) -> None:
    """Wait for a condition that only a change in the queue can make true."""
    news = asyncio.Event()
    disconnect = queue.changed.connect(lambda job_id, row: news.set())
    try:
        async with asyncio.timeout(LONGEST_WAIT_S):
            while not condition():
                await news.wait()
                news.clear()
    finally:
        disconnect()


async def settled(queue: JobQueue, *job_ids: str) -> tuple[JobStatus, ...]:
    """Wait until these jobs have ended or are held, and say how."""

    def statuses() -> tuple[JobStatus, ...]:
        return tuple(queue.entry(job_id).status for job_id in job_ids)

    def all_settled() -> bool:
        return all(s.state.is_final or s.state is JobState.HELD for s in statuses())

    await until(queue, all_settled)
    return statuses()


async def heard(event: threading.Event) -> None:
    """Wait for what a service's thread tells."""
    assert await asyncio.to_thread(event.wait, LONGEST_WAIT_S)


def states(session: Session) -> list[JobState]:
    return [entry.status.state for entry in session.queue]


def submits(service: ScriptedService) -> list[str]:
    """The jobs the service accepted, in order."""
    return [remote.job for remote in service.jobs.values()]


async def busy(session: Session, *jobs: Job) -> None:
    """Wait until the service has been asked how these jobs are doing."""

    def all_busy() -> bool:
        progress = [session.queue.entry(job.id).status.progress for job in jobs]
        return all(p is not None and p.message in ("scripted", "stalled") for p in progress)

    await until(session.queue, all_busy)


async def looked_for(queue: JobQueue, job_id: str) -> JobStatus:
    """Wait until a lost submit was looked for at the service, and say where the job stands."""

    def status() -> JobStatus:
        return queue.entry(job_id).status

    await until(queue, lambda: status().state.is_final or bool(look_of(status())))
    return status()


def look_of(status: JobStatus) -> ListLook | None:
    """The last look for a lost submit."""
    return status.hold.look if status.hold is not None else None
