"""`run`: jobs from the command line."""

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
from depthstudio.core.errors import HostNeeded, InputError, LibraryError
from depthstudio.core.job import Job, Source
from depthstudio.core.result import Result
from depthstudio.formats.whole_file import whole_file
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import (
    Intake,
    Unusable,
    fitting,
    grouped,
    require_host,
    require_taken,
)
from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.hosting.registry import Hosts, known_host, load_hosts
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import load_settings
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import home_from


@contextlib.asynccontextmanager
async def opened(
    options: argparse.Namespace,
    registry: Registry,
    *,
    only: set[str] | None,
    hosts: Hosts | None = None,
) -> AsyncGenerator[Session]:
    """A session that holds the home's lock; waits for it up to ``--timeout``."""
    home = home_from(options.home)
    async with HomeLock(home, what=options.command).held(options.timeout or 0.0):
        settings = load_settings(home.settings_file).settings
        session = Session(home, registry, ca_file=settings.own_certificates, hosts=hosts)
        try:
            await session.open(only=only)
            yield session
        finally:
            await session.aclose()


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Run sources through a provider and wait for the results."""
    return asyncio.run(_run(options, registry, load_hosts()))


async def _run(options: argparse.Namespace, registry: Registry, hosts: Hosts) -> int:
    order = order_of(options, registry, hosts)
    info = registry.get(order.provider_id).info
    async with opened(options, registry, only=set(), hosts=hosts) as session:
        await _say_unused(session, info)
        intake = await session.take_in(options.sources)
        groups = groups_of(intake, info, options, hosts)
        follower = Follower(session, Output(as_json=options.json))
        for unusable in refused(intake):
            follower.follow(await session.add_unusable(unusable, order))
        jobs: list[Job] = []
        for group in groups:
            earlier = await earlier_result(session, group, order)
            made = await session.enqueue(group, order)
            for job in made:
                follower.follow(job, earlier)
            jobs += made
        status = await follower.finish(options.timeout)
        if options.output:
            await copy_results(session, jobs, options.output)
        return status


def order_of(options: argparse.Namespace, registry: Registry, hosts: Hosts) -> Order:
    """What the words of the command ask for.

    Raises
    ------
    UsageError, ParamError
        when there is no such provider, host, endpoint or parameter, or a value is not allowed
    """
    provider = registry.get(options.provider)
    host = known_host(hosts, options.host_via).info if options.host_via else None
    given = endpoint_values(options.endpoints, provider.info, options.plain_hosts, host)
    settings = load_settings(home_from(options.home).settings_file).settings
    return Order(
        options.provider,
        parameter_values(options.values, provider.params_type),
        {**settings.host_addresses(options.host_via), **given},
        again=options.again,
        host_via=options.host_via,
    )


def groups_of(
    intake: Intake, info: ProviderInfo, options: argparse.Namespace, hosts: Hosts
) -> list[tuple[Source, ...]]:
    """The sources of each job. All are looked at before the first one is sent.

    Raises
    ------
    UsageError
        when they are not for this provider, are too many, or need a host nobody agreed to
    """
    sources = fitting(info, intake.sources, options.sources)
    require_taken(info, sources)
    try:
        require_host(info, sources, options.host_via)
    except HostNeeded as error:
        known = ", ".join(f"{host.info.id} ({host.info.title})" for host in hosts.values())
        hint = f"Add --host-via NAME, one of: {known}; or give the file's own https address"
        raise HostNeeded(f"{error}, so the file has to be put there", hint=hint) from error
    several = info.max_sources > 1 and not options.each
    return grouped(sources, info.max_sources, one_scene=options.scene or several)


async def earlier_result(
    session: Session, sources: Sequence[Source], order: Order
) -> Result | None:
    """The older answer about an address, which may hold something else by now.

    One about files needs no word: it is the answer.
    """
    if order.again or not any(source.is_remote for source in sources):
        return None
    return await session.known_result(sources, order)


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
