"""Starts queued jobs as slots come free, and settles how each one ended."""

import asyncio
import logging
from collections import Counter
from datetime import datetime

from depthstudio.core.errors import (
    DepthStudioError,
    KeyMissing,
    ProviderHeld,
    ServiceOffline,
    SubmitUnknown,
)
from depthstudio.core.event import Event
from depthstudio.core.job import Failure, Hold, HoldKind, JobState
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.phase import STATES, Phase
from depthstudio.jobs.pipeline import Pipeline
from depthstudio.jobs.queue import JobQueue, QueueEntry
from depthstudio.jobs.uncut import uncut
from depthstudio.providers.registry import Registry

log = logging.getLogger(__name__)

BEFORE_SENT = "before it was sent"
BEFORE_WORK = "before any work began"
MAY_RUN = "it may still run at the service"


class JobRunner:
    """Slots and holds for each provider; a held provider does not block the others."""

    def __init__(
        self,
        queue: JobQueue,
        ledger: Ledger,
        pipeline: Pipeline,
        registry: Registry,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._ledger = ledger
        self._pipeline = pipeline
        self._registry = registry
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._hold_tasks: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None  # for keys, at the start
        self._holds = pipeline.holds
        self._cancelling: set[str] = set()
        self.settling = asyncio.Lock()  # one look at a waiting job and its change at a time
        self._admitted: set[str] | None = None
        self._is_started = False
        self.holds_changed: Event[[]] = Event()

    @property
    def holds(self) -> dict[str, Hold]:
        """The providers that nothing is sent to at the moment."""
        return dict(self._holds)

    def start(self, rows: list[JournalRow]) -> None:
        """Take over the holds an earlier run left, of which an ended one ends at once, and
        from now on run what is queued."""
        for row in rows:
            if row.phase is Phase.HELD and row.hold and not self._is_overtaken(row.hold):
                self._hold_provider(row.job.provider_id, row.hold)
        self._is_started = True
        self.wake()
        if self._admitted is None:
            # A key may have come while the program was away; looking costs nothing.
            self._looking = asyncio.create_task(self.given())

    def _is_overtaken(self, hold: Hold) -> bool:
        """May a key have come that this hold waited for? A command's own jobs find out.

        Where everything may run, such holds end at once, and until then nobody jumps the line.
        """
        return hold.kind is HoldKind.NEEDS_KEY and self._admitted is not None

    def admit_only(self, job_ids: set[str]) -> None:
        """Leave every other job of the queue alone, as a command does with older work."""
        self._admitted = set(job_ids)

    def start_no_more(self) -> None:
        """Let what runs go on, and nothing else begin: the program is about to end."""
        self._admitted = set()

    def admits(self, job_id: str) -> bool:
        """Whether this job is any business of this run of the program."""
        return self._admitted is None or job_id in self._admitted

    def admit(self, job_id: str) -> None:
        """Let one more job run: now, if there is a slot for it.

        Where one is free nobody else waits for it, so the rest of the queue is not looked
        at: adding 10,000 jobs takes 10,000 looks and not fifty million.
        """
        if self._admitted is not None:
            self._admitted.add(job_id)
        entry = self._queue.entry(job_id)
        provider_id = entry.job.provider_id
        if self._may_start(entry) and self._busy()[provider_id] < self._slots(provider_id):
            self._start(job_id)

    def wake(self) -> None:
        """Start every queued job that may run now, in the order of the queue."""
        busy = self._busy()
        closed = {name for name, jobs in busy.items() if jobs >= self._slots(name)}
        closed |= self._holds.keys()
        for entry in self._queue:  # perhaps 10,000 rows: what is closed is passed by at once
            provider_id = entry.job.provider_id
            if provider_id in closed or not self._may_start(entry):
                continue
            self._start(entry.job.id)
            busy[provider_id] += 1
            if busy[provider_id] >= self._slots(provider_id):
                closed.add(provider_id)

    def _busy(self) -> Counter[str]:
        """How many jobs each provider is working on."""
        return Counter(self._queue.entry(job_id).job.provider_id for job_id in self._tasks)

    def _may_start(self, entry: QueueEntry) -> bool:
        if not self._is_started or self._pipeline.leaving.now or entry.job.id in self._tasks:
            return False
        if entry.status.state is not JobState.QUEUED:
            return False
        if not self.admits(entry.job.id):
            return False
        return entry.job.id not in self._cancelling and entry.job.provider_id not in self._holds

    def _slots(self, provider_id: str) -> int:
        if provider_id not in self._registry:
            return 1
        return self._registry[provider_id].info.max_parallel

    def _start(self, job_id: str) -> None:
        task = asyncio.create_task(self._run(job_id), name=f"job {job_id}")
        self._tasks[job_id] = task
        task.add_done_callback(lambda done: self._ended(job_id, done))

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[job_id]
        if not task.cancelled() and (error := task.exception()):
            self._show_unwritten(job_id, error)
        if not self._pipeline.leaving.now:
            self.wake()

    def _show_unwritten(self, job_id: str, error: BaseException) -> None:
        """The journal did not take a job's end: it goes on from there at the next start."""
        log.error("job %s: its end could not be written down", job_id, exc_info=error)
        known = isinstance(error, DepthStudioError)
        failure = Failure.of(error) if known else unforeseen(error)
        self._queue.update(job_id, state=JobState.FAILED, progress=None, failure=failure)

    async def _run(self, job_id: str) -> None:
        try:
            await self._pipeline.run(job_id)
        except asyncio.CancelledError:
            await uncut(self._cancelled(job_id))
        except ProviderHeld as error:
            await uncut(self._held(job_id, error))
        except SubmitUnknown:
            log.warning("job %s: the answer to its submit never arrived", job_id)
        except DepthStudioError as error:
            await self._ledger.move(job_id, Phase.FAILED, failure=Failure.of(error))
        except Exception as error:
            log.exception("job %s failed in a way nobody foresaw", job_id)
            await self._ledger.move(job_id, Phase.FAILED, failure=unforeseen(error))

    async def _cancelled(self, job_id: str) -> None:
        """Settle a job whose task was cancelled, unless the program is only leaving."""
        if not self._pipeline.leaving.now:
            await self._settle_cancelled(job_id, unless=Phase.LOST)

    async def _settle_cancelled(self, job_id: str, unless: Phase | None = None) -> None:
        async with self.settling:
            row = await self._ledger.row(job_id)
            if row.phase is unless or STATES[row.phase].is_final:
                return
            note = self._cancel_note(row)
            # Of a lost submit ids of earlier steps say nothing: it would be sent once more.
            lost = {"stopped": True} if row.phase is Phase.LOST else {}
            row = await self._ledger.move(job_id, Phase.CANCELLED, note=note, **lost)
        if not row.may_come:  # else they are of what is fetched when it is run again
            await self._pipeline.forget_files(job_id)

    def _cancel_note(self, row: JournalRow) -> str:
        """What cancelling really did, in words that follow “Cancelled”."""
        if row.phase is Phase.LOST:
            return MAY_RUN
        provider_id = row.job.provider_id
        if provider_id in self._registry and self._registry[provider_id].info.runs_locally:
            return row.note
        if not row.checkpoint:
            return BEFORE_SENT
        if not row.checkpoint.has_work:
            return row.note or BEFORE_WORK
        return row.note if row.note or row.phase is Phase.DOWNLOADED else MAY_RUN

    async def cancel(self, job_id: str) -> None:
        """Cancel a job wherever it stands, and return once that is settled.

        A job that has all its files already becomes DONE instead, and one whose submit
        got no answer meanwhile becomes the question whether it was sent.
        """
        self._cancelling.add(job_id)  # it must not start meanwhile
        try:
            task = self._tasks.get(job_id)
            if task is None:
                await self._settle_cancelled(job_id)
                return
            task.cancel()
            await asyncio.wait([task])
            # A task cancelled before its first step never reached `_run`: settled here.
            await self._cancelled(job_id)
        finally:
            self._cancelling.discard(job_id)

    async def _held(self, job_id: str, error: ProviderHeld) -> None:
        hold = Hold(kind=_kind_of(error), reason=str(error), until=error.until, hint=error.hint)
        async with self.settling:
            if not (isinstance(error, KeyMissing) and error.is_of_host):
                # First the provider: no other job may start while this row is written.
                self._hold_provider(self._queue.entry(job_id).job.provider_id, hold)
            row = await self._ledger.row(job_id)
            checkpoint = row.checkpoint.without_step(error.refused_step)
            await self._ledger.move(job_id, Phase.HELD, hold=hold, checkpoint=checkpoint)

    def _hold_provider(self, provider_id: str, hold: Hold) -> None:
        """Send nothing to a provider until its longest hold ends."""
        known = self._holds.get(provider_id)
        if known and _outlasts(known, hold):
            return
        self._holds[provider_id] = hold
        if timer := self._hold_tasks.pop(provider_id, None):
            timer.cancel()
        if hold.until is not None and not self._pipeline.leaving.now:
            wait = self._wait_out(provider_id, hold.until)
            self._hold_tasks[provider_id] = asyncio.create_task(wait)
        self.holds_changed.emit()

    async def _wait_out(self, provider_id: str, until: datetime) -> None:
        await self._clock.sleep((until - self._clock.now()).total_seconds())
        self._hold_tasks.pop(provider_id, None)
        await self.try_now(provider_id)

    async def try_now(self, provider_id: str) -> None:
        """End a provider's hold: its jobs go back in line."""
        async with self.settling:
            if timer := self._hold_tasks.pop(provider_id, None):
                timer.cancel()
            self._pipeline.secrets.ask_again()  # the keychain may be unlocked now
            for entry in self._queue:
                hold = entry.status.hold
                if entry.job.provider_id != provider_id or hold is None:
                    continue
                if hold.kind is not HoldKind.SUBMIT_LOST:
                    await self._ledger.move(entry.job.id, Phase.QUEUED)
            self._holds.pop(provider_id, None)  # after them: nobody may jump the line
        self.holds_changed.emit()
        self.wake()

    async def given(self) -> None:
        """A key was given: whoever waits for one tries again."""
        waiting = {
            entry.job.provider_id
            for entry in self._queue
            if entry.status.hold and entry.status.hold.kind is HoldKind.NEEDS_KEY
        }
        for provider_id in sorted(waiting):
            await self.try_now(provider_id)

    async def aclose(self) -> None:
        """Stop everything without a word to the services: the journal goes on from here."""
        self._pipeline.leaving.now = True
        tasks = [*self._tasks.values(), *self._hold_tasks.values()]
        if self._looking:
            tasks.append(self._looking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def unforeseen(error: BaseException) -> Failure:
    """What a row says about a mistake of ours. A retry follows what was sent already."""
    return Failure(
        type="UnexpectedError",
        message="Something unexpected went wrong in DepthStudio",
        hint="Retry; if it happens again, report it with these details",
        detail=f"{type(error).__name__}: {error}",
        retryable=True,
    )


def _kind_of(error: ProviderHeld) -> HoldKind:
    if isinstance(error, KeyMissing):
        return HoldKind.NEEDS_KEY
    return HoldKind.OFFLINE if isinstance(error, ServiceOffline) else HoldKind.SERVICE


def _outlasts(known: Hold, new: Hold) -> bool:
    if known.until is None or new.until is None:
        return known.until is None
    return known.until >= new.until
