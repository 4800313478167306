"""The photos of one scene in the order in which they will be sent, to be changed by hand."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from depthstudio.core.job import Source
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.thumbnails import Thumbnails
from depthstudio.ui.queue.layout import THUMB_HEIGHT, THUMB_WIDTH
from depthstudio.ui.queue.order_delegate import OrderDelegate

Index = QModelIndex | QPersistentModelIndex
ROW_MIME = "application/x-depthstudio-order-row"


class OrderModel(QAbstractListModel):
    """Sources that can be moved."""

    order_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources: list[Source] = []

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources)

    def set_sources(self, sources: Sequence[Source]) -> None:
        """Replace every row, or bring them into another order."""
        changed = list(sources) != self._sources
        self.beginResetModel()
        self._sources = list(sources)
        self.endResetModel()
        if changed:
            self.order_changed.emit()

    def move(self, row: int, to: int) -> bool:
        """Take a row out and put it in so that it stands at `to`; False where it cannot."""
        count = len(self._sources)
        if row == to or not (0 <= row < count and 0 <= to < count):
            return False
        # Qt counts before the row is taken out.
        none = QModelIndex()
        self.beginMoveRows(none, row, row, none, to + 1 if to > row else to)
        self._sources.insert(to, self._sources.pop(row))
        self.endMoveRows()
        first, last = self.index(min(row, to)), self.index(max(row, to))
        self.dataChanged.emit(first, last)  # their numbers
        self.order_changed.emit()
        return True

    def moveRows(
        self, parent: Index, row: int, count: int, destination: Index, before: int
    ) -> bool:
        """What the view calls for a row that is dropped `before` another, as Qt counts."""
        return count == 1 and self.move(row, before - 1 if before > row else before)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._sources)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._sources):
            return None
        source = self._sources[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{source.path.name} · {source.host}" if source.host else source.path.name
            case Qt.ItemDataRole.ToolTipRole:
                return source.place
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{index.row() + 1}, {source.path.name}"
            case Qt.ItemDataRole.UserRole:
                return source
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid():
            return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled
        return super().flags(index) | Qt.ItemFlag.ItemIsDropEnabled  # only between rows

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [ROW_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        mime.setData(ROW_MIME, str(indexes[0].row()).encode())
        return mime

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        dragged = bytes(data.data(ROW_MIME).data()).decode("ascii", "replace")
        if not dragged.isdecimal():
            return False
        before = row if row >= 0 else len(self._sources)
        start = int(dragged)
        self.move(start, before - 1 if before > start else before)
        return False  # or the view would remove the row that it believes to be copied


class OrderView(QListView):
    """Rows to drag, or to move with Alt and the arrow keys."""

    move_asked = Signal(int)  # by so many rows

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Order of the photos"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if alt and event.key() in steps:
            self.move_asked.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class OrderList(QWidget):
    """Shows sources, lets them be dragged, sorted by name or turned round."""

    order_changed = Signal()

    def __init__(self, theme: Theme, icons: Icons, sources: Sequence[Source] = ()) -> None:
        super().__init__()
        self._icons = icons
        self._thumbnails = Thumbnails(QSize(THUMB_WIDTH, THUMB_HEIGHT), self)
        self.model = OrderModel(self)
        self.view = OrderView()
        self.view.setItemDelegate(OrderDelegate(theme, icons, self._thumbnails, self.view))
        self.view.setModel(self.model)
        self._count = ToneLabel(theme, tone="text2", tabular=True)
        self.by_name = self._button(
            "sort-alphabetical-ascending", self.tr("Sort by name, 2 before 10")
        )
        self.reverse = self._button("swap-vertical", self.tr("Reverse the order"))
        self.up = self._button("arrow-up", self.tr("Move up (Alt+Up)"))
        self.down = self._button("arrow-down", self.tr("Move down (Alt+Down)"))
        self._arrange()
        self.by_name.clicked.connect(self._sort)
        self.reverse.clicked.connect(lambda: self.model.set_sources(self.model.sources[::-1]))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.view.move_asked.connect(self._move)
        self.view.selectionModel().currentChanged.connect(self._follow)
        self.model.order_changed.connect(self._follow)
        self.model.order_changed.connect(self.order_changed)
        self._thumbnails.arrived.connect(lambda path: self.view.viewport().update())
        theme.changed.connect(self.view.viewport().update)
        self.set_sources(sources)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources in the order that is shown."""
        return self.model.sources

    def set_sources(self, sources: Sequence[Source]) -> None:
        """Show these sources in this order."""
        self.model.set_sources(sources)
        self._count.setText(self.tr("{count} photos").format(count=len(sources)))
        if sources:
            self.view.setCurrentIndex(self.model.index(0))
        self._follow()

    def close_list(self) -> None:
        """Stop reading thumbnails, before it goes."""
        self._thumbnails.close()

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(Space.M, Space.XS, Space.S, Space.XS)
        bar.setSpacing(Space.XS)
        bar.addWidget(self._count)
        bar.addStretch(1)
        for button in (self.up, self.down, self.by_name, self.reverse):
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)

    def _button(self, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(self._icons.icon(icon))
        button.setFixedSize(Height.FIELD, Height.FIELD)
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def _sort(self) -> None:
        from natsort import natsorted  # the window starts without it

        by_name = natsorted(self.model.sources, key=lambda source: source.path.name.casefold())
        self.model.set_sources(by_name)

    def _move(self, by: int) -> None:
        row = self.view.currentIndex().row()
        if self.model.move(row, row + by):
            self.view.scrollTo(self.view.currentIndex())

    def _follow(self) -> None:
        row, count = self.view.currentIndex().row(), self.model.rowCount()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.by_name.setEnabled(count > 1)
        self.reverse.setEnabled(count > 1)
