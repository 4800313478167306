"""Results as cards: light records, and the words a search looks in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class LibraryItem:
    """What a card shows of a result. `kinds` are the words of `Product.kind`."""

    result_id: str
    name: str
    provider_title: str
    created_at: datetime
    kinds: tuple[str, ...] = ()
    thumbnail: Path | None = None


class LibraryRole(IntEnum):
    """What a card tells beside Qt's own roles."""

    ITEM = Qt.ItemDataRole.UserRole + 1  # LibraryItem


class LibraryModel(QAbstractListModel):
    """The cards in the order they were given, new ones first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[LibraryItem] = []

    def set_items(self, items: Iterable[LibraryItem]) -> None:
        """Replace all cards."""
        self.beginResetModel()
        self._items = list(items)
        self.endResetModel()

    def add_items(self, items: Sequence[LibraryItem]) -> None:
        """Put cards first, the last of them before the others; one with the same result as
        another is replaced where it is."""
        rows = {known.result_id: row for row, known in enumerate(self._items)}
        new: dict[str, LibraryItem] = {}
        for item in items:
            if (row := rows.get(item.result_id)) is None:
                new[item.result_id] = item
            else:
                self._items[row] = item
                self.dataChanged.emit(self.index(row), self.index(row))
        if new:
            self.beginInsertRows(QModelIndex(), 0, len(new) - 1)
            self._items[:0] = reversed(new.values())
            self.endInsertRows()

    def remove_item(self, result_id: str) -> None:
        """Take a card away; nothing happens if there is none."""
        row = self._row_of(result_id)
        if row is None:
            return
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._items[row]
        self.endRemoveRows()

    def index_of(self, result_id: str) -> QModelIndex:
        """Where a result's card is; invalid if there is none."""
        row = self._row_of(result_id)
        return QModelIndex() if row is None else self.index(row)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.name
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return "\n".join([item.name, item.provider_title, ", ".join(item.kinds)]).strip()
            case LibraryRole.ITEM:
                return item
        return None

    def _row_of(self, result_id: str) -> int | None:
        for row, item in enumerate(self._items):
            if item.result_id == result_id:
                return row
        return None


class LibraryFilter(QSortFilterProxyModel):
    """Keeps the cards whose name, service or kinds hold every word of the search."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def search(self, text: str) -> None:
        """Look for these words, in any order and whatever their case."""
        self._words = text.casefold().split()
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if not self._words:
            return True
        item: LibraryItem = self.sourceModel().index(source_row, 0).data(LibraryRole.ITEM)
        text = " ".join((item.name, item.provider_title, *item.kinds)).casefold()
        return all(word in text for word in self._words)
