"""The queue as Qt's item views see it."""

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from depthstudio.core.job import JobState
from depthstudio.jobs.queue import JobQueue, QueueEntry
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.queue.words import RowText, row_text, row_tip

Index = QModelIndex | QPersistentModelIndex


class QueueRole(IntEnum):
    """What a row tells beside Qt's own roles."""

    ENTRY = Qt.ItemDataRole.UserRole + 1  # QueueEntry
    TEXT = Qt.ItemDataRole.UserRole + 2  # RowText
    PROVIDER = Qt.ItemDataRole.UserRole + 3  # title of the service


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

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._queue)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._queue):
            return None
        entry = self._queue.at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.job.name
            case Qt.ItemDataRole.ToolTipRole:
                return row_tip(entry, self._now(), self._title(entry))
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
        return row_text(entry, self._now(), self._title(entry), is_next=is_next)

    def _begin_insert(self, row: int) -> None:
        self.beginInsertRows(QModelIndex(), row, row)

    def _end_insert(self, row: int) -> None:
        self._next = self._find_next()
        self.endInsertRows()

    def _begin_remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)

    def _end_remove(self, row: int) -> None:
        self._next = self._find_next()
        self.endRemoveRows()

    def _emit_changed(self, job_id: str, row: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index)
        entry = self._queue.at(row)
        was_next = self._next.get(entry.job.provider_id) == job_id
        if was_next != (entry.status.state is JobState.QUEUED):
            self._update_next(entry.job.provider_id)

    def _update_next(self, provider_id: str) -> None:
        self._next = self._find_next()
        index = self.index_of(self._next.get(provider_id, ""))
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _find_next(self) -> dict[str, str]:
        """The first queued job of every provider."""
        found: dict[str, str] = {}
        for entry in self._queue:
            if entry.status.state is JobState.QUEUED:
                found.setdefault(entry.job.provider_id, entry.job.id)
        return found
