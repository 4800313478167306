"""The one place where a job's state changes: first on disk, then on screen."""

from dataclasses import fields
from typing import Any

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import Failure, Hold, Job, JobStatus, Progress
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.phase import STATES, Phase
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.recovery import entries_of, recovered
from depthstudio.jobs.uncut import uncut

TAKEN_OVER = "what was ordered is fetched by the later job of the same"


class Ledger:
    """Keeps journal and queue saying the same, also when whoever changes them is cancelled."""

    def __init__(self, journal: Journal, queue: JobQueue, clock: Clock) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock

    async def load(self) -> list[JournalRow]:
        """Fill the queue with what an earlier run left, each job in a state that is true."""
        rows = [await self._recover(row) for row in await self._journal.rows()]
        self._queue.match(entries_of(rows))
        return rows

    async def _recover(self, row: JournalRow) -> JournalRow:
        after = recovered(row)
        if after.phase is row.phase:
            return row
        return await self._journal.move(
            row.job.id, after.phase, intent=after.intent, hold=after.hold
        )

    async def row(self, job_id: str) -> JournalRow:
        """A job as it is on disk."""
        return await self._journal.row(job_id)

    async def rows(self) -> list[JournalRow]:
        """Every job as it is on disk."""
        return await self._journal.rows()

    async def add(self, job: Job) -> None:
        """Promise a job. It is on disk before its row appears."""
        await uncut(self._add(job, Phase.QUEUED))

    async def add_failed(self, job: Job, error: DepthStudioError) -> None:
        """Keep a job that cannot even be tried, as a row that says why."""
        said = {"failure": Failure.of(error), "ended_at": self._clock.now()}
        await uncut(self._add(job, Phase.FAILED, **said))

    async def _add(self, job: Job, phase: Phase, **fields: Any) -> None:
        row = await self._journal.add(job, phase, **fields)
        self._queue.append(job, row.status)

    async def move(self, job_id: str, to: Phase, **changes: Any) -> JournalRow:
        """Change a job's phase. What the new phase makes untrue is wiped from the row."""
        return await uncut(self._move(job_id, to, changes))

    async def _move(self, job_id: str, to: Phase, changes: dict[str, Any]) -> JournalRow:
        row = await self._journal.move(job_id, to, **{**self._implied(to), **changes})
        self._show(job_id, row.status)
        return row

    async def move_waiting(self, job_id: str, to: Phase) -> None:
        """Change the phase of a job that nobody works on yet: it waits for a slot."""
        await uncut(self._move_waiting(job_id, to))

    async def _move_waiting(self, job_id: str, to: Phase) -> None:
        row = await self._journal.move(job_id, to, **self._implied(to))
        self._show(job_id, row.waiting_status)

    def _implied(self, to: Phase) -> dict[str, Any]:
        implied: dict[str, Any] = {"intent": None, "hold": None, "failure": None}
        # When a submit was sent is wanted for as long as nobody knows whether it arrived.
        implied["intent_at"] = self._clock.now() if to is Phase.SUBMITTING else None
        if STATES[to].is_final:
            implied["ended_at"] = self._clock.now()
        elif to is Phase.QUEUED:
            implied |= {"note": "", "started_at": None, "ended_at": None}
            implied |= {"cached": False, "stopped": False}
        return implied

    async def record(self, job_id: str, **learned: Any) -> JournalRow:
        """Write down what was learned; nothing of it is shown."""
        return await self._journal.record(job_id, **learned)

    async def keep_look(self, job_id: str, hold: Hold) -> None:
        """Write down, and show, that a look for a lost submit left it a question."""
        await uncut(self._keep_look(job_id, hold))

    async def _keep_look(self, job_id: str, hold: Hold) -> None:
        await self._journal.record(job_id, hold=hold)
        self._queue.update(job_id, hold=hold, progress=None)

    async def left_behind(self, row: JournalRow) -> JournalRow | None:
        """The newest job that ended and asked just this, if its work may still come."""
        return None if row.key is None else await self._journal.left_behind(row.key)

    async def follow_too(self, left: JournalRow, job_id: str) -> JournalRow:
        """Let another job follow the work of one that ended. That both do costs nothing."""
        ordered_at = left.ordered_at or left.started_at or left.job.created_at
        changes = {"checkpoint": left.checkpoint, "ordered_at": ordered_at}
        return await self.move(job_id, Phase.FOLLOWING, **changes)

    async def let_go(self, job_id: str) -> None:
        """Let a job that ended follow nothing any more, since another one does."""
        await uncut(self._let_go(job_id))

    async def _let_go(self, job_id: str) -> None:
        row = await self._journal.let_go(job_id, TAKEN_OVER)
        if row is not None and job_id in self._queue:
            self._show(job_id, row.status)

    async def remove(self, job_id: str) -> None:
        """Forget a job that has ended."""
        await uncut(self._remove(job_id))

    async def _remove(self, job_id: str) -> None:
        await self._journal.remove(job_id)
        self._queue.remove(job_id)

    def progress(self, job_id: str, progress: Progress | None) -> None:
        """Show how far a job is, or a look for it; not worth a write."""
        if job_id in self._queue:
            self._queue.update(job_id, progress=progress)

    def show_running(self, row: JournalRow) -> None:
        """Show that somebody works on a row again that an earlier run left busy."""
        self._show(row.job.id, row.status)

    def _show(self, job_id: str, status: JobStatus) -> None:
        current = self._queue.entry(job_id).status
        shown = {field.name: getattr(status, field.name) for field in fields(status)}
        if status.state is current.state:
            shown["progress"] = current.progress
        self._queue.update(job_id, **shown)
