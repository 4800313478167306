"""The journal's file: SQLite, in the thread of whoever calls.

Whoever only reads uses `read_journal` and takes no lock.
"""

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any

from depthstudio.core.errors import JournalError
from depthstudio.core.job import Job
from depthstudio.jobs.journal_row import COLUMNS, LATER_COLUMNS, JournalRow, column_value, row_from
from depthstudio.jobs.phase import TRANSITIONS, Phase, Transition

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 10.0
_ENDED = f"phase IN ('{Phase.FAILED}', '{Phase.CANCELLED}') AND stopped = 0"


class JournalFile:
    """What a `Journal` writes into; its methods are described there. For one thread only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise JournalError("The journal is not open")
        return self._connection

    def open(self) -> None:
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
            _add_later_columns(db)

    def rows(self) -> list[JournalRow]:
        return _rows(self._db, self._path)

    def close(self) -> None:
        self._db.close()
        self._connection = None

    def row(self, job_id: str) -> JournalRow:
        with _reported(self._path):
            record = self._db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if record is not None:
                return row_from(record)
        raise JournalError(f"There is no job {job_id}")

    def add(self, job: Job, phase: Phase, fields: dict[str, Any]) -> JournalRow:
        values = {"id": job.id, "job": job, "phase": phase, **fields}
        names = ", ".join(["seq", *values])
        marks = ", ".join("?" for _ in values)
        self._commit(
            (None, phase),
            f"INSERT INTO jobs ({names}) "
            f"VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM jobs), {marks})",
            [column_value(name, value) for name, value in values.items()],
        )
        return self.row(job.id)

    def move(self, job_id: str, to: Phase, fields: dict[str, Any]) -> JournalRow:
        transition = (self.row(job_id).phase, to)
        self._commit(transition, *_update(job_id, {"phase": to, **fields}))
        return self.row(job_id)

    def record(self, job_id: str, fields: dict[str, Any]) -> JournalRow:
        with _reported(self._path):
            self._db.execute(*_update(job_id, fields))
        return self.row(job_id)

    def left_behind(self, key: str) -> JournalRow | None:
        with _reported(self._path):
            found = self._db.execute(
                f"SELECT * FROM jobs WHERE key = ? AND {_ENDED} ORDER BY seq DESC", (key,)
            )
            rows = (row_from(record) for record in found)
            return next((row for row in rows if row.may_be_there and row.checkpoint.has_work), None)

    def let_go(self, job_id: str, note: str) -> JournalRow | None:
        with _reported(self._path):
            done = self._db.execute(
                f"UPDATE jobs SET stopped = 1, note = ? WHERE id = ? AND {_ENDED}", (note, job_id)
            )
        return self.row(job_id) if done.rowcount else None

    def remove(self, job_id: str) -> None:
        self._commit((self.row(job_id).phase, None), "DELETE FROM jobs WHERE id = ?", [job_id])

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


def _add_later_columns(db: sqlite3.Connection) -> None:
    there = {str(column["name"]) for column in db.execute("PRAGMA table_info(jobs)")}
    later = [column for column in LATER_COLUMNS if column.partition(" ")[0] not in there]
    if not later:
        return
    db.execute("BEGIN IMMEDIATE")
    for column in later:
        db.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
    if "stopped" not in there:
        # See `row_from`: nobody wrote down what the cancels of that time did.
        told = " AND untold = 0" if "untold" in there else ""
        db.execute(f"UPDATE jobs SET stopped = 1 WHERE phase = '{Phase.CANCELLED}'{told}")
    db.execute("COMMIT")


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
