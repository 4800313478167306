"""The queue as an earlier run left it: to be looked at before anything goes on."""

from pathlib import Path

from depthstudio.jobs.clock import Clock, SystemClock
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.queue import JobQueue


class RestoredQueue:
    """An open journal and the rows in it. A `Session` takes it over and runs them.

    `queue` may show already what `read_queue` found, and is told of what has changed since.
    """

    def __init__(
        self,
        journal_file: Path,
        *,
        clock: Clock | None = None,
        journal: Journal | None = None,
        queue: JobQueue | None = None,
    ) -> None:
        self.queue = JobQueue() if queue is None else queue
        self.clock = clock or SystemClock()
        self.journal = journal or Journal(journal_file)
        self.ledger = Ledger(self.journal, self.queue, self.clock)
        self.rows: list[JournalRow] = []

    async def open(self) -> None:
        """Fill the queue from the journal. Nothing runs yet.

        Raises
        ------
        JournalError
            when the journal is damaged or newer than this program
        """
        await self.journal.open()
        self.rows = await self.ledger.load()

    async def aclose(self) -> None:
        """Close the journal. Safe to call twice."""
        await self.journal.aclose()
