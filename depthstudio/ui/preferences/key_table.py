"""The table of the Keys page: a service and its key in each row."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTreeView, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Theme
from depthstudio.ui.preferences.key_delegate import ROW_ROLE, Column, KeyDelegate
from depthstudio.ui.preferences.key_rows import KeyRow

SERVICE_PX, KEY_PX = 264, 220
NOWHERE = QModelIndex()
LEAST_ROWS, MOST_ROWS = 4, 8  # in sight; the rest is scrolled to


class KeyModel(QAbstractTableModel):
    """The rows, as they were last told."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[KeyRow] = []

    def set_rows(self, rows: Sequence[KeyRow]) -> None:
        """Show these; where they are the same services, what is chosen stays so."""
        if [row.id for row in rows] != [row.id for row in self._rows]:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        for number, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
            if old != new:
                self._rows[number] = new
                end = self.index(number, len(Column) - 1)
                self.dataChanged.emit(self.index(number, 0), end)

    def row(self, index: QModelIndex | QPersistentModelIndex) -> KeyRow:
        """What stands in a row."""
        return self._rows[index.row()]

    def number_of(self, row_id: str) -> int:
        """The place of a service; -1 for one that is not there."""
        return next((n for n, row in enumerate(self._rows) if row.id == row_id), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return {
                    Column.SERVICE: row.title,
                    Column.KEY: row.key,
                    Column.STATE: row.state.word,
                }[Column(index.column())]
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case Qt.ItemDataRole.ToolTipRole:
                return row.state.note if index.column() == Column.STATE else row.spoken
            case _:
                return row if role == ROW_ROLE else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Service"), self.tr("Key"), self.tr("State"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        return None


class KeyTable(QTreeView):
    """One row is chosen at any time: the form below is about it."""

    chosen = Signal(str)  # the id of a row

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keys = KeyModel(self)
        self.setModel(self.keys)
        self.setItemDelegate(KeyDelegate(theme, icons, self))
        self.setObjectName("keyTable")
        self.setAccessibleName(self.tr("Keys of services"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        header = self.header()
        header.setSectionsMovable(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(True)
        header.setFixedHeight(Height.DOCK_HEAD)
        self.setColumnWidth(Column.SERVICE, SERVICE_PX)
        self.setColumnWidth(Column.KEY, KEY_PX)
        self.selectionModel().currentRowChanged.connect(self._tell)
        theme.changed.connect(self.viewport().update)

    def set_rows(self, rows: Sequence[KeyRow]) -> None:
        """Show these services; the first one is chosen if none is."""
        self.keys.set_rows(rows)
        self._fit()
        if rows and not self.currentIndex().isValid():
            self.choose(rows[0].id)

    def choose(self, row_id: str) -> None:
        """Choose a row and scroll it into sight; an unknown id changes nothing."""
        number = self.keys.number_of(row_id)
        if number >= 0:
            self.setCurrentIndex(self.keys.index(number, 0))

    def chosen_row(self) -> KeyRow | None:
        """What stands in the row that is chosen."""
        index = self.currentIndex()
        return self.keys.row(index) if index.isValid() else None

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(MOST_ROWS))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height(LEAST_ROWS))

    def _fit(self) -> None:
        self.setMaximumHeight(self._height(self.keys.rowCount()))
        self.updateGeometry()

    def _height(self, most_rows: int) -> int:
        rows = min(most_rows, self.keys.rowCount())
        row_px = max(self.sizeHintForRow(0), Height.QUEUE_ROW)
        return Height.DOCK_HEAD + rows * row_px + 2 * self.frameWidth()

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.keys.row(current).id)
