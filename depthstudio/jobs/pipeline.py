"""One job from its sources to a sealed result. Knows providers only by their interface."""

import asyncio
import contextlib
import weakref
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import LibraryError
from depthstudio.core.job import Hold, Job, Progress, Stage, new_id
from depthstudio.core.params import Params, as_promised
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.context import JobContext, Leaving
from depthstudio.jobs.drafting import draft_of
from depthstudio.jobs.hosting import Hosting, has_to_be_put
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.key import key_of
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.means import require_secrets
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.reach import client_of, given_secrets, host_reach
from depthstudio.jobs.sources import hash_source, require_unchanged
from depthstudio.jobs.uncut import uncut
from depthstudio.jobs.work_folders import WorkFolders, check_artifacts, make_folder
from depthstudio.library.store import Library
from depthstudio.providers.base import Provider, ProviderInfo
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.providers.hosting.registry import Hosts, known_host
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.redaction import hide_queries
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets
from depthstudio.settings.servers import KnownServers

T = TypeVar("T")


class _AnsweredAlready(Exception):
    """The library knew the answer once it was clear which server would be asked."""


@dataclass
class Pipeline:
    """Carries jobs out. Every change of phase goes through the ledger."""

    registry: Registry
    library: Library
    ledger: Ledger
    http: HttpClients
    clock: Clock
    executor: Executor
    folders: WorkFolders
    servers: KnownServers
    secrets: Secrets
    hosts: Hosts
    leaving: Leaving = field(default_factory=Leaving)
    holds: dict[str, Hold] = field(default_factory=dict[str, Hold])  # by provider id
    # One lock for each question being worked on; it goes when nobody holds it.
    _questions: "weakref.WeakValueDictionary[str, asyncio.Lock]" = field(
        default_factory=lambda: weakref.WeakValueDictionary[str, asyncio.Lock]()
    )

    async def run(self, job_id: str) -> None:
        """Bring a job to DONE from wherever it stands, or raise what stopped it.

        Work that may have run is never sent again: ids from before are followed, and
        files from before are stored.
        """
        row = await self.ledger.row(job_id)
        if row.phase is Phase.DOWNLOADED:
            self.ledger.show_running(row)
            await self._seal(row, self.registry.get(row.job.provider_id))
        elif row.checkpoint.has_work or row.phase is Phase.FOLLOWING:
            await self._follow(row)
        else:
            await self._ask(row)

    async def _ask(self, row: JournalRow) -> None:
        """Ask the library, then the service. What was uploaded before is used again."""
        job = row.job
        begun = {"started_at": self.clock.now(), "ordered_at": None}
        row = await self.ledger.move(job.id, Phase.PREPARING, **begun)
        provider = self.registry.get(job.provider_id)
        params = as_promised(provider.params_type, job.params)
        await self._look_up_secrets(provider.info, job)
        row = await self._with_key(row, provider, params)
        async with self._alone(row):
            if await self._answered_from_library(row):
                return
            left = None if job.again else await self.ledger.left_behind(row)
            if left is not None:
                row = await uncut(self._take_over(left, row))
            if row.phase is Phase.DOWNLOADED:
                await self._seal(row, provider)
                return
            self._require_means(provider.info, row)
            # It may have waited long for the same question of another job.
            await self._in_thread(lambda: require_unchanged(job.sources))
            context = await self._context(row, provider)
            await self._in_thread(lambda: make_folder(context.folder))
            work = (
                provider.reattach(row.checkpoint, params, context)
                if row.checkpoint
                else provider.fetch(job.sources, params, context)
            )
            with contextlib.suppress(_AnsweredAlready):
                await self._fetched(context, provider, work)

    async def _take_over(self, left: JournalRow, row: JournalRow) -> JournalRow:
        """Follow what an earlier job ordered, with the files it had, instead of ordering anew.

        In this order: after a crash in between the earlier one can still be followed too.
        """
        taken = await self.ledger.follow_too(left, row.job.id)
        try:
            files = await self._in_thread(lambda: self.folders.hand_over(left, row.job.id))
        except LibraryError:  # with the ids alone a retry would find that the files are missing
            await self.ledger.record(row.job.id, checkpoint=row.checkpoint)
            raise
        if files:
            taken = await self._downloaded(taken, files)
        await self.ledger.let_go(left.job.id)
        return taken

    async def _follow(self, row: JournalRow) -> None:
        if row.phase is Phase.FOLLOWING:
            self.ledger.show_running(row)
        else:
            row = await self.ledger.move(
                row.job.id, Phase.FOLLOWING, started_at=row.started_at or self.clock.now()
            )
        provider = self.registry.get(row.job.provider_id)
        params = as_promised(provider.params_type, row.job.params)
        await self._look_up_secrets(provider.info, row.job)
        async with self._alone(row):
            self._require_means(provider.info, row)
            context = await self._context(row, provider)
            await self._in_thread(lambda: make_folder(context.folder))
            await self._fetched(
                context, provider, provider.reattach(row.checkpoint, params, context)
            )

    async def _with_key(
        self, row: JournalRow, provider: Provider[Params], params: Params
    ) -> JournalRow:
        """Hash the sources and write down the question they make."""
        context = await self._context(row, provider)
        hashes: list[str] = []
        for number, source in enumerate(row.job.sources):
            share = number / len(row.job.sources)
            context.report(Progress(Stage.PREPARING, share, source.path.name))
            hashes.append(
                await context.in_thread(lambda flag, s=source: hash_source(s, flag.check))
            )
        server = await self._in_thread(
            lambda: self.servers.find(provider.info.id, context.endpoints)
        )
        profile = server.profile if server else ""
        key = key_of(provider, params, hashes, row.job.endpoints, profile)
        return await self.ledger.record(row.job.id, key=key, source_sha256=tuple(hashes))

    async def _meet_server(self, context: JobContext, profile: str) -> None:
        """Make the key anew where the server is not what it was when it was last seen."""
        row = context.row
        provider = self.registry.get(row.job.provider_id)
        params = as_promised(provider.params_type, row.job.params)
        now = self.clock.now()
        await self._in_thread(
            lambda: self.servers.remember(provider.info.id, context.endpoints, now, profile=profile)
        )
        key = key_of(provider, params, row.source_sha256, row.job.endpoints, profile)
        if key == row.key:
            return
        context.row = await self.ledger.record(row.job.id, key=key)
        if not row.checkpoint.has_work and await self._answered_from_library(context.row):
            raise _AnsweredAlready

    def _alone(self, row: JournalRow) -> contextlib.AbstractAsyncContextManager[None]:
        """Wait for a job with the same key, unless this one is to run anyway."""
        if row.job.again or row.key is None:
            return contextlib.nullcontext()
        lock = self._questions.get(row.key)
        if lock is None:
            lock = self._questions[row.key] = asyncio.Lock()
        if lock.locked():
            self.ledger.progress(
                row.job.id, Progress(Stage.WAITING, message="the same job is running")
            )
        return lock

    async def _answered_from_library(self, row: JournalRow) -> bool:
        # What lies at an address may have changed: an old answer is offered, never given.
        is_certain = not any(source.is_remote for source in row.job.sources)
        if row.job.again or row.key is None or not is_certain:
            return False
        known = await self._in_thread(lambda: self.library.find_by_key(row.key or ""))
        if known is None:
            return False
        await self.ledger.move(row.job.id, Phase.DONE, result_id=known.id, cached=True)
        return True

    async def _fetched(
        self,
        context: JobContext,
        provider: Provider[Params],
        work: Coroutine[Any, Any, list[Artifact]],
    ) -> None:
        """Wait for the provider's files, then store them; the second half can't be cut."""
        try:
            artifacts = await work
        except asyncio.CancelledError:
            await uncut(self._keep_notes(context))
            raise
        await self._in_thread(lambda: check_artifacts(artifacts, context.folder))
        row = await self._downloaded(context.row, artifacts, context.notes)
        await self._seal(row, provider)

    async def _downloaded(
        self, row: JournalRow, artifacts: Sequence[Artifact], notes: Sequence[str] = ()
    ) -> JournalRow:
        return await self.ledger.move(
            row.job.id,
            Phase.DOWNLOADED,
            artifacts=tuple(artifacts),
            result_id=new_id(),
            note=" · ".join([*_ordered_before(row), *notes]),
        )

    async def _keep_notes(self, context: JobContext) -> None:
        if context.notes:
            note = " · ".join(context.notes)
            await self.ledger.record(context.job_id, note=note, stopped=context.is_stopped)

    async def _seal(self, row: JournalRow, provider: Provider[Params]) -> None:
        # Too late to cancel: everything is here, and half a result helps nobody.
        await uncut(self._sealed(row, provider))

    async def _sealed(self, row: JournalRow, provider: Provider[Params]) -> None:
        draft = draft_of(row, provider, self.clock.now())
        # A crash may have come after the store and before the journal knew.
        if not await self._in_thread(lambda: self.library.has(draft.id)):
            await self._in_thread(lambda: self.library.store(draft, row.artifacts))
        await self.ledger.move(row.job.id, Phase.DONE)
        await self.forget_files(row.job.id)

    async def _context(self, row: JournalRow, provider: Provider[Params]) -> JobContext:
        info = provider.info
        endpoints = info.addresses(row.job.endpoints)
        hide_queries(source.url for source in row.job.sources)
        secrets = given_secrets(info.secrets, self.secrets)
        return JobContext(
            row=row,
            ledger=self.ledger,
            clock=self.clock,
            executor=self.executor,
            folder=await self._in_thread(lambda: self.folders.of_attempt(row)),
            client=await client_of(provider, self.http, endpoints, secrets),
            endpoints=endpoints,
            secrets=secrets,
            meet_server=self._meet_server,
            leaving=self.leaving,
            provider_hold=lambda: self.holds.get(info.id),
            hosting=await self._hosting(row.job),
        )

    async def _look_up_secrets(self, info: ProviderInfo, job: Job) -> None:
        """Wait for the keychain, if it has something this job needs."""
        wanted = [secret for place in self._places(info, job) for secret in place.secrets]
        origins = {self.secrets.origin(secret.name, secret.variable) for secret in wanted}
        if SecretOrigin.UNKNOWN in origins:
            waits = Progress(Stage.PREPARING, message="waiting for the keychain")
            self.ledger.progress(job.id, waits)
        await self.secrets.look_up(secret.name for secret in wanted)

    def _require_means(self, info: ProviderInfo, row: JournalRow) -> None:
        """Hold a job whose service, or host, lacks what only the user can give.

        A host that has nothing to do any more is not waited for.
        """
        for place in self._places(info, row.job):
            is_host = place is not info
            if is_host and not has_to_be_put(row.job.sources, row.checkpoint, self.clock.now()):
                continue
            require_secrets(place.title, place.secrets, self.secrets, is_of_host=is_host)

    def _places(self, info: ProviderInfo, job: Job) -> list[ProviderInfo | HostInfo]:
        """Where a job goes: the service, and the host its files go through."""
        places: list[ProviderInfo | HostInfo] = [info]
        if job.host_via:
            places.append(known_host(self.hosts, job.host_via).info)
        return places

    async def _hosting(self, job: Job) -> Hosting:
        if not job.host_via:
            return Hosting()
        host = known_host(self.hosts, job.host_via)
        reach = await host_reach(
            host, job.endpoints, http=self.http, secrets=self.secrets, clock=self.clock
        )
        return Hosting(host, reach)

    async def forget_files(self, job_id: str) -> None:
        """Remove a job's working folder."""
        await self._in_thread(lambda: self.folders.forget(job_id))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.executor, work)


def _ordered_before(row: JournalRow) -> list[str]:
    if row.ordered_at is None:
        return []
    when = row.ordered_at.astimezone()
    return [f"Goes on with what an earlier job ordered {when:%Y-%m-%d %H:%M}"]
