"""The layers and parts of what is shown, as Qt's item views see them."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from depthstudio.scene.items import SceneItem
from depthstudio.scene.options import ItemKey
from depthstudio.scene.summary import counted

Index = QModelIndex | QPersistentModelIndex


class ItemRole(IntEnum):
    """What a row tells beside Qt's own roles."""

    ITEM = Qt.ItemDataRole.UserRole + 1  # SceneItem
    COUNT = Qt.ItemDataRole.UserRole + 2  # "1 204 triangles"
    IS_ALONE = Qt.ItemDataRole.UserRole + 3  # whether everything else is hidden


class ItemModel(QAbstractListModel):
    """One row for each `SceneItem`. Says what the user wants hidden; others hide it."""

    hidden_wanted = Signal(object)  # frozenset of ItemKey

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[SceneItem, ...] = ()
        self._hidden: frozenset[ItemKey] = frozenset()

    @property
    def items(self) -> tuple[SceneItem, ...]:
        return self._items

    @property
    def hidden(self) -> frozenset[ItemKey]:
        return self._hidden

    def set_items(self, items: Sequence[SceneItem], hidden: frozenset[ItemKey]) -> None:
        """Replace every row."""
        self.beginResetModel()
        self._items, self._hidden = tuple(items), hidden
        self.endResetModel()

    def set_hidden(self, hidden: frozenset[ItemKey]) -> None:
        """Mark what is hidden now."""
        self._hidden = hidden
        if self._items:
            self.dataChanged.emit(self.index(0), self.index(len(self._items) - 1))

    def toggle(self, index: Index) -> None:
        """Ask to hide what is shown, or to show what is hidden."""
        self.hidden_wanted.emit(self._hidden ^ {self._items[index.row()].key})

    def isolate(self, index: Index) -> None:
        """Ask to see one thing alone; everything again where it is alone already."""
        key = self._items[index.row()].key
        self.hidden_wanted.emit(frozenset() if self._is_alone(key) else self._others(key))

    def show_all(self) -> None:
        """Ask to see everything."""
        self.hidden_wanted.emit(frozenset())

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._items)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.isValid() else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return item.name
            case Qt.ItemDataRole.CheckStateRole:
                shown = item.key not in self._hidden
                return Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                state = _tr("hidden") if item.key in self._hidden else _tr("shown")
                return f"{item.name}, {counted(item.count, item.noun)}, {state}"
            case Qt.ItemDataRole.ToolTipRole:
                return f"{item.name} · {counted(item.count, item.noun)}"
            case ItemRole.ITEM:
                return item
            case ItemRole.COUNT:
                return counted(item.count, item.noun)
            case ItemRole.IS_ALONE:
                return self._is_alone(item.key)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a key that switches the row's check mark as a wish."""
        if not index.isValid() or role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.toggle(index)
        return True

    def _others(self, key: ItemKey) -> frozenset[ItemKey]:
        return frozenset(item.key for item in self._items if item.key != key)

    def _is_alone(self, key: ItemKey) -> bool:
        return len(self._items) > 1 and self._hidden == self._others(key)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ItemModel", text)
