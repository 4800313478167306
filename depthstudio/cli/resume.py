"""`resume`: what an earlier run left, and answers for lost submits."""

import argparse
import asyncio
from collections.abc import Sequence

from depthstudio.cli.follow import Follower
from depthstudio.cli.output import Output
from depthstudio.cli.run import opened
from depthstudio.core.errors import UsageError
from depthstudio.core.job import JobState
from depthstudio.jobs.lost import is_lost
from depthstudio.jobs.queue import QueueEntry
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry


def resume(options: argparse.Namespace, registry: Registry) -> int:
    """Follow what an earlier run left, and answer for lost submits."""
    return asyncio.run(_resume(options, registry))


async def _resume(options: argparse.Namespace, registry: Registry) -> int:
    only = {options.job} if options.job else None
    async with opened(options, registry, only=only) as session:
        follower = Follower(session, Output(as_json=options.json))
        left = [entry for entry in session.queue if _is_left(entry, options.job)]
        if options.job and not left:
            raise UsageError(
                f"There is no unfinished job {options.job}", hint="See: depthstudio jobs list"
            )
        await _try_now(session, left)
        for entry in left:
            hold = session.queue.entry(entry.job.id).status.hold  # it may be found by now
            if is_lost(hold) and options.send_again:
                await _send_again(session, entry.job.id)
            elif is_lost(hold) and options.mark_lost:
                await session.mark_lost(entry.job.id)
            follower.follow(entry.job)
        return await follower.finish(options.timeout)


async def _send_again(session: Session, job_id: str) -> None:
    """Send a lost submit again, unless it turns up in the service's list now."""
    if session.can_look(job_id):
        await session.look_for(job_id)
    if is_lost(session.queue.entry(job_id).status.hold):
        await session.send_again(job_id)


async def _try_now(session: Session, left: Sequence[QueueEntry]) -> None:
    """Whoever says `resume` is the person that a hold without an end waits for."""
    providers = {entry.job.provider_id for entry in left}
    for provider_id, hold in session.runner.holds.items():
        if provider_id in providers and hold.needs_person:
            await session.runner.try_now(provider_id)


def _is_left(entry: QueueEntry, job_id: str | None) -> bool:
    if job_id is not None:
        return entry.job.id == job_id and entry.status.state is not JobState.DONE
    return not entry.status.state.is_final
