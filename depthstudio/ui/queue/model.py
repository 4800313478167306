"""The queue as Qt's item views see it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from depthstudio.core.job import Hold, Job, JobState
from depthstudio.jobs.queue import JobQueue, QueueEntry
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.queue.words import RowText, row_text, row_tip

Index = QModelIndex | QPersistentModelIndex


class QueueRole(IntEnum):
    """What a row tells beside Qt's own roles."""

    ENTRY = Qt.ItemDataRole.UserRole + 1  # QueueEntry
    TEXT = Qt.ItemDataRole.UserRole + 2  # RowText
    PROVIDER = Qt.ItemDataRole.UserRole + 3  # title of the service
    HOLD = Qt.ItemDataRole.UserRole + 4  # why nothing is sent to the service now, or None


def named(job: Job) -> str:
    """What a row is called: of something on the web it also says which host has it."""
    first = job.sources[0] if job.sources else None
    if first is None or not first.is_remote or first.host == job.name:
        return job.name
    return f"{job.name} · {first.host}"


class JobQueueModel(QAbstractListModel):
    """Shows a `JobQueue` and passes its events on. Has no rows of its own.

    Parameters
    ----------
    provider_title
        the name of a service by its provider id
    now
        the clock that the words of a row are told by
    """

    def __init__(
        self,
        queue: JobQueue,
        provider_title: Callable[[str], str] = str,
        *,
        now: Callable[[], datetime] = utc_now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._provider_title = provider_title
        self._now = now
        self._holds: dict[str, Hold] = {}
        self._going: QueueEntry | None = None  # the row that is being removed
        self._next = self._find_next()
        self._disconnects = [
            queue.about_to_insert.connect(self._begin_insert),
            queue.inserted.connect(self._end_insert),
            queue.about_to_remove.connect(self._begin_remove),
            queue.removed.connect(self._end_remove),
            queue.changed.connect(self._emit_changed),
        ]

    def close(self) -> None:
        """Stop listening, so that the queue may outlive the window."""
        for disconnect in self._disconnects:
            disconnect()

    def set_holds(self, holds: Mapping[str, Hold]) -> None:
        """Say which providers nothing is sent to at the moment, and why."""
        self._holds = dict(holds)
        if len(self._queue):
            self.dataChanged.emit(self.index(0), self.index(len(self._queue) - 1))

    def hold_of(self, entry: QueueEntry) -> Hold | None:
        """Why nothing is sent to a job's provider at the moment; None where nothing is wrong."""
        return self._holds.get(entry.job.provider_id)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._queue)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._queue):
            return None
        entry = self._queue.at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return named(entry.job)
            case Qt.ItemDataRole.ToolTipRole:
                return row_tip(entry, self._now(), self._title(entry), self.hold_of(entry))
            case Qt.ItemDataRole.AccessibleTextRole:
                text = self._text(entry)
                words = [entry.job.name, text.word, text.detail, text.right, self._title(entry)]
                return ", ".join(word for word in words if word)
            case QueueRole.ENTRY:
                return entry
            case QueueRole.TEXT:
                return self._text(entry)
            case QueueRole.PROVIDER:
                return self._title(entry)
            case QueueRole.HOLD:
                return self.hold_of(entry)
        return None

    def entry(self, index: Index) -> QueueEntry:
        """The row of a valid index."""
        return self._queue.at(index.row())

    def index_of(self, job_id: str) -> QModelIndex:
        """Where a job stands; invalid if it left the queue."""
        if job_id not in self._queue:
            return QModelIndex()
        return self.index(self._queue.row_of(job_id))

    def _title(self, entry: QueueEntry) -> str:
        return self._provider_title(entry.job.provider_id)

    def _text(self, entry: QueueEntry) -> RowText:
        is_next = self._next.get(entry.job.provider_id) == entry.job.id
        return row_text(
            entry,
            self._now(),
            self._title(entry),
            is_next=is_next,
            provider_hold=self.hold_of(entry),
        )

    def _begin_insert(self, row: int) -> None:
        self.beginInsertRows(QModelIndex(), row, row)

    def _end_insert(self, row: int) -> None:
        entry = self._queue.at(row)
        if entry.status.state is JobState.QUEUED:  # rows come last
            self._next.setdefault(entry.job.provider_id, entry.job.id)
        self.endInsertRows()

    def _begin_remove(self, row: int) -> None:
        self._going = self._queue.at(row)
        self.beginRemoveRows(QModelIndex(), row, row)

    def _end_remove(self, row: int) -> None:
        self.endRemoveRows()
        gone, self._going = self._going, None
        if gone is not None and self._next.get(gone.job.provider_id) == gone.job.id:
            self._look_for_next(gone.job.provider_id, from_row=row)

    def _emit_changed(self, job_id: str, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)
        entry = self._queue.at(row)
        next_id = self._next.get(entry.job.provider_id)
        if entry.status.state is not JobState.QUEUED:
            if next_id == job_id:
                self._look_for_next(entry.job.provider_id, from_row=row)
        elif next_id is None or row < self._queue.row_of(next_id):
            self._next[entry.job.provider_id] = job_id
            self._tell(next_id or "")

    def _look_for_next(self, provider_id: str, from_row: int) -> None:
        """The rows before hold no queued job of this provider: they are not looked at."""
        for row in range(from_row, len(self._queue)):
            entry = self._queue.at(row)
            if entry.job.provider_id == provider_id and entry.status.state is JobState.QUEUED:
                self._next[provider_id] = entry.job.id
                self._tell(entry.job.id)
                return
        self._next.pop(provider_id, None)

    def _tell(self, job_id: str) -> None:
        """The words of a row have changed with those of another."""
        index = self.index_of(job_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _find_next(self) -> dict[str, str]:
        """The first queued job of every provider."""
        found: dict[str, str] = {}
        for entry in self._queue:
            if entry.status.state is JobState.QUEUED:
                found.setdefault(entry.job.provider_id, entry.job.id)
        return found
