"""The journal: what was promised to services, safe on disk before it is done.

SQLite in one worker thread; one transaction for each change of phase, on disk when the
call returns. Whoever only reads uses `read_journal` and takes no lock.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from depthstudio.core.errors import JournalError
from depthstudio.core.job import Job
from depthstudio.jobs.journal_row import COLUMNS, JournalRow, column_value, row_from
from depthstudio.jobs.phase import TRANSITIONS, Phase, Transition

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 10.0

T = TypeVar("T")


class Journal:
    """The promises of one home. Open it only while holding the home's lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, making it if it is missing.

        Raises
        ------
        JournalError
            when it is damaged, or was written by a newer program
        """
        await self._call(self._open)

    async def rows(self) -> list[JournalRow]:
        """Every job, in the order of the queue."""
        return await self._call(lambda: _rows(self._db, self._path))

    async def row(self, job_id: str) -> JournalRow:
        """One job. Raises `JournalError` when there is no such job."""
        return await self._call(lambda: self._row(job_id))

    async def add(self, job: Job, phase: Phase = Phase.QUEUED, **fields: Any) -> JournalRow:
        """Write a new job down."""
        return await self._call(lambda: self._add(job, phase, fields))

    async def move(self, job_id: str, to: Phase, **fields: Any) -> JournalRow:
        """Change a job's phase and, in the same transaction, fields of its row.

        Raises
        ------
        JournalError
            when `TRANSITIONS` does not allow the step from where the job is
        """
        return await self._call(lambda: self._move(job_id, to, fields))

    async def record(self, job_id: str, **fields: Any) -> JournalRow:
        """Write down what was learned, without a change of phase."""
        return await self._call(lambda: self._record(job_id, fields))

    async def remove(self, job_id: str) -> None:
        """Forget a finished job."""
        await self._call(lambda: self._remove(job_id))

    async def aclose(self) -> None:
        """Close the file. Safe to call twice."""
        if self._connection is not None:
            await self._call(self._close)
        self._thread.shutdown()

    async def _call(self, work: Callable[[], T]) -> T:
        # Shielded: once begun, a write ends; whoever is cancelled just stops waiting.
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, work))

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise JournalError("The journal is not open")
        return self._connection

    def _open(self) -> None:
        with _reported(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            db.row_factory = sqlite3.Row
            self._connection = db
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            version = _checked_version(db, self._path)
            if version == 0:
                db.execute(f"CREATE TABLE IF NOT EXISTS jobs ({', '.join(COLUMNS)})")
                db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _close(self) -> None:
        self._db.close()
        self._connection = None

    def _row(self, job_id: str) -> JournalRow:
        with _reported(self._path):
            record = self._db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if record is not None:
                return row_from(record)
        raise JournalError(f"There is no job {job_id}")

    def _add(self, job: Job, phase: Phase, fields: dict[str, Any]) -> JournalRow:
        values = {"id": job.id, "job": job, "phase": phase, **fields}
        names = ", ".join(["seq", *values])
        marks = ", ".join("?" for _ in values)
        self._commit(
            (None, phase),
            f"INSERT INTO jobs ({names}) "
            f"VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM jobs), {marks})",
            [column_value(name, value) for name, value in values.items()],
        )
        return self._row(job.id)

    def _move(self, job_id: str, to: Phase, fields: dict[str, Any]) -> JournalRow:
        transition = (self._row(job_id).phase, to)
        self._commit(transition, *_update(job_id, {"phase": to, **fields}))
        return self._row(job_id)

    def _record(self, job_id: str, fields: dict[str, Any]) -> JournalRow:
        with _reported(self._path):
            self._db.execute(*_update(job_id, fields))
        return self._row(job_id)

    def _remove(self, job_id: str) -> None:
        self._commit((self._row(job_id).phase, None), "DELETE FROM jobs WHERE id = ?", [job_id])

    def _commit(self, transition: Transition, statement: str, values: list[Any]) -> None:
        """The one place where a phase changes: checked, and on disk when it returns."""
        if transition not in TRANSITIONS:
            before, after = (phase or "nothing" for phase in transition)
            raise JournalError(f"A job cannot go from {before} to {after}")
        with _reported(self._path):
            self._db.execute(statement, values)


def _update(job_id: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    changes = ", ".join(f"{name} = ?" for name in values)
    written = [column_value(name, value) for name, value in values.items()]
    return f"UPDATE jobs SET {changes} WHERE id = ?", [*written, job_id]


def read_journal(path: Path) -> list[JournalRow]:
    """Every job of a home that somebody else may be using. Takes no lock; blocking."""
    if not path.exists():
        return []
    with _reported(path):
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        with contextlib.closing(db):
            db.row_factory = sqlite3.Row
            return _rows(db, path) if _checked_version(db, path) else []


def _rows(db: sqlite3.Connection, path: Path) -> list[JournalRow]:
    with _reported(path):
        return [row_from(record) for record in db.execute("SELECT * FROM jobs ORDER BY seq")]


def _checked_version(db: sqlite3.Connection, path: Path) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise JournalError(
            f"The journal was written by a newer DepthStudio (version {version})",
            hint="Update DepthStudio, or use another home",
            detail=str(path),
        )
    return version


@contextlib.contextmanager
def _reported(path: Path) -> Generator[None]:
    """Turn what SQLite or a bad record raises into a `JournalError`."""
    try:
        yield
    except (sqlite3.Error, OSError, ValueError, TypeError, LookupError) as exc:
        raise JournalError(
            f"The journal cannot be used: {exc}",
            hint="If it is damaged, move it away: results stay in the library",
            detail=str(path),
        ) from exc
