"""What a user can decide about a job that stopped: retry it, run it again, answer its question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from depthstudio.core.errors import UsageError
from depthstudio.core.job import Checkpoint, Failure, Job, new_id
from depthstudio.jobs.clock import Clock
from depthstudio.jobs.hosting import has_to_be_put
from depthstudio.jobs.in_thread import InThread
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.order import Order
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.promising import UNUSABLE_TYPE, Promising
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.runner import JobRunner
from depthstudio.jobs.sources import take_in

# A job that is asked anew forgets what its last run got from the service.
FROM_THE_START: dict[str, Any] = {"checkpoint": Checkpoint(), "artifacts": (), "result_id": None}


@dataclass(frozen=True)
class Retrying:
    """Puts jobs back in line without paying for what is there already."""

    queue: JobQueue
    ledger: Ledger
    runner: JobRunner
    clock: Clock
    promising: Promising
    in_thread: InThread

    async def retry(self, job_id: str) -> list[Job]:
        """Try a failed or cancelled job again; see `Session.retry`."""
        row = _require_stopped(await self.ledger.row(job_id))
        if _was_unusable(row.job):
            return await self._look_again(row.job)
        if await self.in_thread(lambda: _has_files(row)):
            await self.ledger.move_waiting(job_id, Phase.DOWNLOADED)
        elif row.may_be_there:
            await self.ledger.move(job_id, Phase.QUEUED)
        else:
            await self.ledger.move(job_id, Phase.QUEUED, **FROM_THE_START)
        self.runner.admit(job_id)
        return [row.job]

    async def host_wanted(self, job_id: str) -> str:
        """The host that a retry would put files on; see `Session.host_for_retry`."""
        row = _require_stopped(await self.ledger.row(job_id))
        known = row.checkpoint if row.may_be_there else Checkpoint()
        has_files = await self.in_thread(lambda: _has_files(row))
        if has_files or not has_to_be_put(row.job.sources, known, self.clock.now()):
            return ""
        return row.job.host_via

    async def _look_again(self, job: Job) -> list[Job]:
        """A file that could not be used may have been mended meanwhile."""
        intake = await self.in_thread(lambda: take_in([job.sources[0].path]))
        if not intake.sources:
            return [job]
        order = Order.of(job)
        jobs = [await self.promising.add([source], order) for source in intake.sources]
        await self.ledger.remove(job.id)
        return jobs

    async def run_again(
        self,
        job_id: str,
        *,
        host_via: str | None = None,
        host_endpoints: Mapping[str, str] | None = None,
    ) -> Job:
        """Ask the same once more, through another host if one is named; see `Session`."""
        old = self.queue.entry(job_id).job
        old = replace(
            old,
            host_via=old.host_via if host_via is None else host_via,
            endpoints={**old.endpoints, **(host_endpoints or {})},
        )
        if _was_unusable(old):
            return (await self._look_again(old))[0]
        job = replace(old, id=new_id(), again=True, created_at=self.clock.now())
        await self.ledger.add(job)
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
        async with self.runner.settling:  # it may be found at the service just now
            row = await self.ledger.row(job_id)
            if row.phase is not Phase.LOST:
                raise UsageError(f"{row.job.name} is not waiting for that answer")
            await self.ledger.move(job_id, to, **changes)


def _require_stopped(row: JournalRow) -> JournalRow:
    """Nothing else can be retried: of a lost submit, say, a person answers for first."""
    if row.phase not in (Phase.FAILED, Phase.CANCELLED):
        raise UsageError(f"{row.job.name} has neither failed nor been cancelled")
    return row


def _was_unusable(job: Job) -> bool:
    """Was it never a job, but a file that nobody could make one of?"""
    return job.sources[0].media_type == UNUSABLE_TYPE


def _has_files(row: JournalRow) -> bool:
    return bool(row.artifacts) and all(artifact.path.is_file() for artifact in row.artifacts)
