"""`run` and `resume`: jobs from the command line."""

import argparse
import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from depthstudio.cli.follow import Follower
from depthstudio.cli.output import Output
from depthstudio.cli.words import endpoint_values, parameter_values
from depthstudio.core.errors import InputError, LibraryError, UsageError
from depthstudio.core.job import HoldKind, Job, JobState
from depthstudio.core.result import Result
from depthstudio.formats.whole_file import whole_file
from depthstudio.jobs.queue import QueueEntry
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Intake, Unusable, fitting, grouped, require_taken
from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.registry import Registry
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import home_from


@contextlib.asynccontextmanager
async def opened(
    options: argparse.Namespace, registry: Registry, *, only: set[str] | None
) -> AsyncGenerator[Session]:
    """A session that holds the home's lock; waits for it up to ``--timeout``."""
    home = home_from(options.home)
    async with HomeLock(home, what=options.command).held(options.timeout or 0.0):
        session = Session(home, registry)
        try:
            await session.open(only=only)
            yield session
        finally:
            await session.aclose()


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Run sources through a provider and wait for the results."""
    return asyncio.run(_run(options, registry))


async def _run(options: argparse.Namespace, registry: Registry) -> int:
    provider = registry.get(options.provider)
    values = parameter_values(options.values, provider.params_type)
    endpoints = endpoint_values(options.endpoints, provider.info, options.plain_hosts)
    async with opened(options, registry, only=set()) as session:
        await _say_unused(session, provider.info)
        intake = await session.take_in(options.sources)
        # All are looked at before the first one is sent.
        sources = fitting(provider.info, intake.sources, options.sources)
        require_taken(provider.info, sources)
        several = provider.info.max_sources > 1 and not options.each
        groups = grouped(sources, provider.info.max_sources, one_scene=options.scene or several)
        follower = Follower(session, Output(as_json=options.json))
        for unusable in refused(intake):
            job = await session.add_unusable(
                unusable, options.provider, values, endpoints=endpoints, again=options.again
            )
            follower.follow(job)
        jobs: list[Job] = []
        for group in groups:
            made = await session.enqueue(
                group, options.provider, values, endpoints=endpoints, again=options.again
            )
            jobs += made
            for job in made:
                follower.follow(job)
        status = await follower.finish(options.timeout)
        if options.output:
            await copy_results(session, jobs, options.output)
        return status


async def _say_unused(session: Session, info: ProviderInfo) -> None:
    """Say that a key of the environment gives way, as who set it may want it to be billed."""
    secrets = session.secrets
    await secrets.look_up(secret.name for secret in info.secrets)
    for secret in info.secrets:
        if secrets.hides(secret.name, secret.variable):
            words = "is not used: the key kept for DepthStudio in the keychain comes first"
            sys.stderr.write(f"depthstudio: {secret.variable} {words}\n")


def refused(intake: Intake) -> list[Unusable]:
    """What a run cannot use: damaged files, and scenes, which are only for viewing."""
    hint = "Open it: depthstudio FILE, or depthstudio render FILE"
    scenes = [
        Unusable(path, InputError("This is a finished scene, not a photo or video", hint=hint))
        for path in intake.scenes
    ]
    return [*intake.unusable, *scenes]


async def copy_results(session: Session, jobs: Sequence[Job], folder: Path) -> None:
    """Copy the files of every finished job into a folder of its own. Overwrites nothing."""
    for job in jobs:
        result_id = session.queue.entry(job.id).status.result_id
        if result_id:
            result = await session.result(result_id)
            await asyncio.to_thread(_copy, result, folder)


def _copy(result: Result, folder: Path) -> None:
    target = folder / f"{Path(result.name).stem}-{result.id}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for artifact in result.artifacts:
            copy = target / artifact.path.name
            if not copy.exists():
                with whole_file(copy) as temporary_path:
                    # Without its mode: what is sealed cannot be written, a copy can.
                    shutil.copyfile(artifact.path, temporary_path)
    except OSError as exc:
        raise LibraryError(
            f"The files could not be copied to {folder}: {exc.strerror}",
            hint=f"They are in {result.folder}",
            detail=str(exc),
        ) from exc


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
            if _is_lost(entry) and options.send_again:
                await session.send_again(entry.job.id)
            elif _is_lost(entry) and options.mark_lost:
                await session.mark_lost(entry.job.id)
            follower.follow(entry.job)
        return await follower.finish(options.timeout)


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


def _is_lost(entry: QueueEntry) -> bool:
    return entry.status.hold is not None and entry.status.hold.kind is HoldKind.SUBMIT_LOST
