"""Looks for lost submits in the services' own lists, once by itself and whenever asked to."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from depthstudio.core.errors import DepthStudioError, NotOffered, UsageError
from depthstudio.core.job import ListLook, Progress, Stage
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.lost import can_look, is_looked_for, is_lost
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.queue import JobQueue, QueueEntry
from depthstudio.jobs.runner import JobRunner
from depthstudio.jobs.services import Services
from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.lost import Search

log = logging.getLogger(__name__)

APPEARS_WITHIN_S = 10.0  # what a service just took on may not be in its list at once
LOOKS = "looking in the service's list"
NOBODY_FORESAW = "Something unexpected went wrong in DepthStudio"


class Looking:
    """Turns the question of a lost submit into a job that is followed, where a list has it.

    Nothing is ever sent again by it. A job that is being looked for has a progress.
    """

    def __init__(
        self,
        queue: JobQueue,
        ledger: Ledger,
        runner: JobRunner,
        services: Services,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._ledger = ledger
        self._runner = runner
        self._services = services
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[bool]] = {}
        self._asked: set[tuple[str, datetime | None]] = set()  # by itself: once for each submit
        self._deafen: Callable[[], None] = lambda: None
        self._turn = asyncio.Lock()  # two jobs must not find the same

    def start(self) -> None:
        """Look for what an earlier run lost, and from now on for what this one does."""
        for entry in self._queue:
            self._consider(entry, wait_s=0.0)
        self._deafen = self._queue.changed.connect(self._changed)

    def can_look(self, job_id: str) -> bool:
        """Whether a lost submit may stand in a list of its service."""
        entry = self._queue.entry(job_id)
        return can_look(entry.status.hold, self._info(entry))

    async def look_for(self, job_id: str) -> bool:
        """See `Session.look_for`. Whoever asks while there is a look waits for that one."""
        entry = self._queue.entry(job_id)
        if not is_lost(entry.status.hold):
            raise UsageError(f"{entry.job.name} is not waiting for that answer")
        if not self.can_look(job_id):
            raise NotOffered(
                "The service has no list that this could be found in",
                hint="Only you can say whether it was sent",
            )
        task = self._tasks.get(job_id)
        if task is None or not is_looked_for(entry.status):  # what it brought is told already
            task = self._begin(job_id, 0.0)
        return await asyncio.shield(task)

    def _changed(self, job_id: str, row: int) -> None:
        self._consider(self._queue.at(row), wait_s=APPEARS_WITHIN_S)

    def _consider(self, entry: QueueEntry, *, wait_s: float) -> None:
        """Begin a look where a question arose that a list may answer."""
        hold, job_id = entry.status.hold, entry.job.id
        if hold is None or not can_look(hold, self._info(entry)):
            return
        asked = (job_id, hold.sent_at)
        if asked in self._asked or job_id in self._tasks or not self._runner.admits(job_id):
            return
        self._asked.add(asked)
        self._begin(job_id, wait_s)

    def _info(self, entry: QueueEntry) -> ProviderInfo | None:
        registry, provider_id = self._services.registry, entry.job.provider_id
        return registry[provider_id].info if provider_id in registry else None

    def _begin(self, job_id: str, wait_s: float) -> "asyncio.Task[bool]":
        task = asyncio.create_task(self._look(job_id, wait_s), name=f"look for {job_id}")
        self._tasks[job_id] = task
        task.add_done_callback(lambda done: self._ended(job_id, done))
        self._ledger.progress(job_id, Progress(Stage.WAITING, message=LOOKS))
        return task

    def _ended(self, job_id: str, task: "asyncio.Task[bool]") -> None:
        if self._tasks.get(job_id) is task:
            del self._tasks[job_id]
        if not task.cancelled() and (error := task.exception()):
            log.error("job %s: what the look for it brought was lost", job_id, exc_info=error)
            self._ledger.progress(job_id, None)

    async def _look(self, job_id: str, wait_s: float) -> bool:
        await self._clock.sleep(wait_s)
        async with self._turn:
            row = await self._lost_row(job_id)
            if row is None:
                return False  # somebody answered meanwhile
            search, trouble = await self._searched(row)
            async with self._runner.settling:
                row = await self._lost_row(job_id)
                if row is None:
                    return False
                return await self._settle(row, search, trouble)

    async def _lost_row(self, job_id: str) -> JournalRow | None:
        if job_id not in self._queue:
            return None
        row = await self._ledger.row(job_id)
        return row if row.phase is Phase.LOST else None

    async def _searched(self, row: JournalRow) -> tuple[Search, str]:
        """What the list says, and what went wrong with asking for it."""
        job = row.job
        others = [
            other.checkpoint
            for other in await self._ledger.rows()
            if other.job.provider_id == job.provider_id and other.job.id != job.id
        ]
        try:
            return await self._services.find_lost(row, others), ""
        except DepthStudioError as error:
            log.warning("job %s: the service's list could not be read: %s", job.id, error)
            return Search(), str(error)
        except Exception:
            log.exception("job %s: looking for it failed in a way nobody foresaw", job.id)
            return Search(), NOBODY_FORESAW

    async def _settle(self, row: JournalRow, search: Search, trouble: str) -> bool:
        job_id, hold = row.job.id, row.hold
        if hold is None:
            return False
        if search.ids is None:
            look = ListLook(at=self._clock.now(), alike=search.alike, trouble=trouble)
            await self._ledger.keep_look(job_id, replace(hold, look=look))
            return False
        checkpoint = row.checkpoint.with_step(hold.step, search.ids)
        await self._ledger.move(job_id, Phase.QUEUED, checkpoint=checkpoint)
        self._runner.wake()
        return True

    async def aclose(self) -> None:
        """Stop looking. What is not found yet is looked for at the next start."""
        self._deafen()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
