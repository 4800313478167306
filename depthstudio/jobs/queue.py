"""The queue: a plain list of jobs and where each stands, with news for whoever shows it."""

import itertools
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from depthstudio.core.event import Event
from depthstudio.core.job import Job, JobState, JobStatus


@dataclass(frozen=True)
class QueueEntry:
    """One row: the question, which never changes, and its status, which does."""

    job: Job
    status: JobStatus


class JobQueue:
    """Jobs in the order they will run. Knows nothing of services, disk or windows.

    Row events come in pairs around the change, as item models need them. `changed` is
    told the job's id and its row.
    """

    def __init__(self) -> None:
        self._entries: list[QueueEntry] = []
        # Ascending numbers, given once: a removal need not renumber the rows below it.
        self._numbers: list[int] = []
        self._number_of: dict[str, int] = {}
        self._count = itertools.count()
        self.about_to_insert: Event[int] = Event()
        self.inserted: Event[int] = Event()
        self.about_to_remove: Event[int] = Event()
        self.removed: Event[int] = Event()
        self.changed: Event[str, int] = Event()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[QueueEntry]:
        return iter(tuple(self._entries))

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._number_of

    def at(self, row: int) -> QueueEntry:
        return self._entries[row]

    def row_of(self, job_id: str) -> int:
        return bisect_left(self._numbers, self._number_of[job_id])

    def entry(self, job_id: str) -> QueueEntry:
        return self._entries[self.row_of(job_id)]

    def append(self, job: Job, status: JobStatus | None = None) -> QueueEntry:
        """Add a row at the end."""
        if job.id in self._number_of:
            raise ValueError(f"job {job.id} is in the queue already")
        row = len(self._entries)
        entry = QueueEntry(job, status or JobStatus())
        self.about_to_insert.emit(row)
        self._entries.append(entry)
        self._number_of[job.id] = next(self._count)
        self._numbers.append(self._number_of[job.id])
        self.inserted.emit(row)
        return entry

    def match(self, entries: Sequence[QueueEntry]) -> None:
        """Become these rows, in news for what differs. New ones must come last."""
        wanted = {entry.job.id for entry in entries}
        for gone in [entry.job.id for entry in self._entries if entry.job.id not in wanted]:
            self.remove(gone)
        for job, status in ((entry.job, entry.status) for entry in entries):
            if job.id in self:
                self.update(job.id, **{f.name: getattr(status, f.name) for f in fields(status)})
            else:
                self.append(job, status)

    def update(self, job_id: str, **changes: Any) -> JobStatus:
        """Replace fields of a job's status; the one place where a status changes."""
        row = self.row_of(job_id)
        entry = self._entries[row]
        status = replace(entry.status, **changes)
        if status != entry.status:
            self._entries[row] = QueueEntry(entry.job, status)
            self.changed.emit(job_id, row)
        return status

    def remove(self, job_id: str) -> None:
        """Take a row out. Its job must not be running any more."""
        row = self.row_of(job_id)
        if self._entries[row].status.state is JobState.RUNNING:
            raise ValueError(f"job {job_id} is running: cancel it first")
        self.about_to_remove.emit(row)
        del self._entries[row], self._numbers[row], self._number_of[job_id]
        self.removed.emit(row)
