"""Jobs of a service, from adding to their end, in the words that tests need."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.job import Job, JobState, JobStatus, Progress
from depthstudio.core.result import Result
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from tests.support.watch import until


@dataclass
class Service:
    """One service in an open session; what its jobs reported is kept."""

    session: Session
    provider_id: str
    url: str
    reports: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session.queue.changed.connect(self._note)

    def _note(self, job_id: str, row: int) -> None:
        progress = self.session.queue.at(row).status.progress
        if progress is not None and (not self.reports or self.reports[-1] != progress):
            self.reports.append(progress)

    async def add(self, paths: Sequence[Path], *, again: bool = False, **values: Any) -> Job:
        """Add one job of all these files."""
        intake = await self.session.take_in(paths)
        assert not intake.unusable
        return await self.session.add(
            intake.sources,
            Order(self.provider_id, values, endpoints={"space": self.url}, again=again),
        )

    async def run(self, paths: Sequence[Path], **values: Any) -> JobStatus:
        """Add one job and wait until it has ended or is held."""
        job = await self.add(paths, **values)
        return await self.settled(job)

    async def settled(self, job: Job) -> JobStatus:
        await until(self.session.queue, lambda: is_settled(self.status(job)))
        return self.status(job)

    async def reached(self, job: Job, state: JobState) -> JobStatus:
        await until(self.session.queue, lambda: self.status(job).state is state)
        return self.status(job)

    def status(self, job: Job) -> JobStatus:
        return self.session.queue.entry(job.id).status

    async def result(self, status: JobStatus) -> Result:
        assert status.state is JobState.DONE, status
        assert status.result_id is not None
        return await self.session.result(status.result_id)


def is_settled(status: JobStatus) -> bool:
    return status.state.is_final or status.state is JobState.HELD


def of_role(result: Result, role: Role) -> list[Artifact]:
    return [artifact for artifact in result.artifacts if artifact.role is role]
