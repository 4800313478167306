"""What the window and the command line both drive: jobs in, results out."""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from depthstudio.core.errors import UsageError
from depthstudio.core.event import Event
from depthstudio.core.job import Job, JobState, Source
from depthstudio.core.record import Json
from depthstudio.core.result import Result
from depthstudio.core.views import ImageSequence, Polarity, Views
from depthstudio.formats.scene_file import read_scene
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.looking import Looking
from depthstudio.jobs.order import Order
from depthstudio.jobs.pipeline import Pipeline
from depthstudio.jobs.promising import Promising
from depthstudio.jobs.restored import RestoredQueue
from depthstudio.jobs.results import Results, film_at
from depthstudio.jobs.retrying import Retrying
from depthstudio.jobs.runner import JobRunner
from depthstudio.jobs.services import Services
from depthstudio.jobs.sources import Intake, Unusable, take_in
from depthstudio.jobs.work_folders import WorkFolders
from depthstudio.library.store import Library
from depthstudio.providers.base import Answer, Health, LiveSchema
from depthstudio.providers.hosting.registry import Hosts, load_hosts
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.settings.keychain import SystemKeychain
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from depthstudio.settings.servers import KnownServers

T = TypeVar("T")

WORKER_THREADS = 4


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
        ca_file: Path | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        """Clock and journal are those of `restored`, where there is a queue already.

        `ca_file` holds certificates to trust beside the system's; it is read with the first
        request, which fails with a word about it where it cannot be. `hosts` are the places
        files may be put on: all there are, unless told otherwise. Without `secrets`, those of the
        environment and of the system's keychain are used.
        """
        self.home = home
        self.registry = registry
        self.library = Library(home.library_folder)
        self.result_added: Event[Result] = Event()  # on the loop's thread
        self._restored = restored or RestoredQueue(home.journal_file, clock=clock, journal=journal)
        self.queue = self._restored.queue
        self._clock = self._restored.clock
        self._ledger = self._restored.ledger
        self.secrets = secrets or Secrets(keychain=SystemKeychain())
        self.hosts = load_hosts() if hosts is None else hosts
        self.servers = KnownServers(home.servers_file)
        self._http = HttpClients(ca_file)
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
            folders=WorkFolders(home.work_folder),
            servers=self.servers,
            secrets=self.secrets,
            hosts=self.hosts,
        )
        self.runner = JobRunner(self.queue, self._ledger, self._pipeline, registry, self._clock)
        self._promising = Promising(registry, self.hosts, self.services, self._ledger, self.runner)
        self._retrying = Retrying(
            self.queue, self._ledger, self.runner, self._clock, self._promising, self._in_thread
        )
        self._results = Results(self.library, self.queue, self.services, self._in_thread)
        self._looking = Looking(self.queue, self._ledger, self.runner, self.services, self._clock)

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
        await self._in_thread(lambda: self._pipeline.folders.sweep(alive))
        self.secrets.changed.connect(self._go_on_with)
        if only is not None:
            self.runner.admit_only(only)
        self.runner.start(self._restored.rows)
        self._looking.start()

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
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._looking.aclose()
        await self.runner.aclose()
        await self.secrets.aclose()
        await self._http.aclose()
        await self._restored.aclose()
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def take_in(self, places: Sequence[Path | Source]) -> Intake:
        """Look at dropped files and folders, off the GUI thread; see `take_in` of the sources."""
        return await self._in_thread(lambda: take_in(places))

    async def enqueue(self, sources: Sequence[Source], order: Order) -> list[Job]:
        """Promise every job that one Run makes of these sources, such as one for each seed.

        Raises
        ------
        ParamError
            when a value does not fit its declaration
        HostNeeded
            when a file has to be put on the web first, and the order names no host for it
        UsageError
            when there is no such provider or host, or it takes no such sources
        """
        return await self._promising.enqueue(sources, order)

    async def add(self, sources: Sequence[Source], order: Order) -> Job:
        """Promise one job of these values as they are; raises as `enqueue` does."""
        return await self._promising.add(sources, order)

    async def add_unusable(self, unusable: Unusable, order: Order) -> Job:
        """Keep a row for what cannot be used, so that it can say why, and be retried."""
        return await self._promising.add_unusable(unusable, order)

    async def cancel(self, job_id: str) -> None:
        """Cancel a job that has not ended.

        The service is told where the job is being followed; where it only waits, as after a
        start or behind a hold, its row says that it may still run there.
        """
        if not self.queue.entry(job_id).status.state.is_final:
            await self.runner.cancel(job_id)

    @property
    def running(self) -> list[Job]:
        """The jobs that are being worked on, in the order of the queue."""
        return [entry.job for entry in self.queue if entry.status.state is JobState.RUNNING]

    async def cancel_running(self, told: Callable[[int], object] = lambda count: None) -> None:
        """Cancel everything that runs, telling the services; nothing else begins.

        `told` hears how many are settled. Cut short, the rest stays promised in the journal.
        """
        self.runner.start_no_more()
        settled = itertools.count(1)

        async def cancel(job_id: str) -> None:
            await self.cancel(job_id)
            told(next(settled))

        await asyncio.gather(*(cancel(job.id) for job in self.running))

    async def remove(self, job_id: str, *, unless_may_come: bool = False) -> bool:
        """Take a row off the list, cancelling it first; its result stays.

        With `unless_may_come` a row stays that alone leads to what a service may still bring.
        Returns whether it went.

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
        if unless_may_come and entry.status.may_come:
            return False
        await self._ledger.remove(job_id)
        await self._pipeline.forget_files(job_id)
        return True

    async def retry(self, job_id: str) -> list[Job]:
        """Try a failed or cancelled job again, without paying for what is there already.

        Returns the jobs that stand in its place: itself, or new ones where a file that
        could not be used has been mended.

        Raises
        ------
        UsageError
            when the job has neither failed nor been cancelled
        """
        return await self._retrying.retry(job_id)

    async def host_for_retry(self, job_id: str) -> str:
        """The host that a retry would put files on once more; empty where it puts none there.

        Consent to it may have been taken back since, or given for one command only.

        Raises
        ------
        UsageError
            when the job has neither failed nor been cancelled
        """
        return await self._retrying.host_wanted(job_id)

    async def run_again(
        self,
        job_id: str,
        *,
        host_via: str | None = None,
        host_endpoints: Mapping[str, str] | None = None,
    ) -> Job:
        """Ask the same once more, even though the library knows an answer.

        Files go to the host they went to before; `host_via` names another one, and
        `host_endpoints` its addresses where they are not its own. A file that could not be
        used is looked at again, and its row stays where it still cannot.
        """
        return await self._retrying.run_again(
            job_id, host_via=host_via, host_endpoints=host_endpoints
        )

    def can_look(self, job_id: str) -> bool:
        """Whether a lost submit can be looked for in the service's own list."""
        return self._looking.can_look(job_id)

    async def look_for(self, job_id: str) -> bool:
        """Look for a lost submit in the service's own list; sends nothing.

        Found, the job goes on from there. Not found it stays a question, whose hold tells of
        the look, or why there was none: the service may list it later.

        Raises
        ------
        UsageError
            when the job waits for no such answer
        NotOffered
            when the service lists no such work
        """
        return await self._looking.look_for(job_id)

    async def send_again(self, job_id: str) -> None:
        """Answer the question of a lost submit: it did not arrive, send it again."""
        await self._retrying.send_again(job_id)

    async def mark_lost(self, job_id: str) -> None:
        """Answer the question of a lost submit: give it up."""
        await self._retrying.mark_lost(job_id)

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
        return await self._results.get(result_id)

    async def load(self, result: Result) -> Views:
        """Decode a stored result, off the GUI thread and with no network.

        A clip of depth without photos gets the video it was made of, while that is there.
        """
        return await self._results.load(result)

    async def set_polarity(self, result_id: str, polarity: Polarity) -> None:
        """Keep what a person says of a result's pictures of depth: which end is near.

        Raises
        ------
        LibraryError
            when there is no such result, or the disk refuses
        """
        await self._results.set_polarity(result_id, polarity)

    async def open_scene(self, path: Path) -> Views:
        """Read a scene file for viewing."""
        return await self._in_thread(lambda: read_scene(path))

    async def open_film(self, path: Path) -> ImageSequence:
        """Open a video to be looked at; its frames are decoded when they are asked for."""
        return await self._in_thread(lambda: film_at(path))

    async def known_result(self, sources: Sequence[Source], order: Order) -> Result | None:
        """The newest result that answers this question already, if there is one.

        Several jobs at once, or chance, make no question that could have been asked before.
        """
        return await self._results.known(sources, order)

    async def check(self, provider_id: str, endpoints: Mapping[str, str] | None = None) -> Health:
        """Whether the server answers and the key is good; see `Services.check`."""
        return await self.services.check(provider_id, endpoints or {})

    async def describe(
        self, provider_id: str, endpoints: Mapping[str, str] | None = None
    ) -> LiveSchema:
        """What a server offers now; see `Services.describe`."""
        return await self.services.describe(provider_id, endpoints or {})

    async def look_up_secrets(self) -> None:
        """Wait until the keychain was asked for all that a provider or host may want."""
        declared = [provider.info.secrets for provider in self.registry]
        declared += [host.info.secrets for host in self.hosts.values()]
        await self.secrets.look_up(secret.name for secrets in declared for secret in secrets)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)
