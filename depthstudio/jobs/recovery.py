"""What an earlier run left, before anything of it goes on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from depthstudio.core.job import Hold, HoldKind
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.phase import RECOVERY, Phase
from depthstudio.jobs.queue import JobQueue, QueueEntry

LOST_REASON = "Sent or not? The answer never arrived"
LOST_HINT = "Send it again if the service shows no such job, or give it up"


def lost_hold(sent_at: datetime | None = None, step: str | None = None) -> Hold:
    """The question whether a step was sent; both help to find the job at the service."""
    return Hold(
        kind=HoldKind.SUBMIT_LOST,
        reason=LOST_REASON,
        hint=LOST_HINT,
        sent_at=sent_at,
        step=step or "",
    )


def recovered(row: JournalRow) -> JournalRow:
    """What is true of a row now that nobody works on it."""
    phase = RECOVERY.get(row.phase)
    if phase is None:
        return row
    hold = lost_hold(row.intent_at, row.intent) if phase is Phase.LOST else None
    return replace(row, phase=phase, intent=None, hold=hold)


def entries_of(rows: Iterable[JournalRow]) -> list[QueueEntry]:
    """Recovered rows as the queue shows them, while nothing runs."""
    return [QueueEntry(row.job, row.waiting_status) for row in rows]


def read_queue(journal_file: Path) -> JobQueue:
    """The queue as it will be, without a lock and without a word written. Blocks.

    Raises
    ------
    JournalError
        when the journal is damaged or newer than this program
    """
    queue = JobQueue()
    queue.match(entries_of(recovered(row) for row in read_journal(journal_file)))
    return queue
