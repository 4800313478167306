"""The journal: what was promised to services, safe on disk before it is done.

SQLite in one worker thread; one transaction for each change of phase, on disk when the
call returns.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from depthstudio.core.job import Job
from depthstudio.jobs.journal_file import JournalFile
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.phase import Phase

T = TypeVar("T")


class Journal:
    """The promises of one home. Open it only while holding the home's lock."""

    def __init__(self, path: Path, make: Callable[[Path], JournalFile] = JournalFile) -> None:
        self._file = make(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    async def open(self) -> None:
        """Open the file, making it if it is missing.

        Raises
        ------
        JournalError
            when it is damaged, or was written by a newer program
        """
        await self._call(self._file.open)

    async def rows(self) -> list[JournalRow]:
        """Every job, in the order of the queue."""
        return await self._call(self._file.rows)

    async def row(self, job_id: str) -> JournalRow:
        """One job. Raises `JournalError` when there is no such job."""
        return await self._call(lambda: self._file.row(job_id))

    async def add(self, job: Job, phase: Phase = Phase.QUEUED, **fields: Any) -> JournalRow:
        """Write a new job down."""
        return await self._call(lambda: self._file.add(job, phase, fields))

    async def move(self, job_id: str, to: Phase, **fields: Any) -> JournalRow:
        """Change a job's phase and, in the same transaction, fields of its row.

        Raises
        ------
        JournalError
            when `TRANSITIONS` does not allow the step from where the job is
        """
        return await self._call(lambda: self._file.move(job_id, to, fields))

    async def record(self, job_id: str, **fields: Any) -> JournalRow:
        """Write down what was learned, without a change of phase."""
        return await self._call(lambda: self._file.record(job_id, fields))

    async def left_behind(self, key: str) -> JournalRow | None:
        """The newest job with this key that ended, if its ids may still bring its work."""
        return await self._call(lambda: self._file.left_behind(key))

    async def let_go(self, job_id: str, note: str) -> JournalRow | None:
        """Let a job have nothing to follow any more, unless it is gone, or was retried meanwhile.

        None then.
        """
        return await self._call(lambda: self._file.let_go(job_id, note))

    async def remove(self, job_id: str) -> None:
        """Forget a finished job."""
        await self._call(lambda: self._file.remove(job_id))

    async def aclose(self) -> None:
        """Close the file. Safe to call twice."""
        if self._file.is_open:
            await self._call(self._file.close)
        self._thread.shutdown()

    async def _call(self, work: Callable[[], T]) -> T:
        # Shielded: once begun, a write ends; whoever is cancelled just stops waiting.
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, work))
