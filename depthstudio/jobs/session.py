"""What the window and the command line both drive: jobs in, results out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from msgspec.structs import replace

from depthstudio.core.errors import (
    LibraryError,
    NotOffered,
    RemoteJobFailed,
    ResultLost,
    SubmitUnknown,
    UsageError,
)
from depthstudio.core.event import Event
from depthstudio.core.job import Checkpoint, Failure, Job, JobState, Source, new_id
from depthstudio.core.params import Params, as_promised
from depthstudio.core.record import Json, to_plain
from depthstudio.core.result import Result
from depthstudio.core.views import Views
from depthstudio.formats.scene_file import read_scene
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.key import question_key
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.pipeline import Pipeline
from depthstudio.jobs.restored import RestoredQueue
from depthstudio.jobs.runner import JobRunner
from depthstudio.jobs.services import Services
from depthstudio.jobs.source_film import sources_of, with_source_film
from depthstudio.jobs.sources import (
    Intake,
    Unusable,
    job_name,
    require_count,
    require_host,
    require_taken,
    take_in,
)
from depthstudio.library.store import Library
from depthstudio.providers.base import Answer, Health, LiveSchema
from depthstudio.providers.registry import AnyProvider, Registry
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from depthstudio.settings.servers import KnownServers

T = TypeVar("T")

WORKER_THREADS = 4
UNUSABLE_TYPE = "application/octet-stream"


class Session:
    """Jobs, results and providers of one home. Whoever opens it holds the home's lock.

    An asynchronous context manager: entering reads what an earlier run left, leaving
    stops the jobs in a way that the next run can go on from.
    """

    def __init__(
        self,
        home: Home,
        registry: Registry,
        *,
        clock: Clock | None = None,
        journal: Journal | None = None,
        restored: RestoredQueue | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        """Clock and journal are those of `restored`, where there is a queue already."""
        self.home = home
        self.registry = registry
        self.library = Library(home.library_folder)
        self.result_added: Event[Result] = Event()  # on the loop's thread
        self._restored = restored or RestoredQueue(home.journal_file, clock=clock, journal=journal)
        self.queue = self._restored.queue
        self._clock = self._restored.clock
        self._ledger = self._restored.ledger
        self.secrets = secrets or Secrets()
        self.servers = KnownServers(home.servers_file)
        self._http = HttpClients()
        self._executor: Executor = ThreadPoolExecutor(WORKER_THREADS, "worker")
        self.services = Services(
            registry, self._http, self.secrets, self.servers, self._clock, self._executor
        )
        self._tasks: set[asyncio.Future[None]] = set()
        self._pipeline = Pipeline(
            registry=registry,
            library=self.library,
            ledger=self._ledger,
            http=self._http,
            clock=self._clock,
            executor=self._executor,
            work_folder=home.work_folder,
            servers=self.servers,
            secrets=self.secrets,
        )
        self.runner = JobRunner(self.queue, self._ledger, self._pipeline, registry, self._clock)
        self.hosts = self._pipeline.hosts

    async def open(self, *, only: set[str] | None = None) -> None:
        """Read what an earlier run left, and go on with it; see `RestoredQueue.open`, `start`."""
        await self._restored.open()
        await self.start(only=only)

    async def start(self, *, only: set[str] | None = None) -> None:
        """Tidy up after an earlier run, and let the jobs of an open queue run.

        With `only`, jobs of earlier runs that it does not name are left alone.

        Raises
        ------
        LibraryError
            when the library folder cannot be listed or written
        """
        loop = asyncio.get_running_loop()
        self.library.added.connect(
            lambda result: loop.call_soon_threadsafe(self.result_added.emit, result)
        )
        await self._in_thread(self.library.recover)
        alive = {e.job.id for e in self.queue if e.status.state is not JobState.DONE}
        await self._in_thread(lambda: self._pipeline.sweep(alive))
        self.secrets.changed.connect(self._go_on_with)
        if only is not None:
            self.runner.admit_only(only)
        self.runner.start(self._restored.rows)

    def _go_on_with(self, secret_name: str) -> None:
        """Who waited for this key goes on. Called on the loop's thread."""
        task = asyncio.ensure_future(self.runner.given())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def __aenter__(self) -> "Session":
        try:
            await self.open()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Leave: running work stays promised in the journal. Safe to call twice."""
        await self.runner.aclose()
        await self._http.aclose()
        await self._restored.aclose()
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def take_in(self, paths: Sequence[Path]) -> Intake:
        """Look at dropped files and folders, off the GUI thread."""
        return await self._in_thread(lambda: take_in(paths))

    async def enqueue(
        self,
        sources: Sequence[Source],
        provider_id: str,
        values: Mapping[str, Any],
        *,
        endpoints: Mapping[str, str] | None = None,
        again: bool = False,
        host_via: str = "",
    ) -> list[Job]:
        """Promise every job that one Run makes of these sources, such as one for each seed.

        Raises
        ------
        ParamError
            when a value does not fit its declaration
        HostNeeded
            when a file has to be put on the web first, and `host_via` names no host for it
        UsageError
            when there is no such provider or host, or it takes no such sources
        """
        provider = self.registry.get(provider_id)
        endpoints = dict(endpoints or {})
        params = await self.services.validated(provider_id, dict(values), endpoints)
        return [
            await self._promise(sources, provider, one, endpoints, again=again, host_via=host_via)
            for one in provider.jobs_of(params)
        ]

    async def add(
        self,
        sources: Sequence[Source],
        provider_id: str,
        values: Mapping[str, Any],
        *,
        endpoints: Mapping[str, str] | None = None,
        again: bool = False,
        host_via: str = "",
    ) -> Job:
        """Promise one job of these values as they are; raises as `enqueue` does."""
        provider = self.registry.get(provider_id)
        endpoints = dict(endpoints or {})
        params = await self.services.validated(provider_id, dict(values), endpoints)
        return await self._promise(
            sources, provider, params, endpoints, again=again, host_via=host_via
        )

    async def _promise(
        self,
        sources: Sequence[Source],
        provider: AnyProvider,
        params: Params,
        endpoints: Mapping[str, str] | None,
        *,
        again: bool,
        host_via: str,
    ) -> Job:
        require_taken(provider.info, sources)
        require_host(provider.info, sources, host_via)
        require_count(provider.info.title, provider.info.max_sources, sources)
        job = Job(
            name=job_name(sources),
            provider_id=provider.info.id,
            sources=tuple(sources),
            params=to_plain(params),
            endpoints=dict(endpoints or {}),
            again=again,
            host_via=host_via,
        )
        await self._ledger.add(job)
        self.runner.admit(job.id)
        return job

    async def add_unusable(
        self,
        unusable: Unusable,
        provider_id: str,
        values: Mapping[str, Any],
        *,
        endpoints: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> Job:
        """Keep a row for what cannot be used, so that it can say why, and be retried."""
        source = Source(
            path=unusable.path.absolute(), media_type=UNUSABLE_TYPE, size_bytes=0, mtime_ns=0
        )
        job = Job(
            name=unusable.path.name,
            provider_id=provider_id,
            sources=(source,),
            params=dict(values),
            endpoints=dict(endpoints or {}),
            again=again,
        )
        await self._ledger.add_failed(job, unusable.error)
        return job

    async def cancel(self, job_id: str) -> None:
        """Cancel a job that has not ended.

        The service is told where the job is being followed; where it only waits, as after a
        start or behind a hold, its row says that it may still run there.
        """
        if not self.queue.entry(job_id).status.state.is_final:
            await self.runner.cancel(job_id)

    async def remove(self, job_id: str) -> None:
        """Take a row off the list, cancelling it first; its result stays.

        Raises
        ------
        UsageError
            when the cancel left the question whether the job was sent
        """
        await self.cancel(job_id)
        entry = self.queue.entry(job_id)
        if not entry.status.state.is_final:
            raise UsageError(
                f"Nobody knows whether {entry.job.name} was sent",
                hint="Answer that first: send it again, or give it up",
            )
        await self._ledger.remove(job_id)
        await self._pipeline.forget_files(job_id)

    async def retry(self, job_id: str) -> list[Job]:
        """Try a failed or cancelled job again, without paying for what is there already.

        Returns the jobs that stand in its place: itself, or new ones where a file that
        could not be used has been mended.

        Raises
        ------
        UsageError
            when the job has neither failed nor been cancelled
        """
        row = await self._ledger.row(job_id)
        if row.phase not in (Phase.FAILED, Phase.CANCELLED):
            raise UsageError(f"{row.job.name} has neither failed nor been cancelled")
        if row.job.sources[0].media_type == UNUSABLE_TYPE:
            return await self._look_again(row.job)
        if row.phase is Phase.FAILED and await self._in_thread(lambda: _has_files(row)):
            await self._ledger.move_waiting(job_id, Phase.DOWNLOADED)
        elif row.failure is not None and row.failure.type not in SPENT:
            await self._ledger.move(job_id, Phase.QUEUED)
        else:
            await self._ledger.move(job_id, Phase.QUEUED, **FROM_THE_START)
        self.runner.admit(job_id)
        return [row.job]

    async def _look_again(self, job: Job) -> list[Job]:
        """A file that could not be used may have been mended meanwhile."""
        intake = await self.take_in([job.sources[0].path])
        if not intake.sources:
            return [job]
        jobs = [
            await self.add(
                [source],
                job.provider_id,
                job.params,
                endpoints=job.endpoints,
                again=job.again,
                host_via=job.host_via,
            )
            for source in intake.sources
        ]
        await self._ledger.remove(job.id)
        return jobs

    async def run_again(self, job_id: str) -> Job:
        """Ask the same once more, even though the library knows an answer."""
        job = replace(
            self.queue.entry(job_id).job, id=new_id(), again=True, created_at=self._clock.now()
        )
        await self._ledger.add(job)
        self.runner.admit(job.id)
        return job

    async def send_again(self, job_id: str) -> None:
        """Answer the question of a lost submit: it did not arrive, send it again."""
        await self._resolve_lost(job_id, Phase.QUEUED)
        self.runner.admit(job_id)

    async def mark_lost(self, job_id: str) -> None:
        """Answer the question of a lost submit: give it up."""
        failure = Failure(
            type="SubmitUnknown",
            message="Given up: nobody knows whether the service ran it",
            hint="Look at the service's own history, or run it again",
        )
        await self._resolve_lost(job_id, Phase.FAILED, failure=failure)

    async def _resolve_lost(self, job_id: str, to: Phase, **changes: Any) -> None:
        row = await self._ledger.row(job_id)
        if row.phase is not Phase.LOST:
            raise UsageError(f"{row.job.name} is not waiting for that answer")
        await self._ledger.move(job_id, to, **changes)

    def job_to_ask(self, result_id: str, action: str) -> str:
        """The job whose remote session may still answer about its result; empty for none.

        Whether it is alive only asking it can tell.
        """
        for entry in self.queue:
            if entry.status.result_id != result_id or entry.status.cached:
                continue
            provider_id = entry.job.provider_id
            if provider_id in self.registry and action in self.registry[provider_id].info.actions:
                return entry.job.id
        return ""

    async def interact(self, job_id: str, action: Mapping[str, Json]) -> Answer:
        """Ask the remote session of a finished job, such as for a measurement.

        Raises
        ------
        NotOffered
            when the provider has no such action
        ResultLost
            when there is no session, or the service has forgotten it
        ProviderError
            when the service cannot be reached or refuses
        """
        return await self.services.interact(await self._ledger.row(job_id), action)

    async def result(self, result_id: str) -> Result:
        """A stored result, by its id or the beginning of it."""
        return await self._in_thread(lambda: self.library.get(result_id))

    async def load(self, result: Result) -> Views:
        """Decode a stored result, off the GUI thread and with no network.

        A clip of depth without photos gets the video it was made of, while that is there.
        """
        sources = sources_of(result.id, self.queue)
        return await self._in_thread(
            lambda: with_source_film(decode_result(result, self.registry), sources)
        )

    async def open_scene(self, path: Path) -> Views:
        """Read a scene file for viewing."""
        return await self._in_thread(lambda: read_scene(path))

    async def known_result(
        self,
        source: Source,
        provider_id: str,
        values: Mapping[str, Any],
        *,
        endpoints: Mapping[str, str] | None = None,
    ) -> Result | None:
        """The newest result that answers this question already, if there is one.

        Several jobs at once, or chance, make no question that could have been asked before.
        """
        provider, where = self.registry.get(provider_id), dict(endpoints or {})
        server = await self.services.server(provider_id, where)
        jobs = provider.jobs_of(await self.services.validated(provider_id, values, where))
        if len(jobs) != 1:
            return None
        asked, profile = jobs[0], server.profile if server else ""
        key = await self._in_thread(lambda: question_key(provider, [source], asked, where, profile))
        return await self._in_thread(lambda: self.library.find_by_key(key))

    async def check(self, provider_id: str, endpoints: Mapping[str, str] | None = None) -> Health:
        """Whether the server answers and the key is good; see `Services.check`."""
        return await self.services.check(provider_id, endpoints or {})

    async def describe(
        self, provider_id: str, endpoints: Mapping[str, str] | None = None
    ) -> LiveSchema:
        """What a server offers now; see `Services.describe`."""
        return await self.services.describe(provider_id, endpoints or {})

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


# After these the ids a job had bring nothing any more. After any other error, be it a refused
# key or an answer cut short, the paid work may still be there: a retry follows its ids.
SPENT = frozenset(e.__name__ for e in (RemoteJobFailed, ResultLost, NotOffered, SubmitUnknown))

# A job that is asked anew forgets what its last run got from the service.
FROM_THE_START: dict[str, Any] = {"checkpoint": Checkpoint(), "artifacts": (), "result_id": None}


def decode_result(result: Result, registry: Registry) -> Views:
    """Turn a stored result's artifacts into views. Blocking, offline.

    Raises
    ------
    LibraryError
        when this program lacks the provider that made it
    FormatError
        when an artifact is damaged
    """
    if result.provider_id not in registry:
        raise LibraryError(
            f"This result was made by {result.provider_title}, which is not installed",
            hint="Its files can still be opened one by one",
            detail=str(result.folder),
        )
    provider = registry[result.provider_id]
    return provider.decode(result.artifacts, as_promised(provider.params_type, result.params))


def _has_files(row: JournalRow) -> bool:
    return bool(row.artifacts) and all(artifact.path.is_file() for artifact in row.artifacts)
