"""`jobs`: the queue from the command line."""

import argparse
import asyncio

from depthstudio.cli import exit_codes
from depthstudio.cli.follow import Follower
from depthstudio.cli.output import Output, failure_record
from depthstudio.cli.run import opened
from depthstudio.core.errors import UsageError
from depthstudio.core.record import to_plain
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import home_from


def jobs(options: argparse.Namespace, registry: Registry) -> int:
    """List the queue, or change jobs in it."""
    if options.action == "list":
        return _list(options)
    return asyncio.run(_change(options, registry))


def _list(options: argparse.Namespace) -> int:
    output = Output(as_json=options.json)
    rows = read_journal(home_from(options.home).journal_file)
    if options.json:
        for row in rows:
            output.record(_record(row))
    else:
        output.table([_cells(row) for row in rows])
    return exit_codes.OK


def _record(row: JournalRow) -> dict[str, object]:
    status = row.waiting_status
    return {
        "job": row.job.id,
        "name": row.job.name,
        "provider": row.job.provider_id,
        "state": status.state,
        "phase": row.phase,
        "sources": [source.place for source in row.job.sources],
        "created_at": row.job.created_at.isoformat(),
        "result": status.result_id,
        "cached": status.cached,
        "hold": to_plain(status.hold) if status.hold else None,
        "error": failure_record(status.failure) if status.failure else None,
        "note": status.note,
    }


def _cells(row: JournalRow) -> list[str]:
    status = row.waiting_status
    reason = status.hold.reason if status.hold else ""
    said = (status.failure.message if status.failure else reason) or status.note
    return [row.job.id, status.state, row.job.provider_id, row.job.name, said]


async def _change(options: argparse.Namespace, registry: Registry) -> int:
    async with opened(options, registry, only=set()) as session:
        _all_known(session, options.jobs)
        follower = Follower(session, Output(as_json=options.json))
        for job_id in options.jobs:
            job = session.queue.entry(job_id).job
            if options.action == "remove":
                await session.remove(job_id)
            elif options.action == "cancel":
                await session.cancel(job_id)
                follower.follow(job)
            else:
                for retried in await session.retry(job_id):
                    follower.follow(retried)
        status = await follower.finish(options.timeout)
        return exit_codes.OK if options.action == "cancel" else status


def _all_known(session: Session, job_ids: list[str]) -> None:
    for job_id in job_ids:
        if job_id not in session.queue:
            raise UsageError(f"There is no job {job_id}", hint="See: depthstudio jobs list")
