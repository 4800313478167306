"""`jobs`: the queue from the command line."""

import argparse
import asyncio

from depthstudio.cli import exit_codes
from depthstudio.cli.follow import Follower
from depthstudio.cli.output import Output, failure_record
from depthstudio.cli.run import opened
from depthstudio.core.errors import HostNeeded, UsageError
from depthstudio.core.job import Job
from depthstudio.core.record import to_plain
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.session import Session
from depthstudio.providers.hosting.registry import known_host
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import load_settings
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
        "may_come": status.may_come,
    }


def _cells(row: JournalRow) -> list[str]:
    status = row.waiting_status
    reason = status.hold.reason if status.hold else ""
    said = (status.failure.message if status.failure else reason) or status.note
    if status.may_come:
        still = f"may still come: depthstudio jobs retry {row.job.id} fetches it"
        said = f"{said}; {still}" if said else still
    return [row.job.id, status.state, row.job.provider_id, row.job.name, said]


async def _change(options: argparse.Namespace, registry: Registry) -> int:
    async with opened(options, registry, only=set()) as session:
        _all_known(session, options.jobs)
        if options.action == "retry":
            await _require_consent(session, options)
        output = Output(as_json=options.json)
        follower = Follower(session, output)
        for job_id in options.jobs:
            job = session.queue.entry(job_id).job
            if options.action == "remove":
                if not await session.remove(job_id, unless_may_come=True):
                    await session.remove(job_id)
                    output.given_up(job)
            elif options.action == "cancel":
                await session.cancel(job_id)
                follower.follow(job)
            else:
                for retried in await _retried(session, job_id, options.host_via):
                    follower.follow(retried)
        status = await follower.finish(options.timeout)
        return exit_codes.OK if options.action == "cancel" else status


async def _require_consent(session: Session, options: argparse.Namespace) -> None:
    """Fail before anything is retried where a file would go to a host nobody agreed to.

    Consent is that of this command, or of the window's settings: there it may be taken back.
    """
    if options.host_via:
        known_host(session.hosts, options.host_via)
        return
    agreed = load_settings(session.home.settings_file).settings.agreed_hosts
    for job_id in options.jobs:
        host_id = await session.host_for_retry(job_id)
        if host_id and host_id not in agreed:
            name = session.queue.entry(job_id).job.name
            raise HostNeeded(
                f"{name} would be put on {known_host(session.hosts, host_id).info.title} again",
                hint=f"Add --host-via {host_id} to agree to it, or another host's name",
            )


async def _retried(session: Session, job_id: str, host_via: str) -> list[Job]:
    """Retry a job; where its files go to another host than before, as a new one.

    That host is where the window's settings have it now.
    """
    wanted = await session.host_for_retry(job_id)
    if wanted and host_via not in ("", wanted):
        settings = load_settings(session.home.settings_file).settings
        elsewhere = settings.host_addresses(host_via)
        return [await session.run_again(job_id, host_via=host_via, host_endpoints=elsewhere)]
    return await session.retry(job_id)


def _all_known(session: Session, job_ids: list[str]) -> None:
    for job_id in job_ids:
        if job_id not in session.queue:
            raise UsageError(f"There is no job {job_id}", hint="See: depthstudio jobs list")
