"""One job as the journal knows it, and how it is written down."""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import NotOffered, RemoteJobFailed, ResultLost, SubmitUnknown
from depthstudio.core.job import Checkpoint, Failure, Hold, Job, JobState, JobStatus, Sent
from depthstudio.core.record import from_json, to_json
from depthstudio.jobs.phase import STATES, Phase

COLUMNS = (
    "id TEXT PRIMARY KEY",
    "seq INTEGER NOT NULL",  # the order of the rows
    "job TEXT NOT NULL",
    "phase TEXT NOT NULL",
    "intent TEXT",  # the step whose submit may be on its way
    "checkpoint TEXT NOT NULL DEFAULT '{}'",
    "key TEXT",
    "source_sha256 TEXT NOT NULL DEFAULT '[]'",
    "result_id TEXT",
    "artifacts TEXT NOT NULL DEFAULT '[]'",
    "failure TEXT",
    "hold TEXT",
    "note TEXT NOT NULL DEFAULT ''",
    "cached INTEGER NOT NULL DEFAULT 0",
    "started_at TEXT",
    "ended_at TEXT",
    "intent_at TEXT",  # when the intent was written
    "stopped INTEGER NOT NULL DEFAULT 0",  # it ended, and nothing of it is to be followed
    "ordered_at TEXT",  # by an earlier job, whose work this one follows
)
# Came later. Older programs do without them, so a file that has them is still version 1.
LATER_COLUMNS = ("intent_at TEXT", "stopped INTEGER NOT NULL DEFAULT 0", "ordered_at TEXT")

# After these the ids a job had bring nothing any more. After any other error, be it a refused
# key or an answer cut short, the paid work may still be there: a retry follows its ids.
SPENT = frozenset(e.__name__ for e in (RemoteJobFailed, ResultLost, NotOffered, SubmitUnknown))


@dataclass(frozen=True)
class JournalRow:
    """What was promised, and how far it is kept."""

    job: Job
    phase: Phase
    intent: str | None = None
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    key: str | None = None
    source_sha256: tuple[str, ...] = ()
    result_id: str | None = None
    artifacts: tuple[Artifact, ...] = ()
    failure: Failure | None = None
    hold: Hold | None = None
    note: str = ""
    cached: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None
    intent_at: datetime | None = None
    stopped: bool = False
    ordered_at: datetime | None = None

    @property
    def status(self) -> JobStatus:
        """What a user needs to know of this row."""
        return JobStatus(
            state=STATES[self.phase],
            failure=self.failure,
            hold=self.hold,
            result_id=self.result_id if self.phase is Phase.DONE else None,
            cached=self.cached,
            note=self.note,
            sent=self._sent,
            may_come=self.may_come,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )

    @property
    def may_come(self) -> bool:
        """Was it cancelled here only, so that what its service took on may still be fetched?"""
        return self.phase is Phase.CANCELLED and self.checkpoint.has_work and not self.stopped

    @property
    def may_be_there(self) -> bool:
        """May the ids of a job that ended still bring what was paid for?"""
        if self.failure is None:
            return self.may_come  # else the service was told to stop it
        return not self.stopped and self.failure.type not in SPENT

    @property
    def _sent(self) -> Sent:
        if self.phase in (Phase.SUBMITTING, Phase.LOST):
            return Sent.UNANSWERED
        return Sent.TAKEN if self.checkpoint.has_work else Sent.NOTHING

    @property
    def waiting_status(self) -> JobStatus:
        """The same, for a row nobody is working on: what looks busy is only queued."""
        status = self.status
        if status.state is not JobState.RUNNING:
            return status
        return JobStatus(state=JobState.QUEUED, note=status.note, sent=status.sent)


def column_value(name: str, value: Any) -> Any:
    """A field of `JournalRow` as SQLite keeps it."""
    if value is None or isinstance(value, int | str):
        return value
    if name == "checkpoint":
        return json.dumps(value.steps)
    if name == "source_sha256":
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return to_json(value)


def row_from(record: sqlite3.Row) -> JournalRow:
    """Read one record. Raises `ValueError` when it does not make sense."""
    return JournalRow(
        job=from_json(Job, record["job"]),
        phase=Phase(record["phase"]),
        intent=record["intent"],
        checkpoint=Checkpoint(json.loads(record["checkpoint"])),
        key=record["key"],
        source_sha256=tuple(json.loads(record["source_sha256"])),
        result_id=record["result_id"],
        artifacts=from_json(tuple[Artifact, ...], record["artifacts"]),
        failure=from_json(Failure, record["failure"]) if record["failure"] else None,
        hold=from_json(Hold, record["hold"]) if record["hold"] else None,
        note=record["note"],
        cached=bool(record["cached"]),
        started_at=_moment(record["started_at"]),
        ended_at=_moment(record["ended_at"]),
        intent_at=_moment(_later(record, "intent_at")),
        stopped=_stopped(record),
        ordered_at=_moment(_later(record, "ordered_at")),
    )


def _stopped(record: sqlite3.Row) -> bool:
    """A file of an older program says of few cancels that the service was not told."""
    stopped = _later(record, "stopped")
    if stopped is None:
        return record["phase"] == Phase.CANCELLED and not _later(record, "untold")
    return bool(stopped)


def _later(record: sqlite3.Row, name: str) -> Any:
    """A column that a file of an older program lacks."""
    return record[name] if name in record.keys() else None  # noqa: SIM118 - a row of SQLite looks among its values


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
