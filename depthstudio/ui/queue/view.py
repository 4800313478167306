"""The list of rows: clicks on actions, keys, and the hint below the last row."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.list_keys import DELETE_KEYS, ENTER_KEYS
from depthstudio.ui.parts.row_painter import RowPainter
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.queue.delegate import QueueDelegate
from depthstudio.ui.queue.model import Index, QueueRole

ScrollHint = QAbstractItemView.ScrollHint
Target = tuple[str, RowAction]  # job id and what a click does to it


class QueueView(QListView):
    """Shows rows of a `JobQueueModel` with a `QueueDelegate`.

    A click on an action triggers it and leaves the selection alone: stopping one job must
    not put another result on the screen.
    """

    triggered = Signal(str, str)  # job id, RowAction
    enter_pressed = Signal(str)  # job id
    delete_pressed = Signal(str)  # job id

    def __init__(
        self, theme: Theme, icons: Icons, beat: Beat, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._beat = beat
        self._changed: set[int] = set()  # rows with news that are not painted yet
        self._theme = theme
        self._icons = icons
        self._pressed: Target | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Queue"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)

    def dataChanged(self, top: Index, bottom: Index, roles: Sequence[int] = ()) -> None:
        """Repaint. Rows keep their height, and QListView would lay out all 10,000 anew."""
        if not self._beat.rests:
            QAbstractItemView.dataChanged(self, top, bottom, roles)
            return
        self._changed.update(range(top.row(), bottom.row() + 1))
        self._beat.do(self._show_changes)

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Lay out, which paints every row in sight though new ones come last."""
        if not self._beat.rests:
            super().rowsInserted(parent, start, end)
            return
        self._beat.do(self.doItemsLayout)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Those below get other numbers; whatever is left in sight is painted."""
        self._changed.clear()
        super().rowsAboutToBeRemoved(parent, start, end)

    def _show_changes(self) -> None:
        changed, self._changed = self._changed, set()
        for row in changed.intersection(self.rows_in_sight()):
            index = self.model().index(row, 0)
            QAbstractItemView.dataChanged(self, index, index)

    def scrollTo(self, index: Index, hint: ScrollHint = ScrollHint.EnsureVisible) -> None:
        if self._beat.has(self.doItemsLayout):
            self._beat.forget(self.doItemsLayout)
            self.doItemsLayout()  # or it would not know yet where a new row is
        super().scrollTo(index, hint)

    def rows_in_sight(self) -> range:
        """The rows that can be seen at least in part."""
        model = self.model()
        if model is None or model.rowCount() == 0:
            return range(0)
        first = self.indexAt(QPoint(1, 1))
        last = self.indexAt(QPoint(1, self.viewport().height() - 1))
        end = last.row() + 1 if last.isValid() else model.rowCount()
        return range(first.row() if first.isValid() else 0, end)

    def action_at(self, position: QPoint) -> Target | None:
        """What a click at this point of the viewport would trigger."""
        index = self.indexAt(position)
        delegate = self.itemDelegate()
        if not index.isValid() or not isinstance(delegate, QueueDelegate):
            return None
        rect = self.visualRect(index)
        action = delegate.action_at(rect, index, self.layoutDirection(), position)
        return (_job_id(index), action) if action else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = self.action_at(event.position().toPoint())
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif pressed == self.action_at(event.position().toPoint()):
            self.triggered.emit(pressed[0], pressed[1].value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.action_at(event.position().toPoint()) is None:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.action_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in ENTER_KEYS:
            self.enter_pressed.emit(_job_id(index))
        elif index.isValid() and event.key() in DELETE_KEYS:
            self.delete_pressed.emit(_job_id(index))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        room = self._hint_room()
        if room.isNull():
            return
        painter = QPainter(self.viewport())
        row = RowPainter(painter, self._theme, self._icons)
        font = self._theme.font("secondary")
        text = self.tr("Drop photos, video or folders to add")
        text_width = min(
            self.fontMetrics().horizontalAdvance(text), room.width() - IconSize.FIELD - Space.XL
        )
        left = room.left() + (room.width() - text_width - IconSize.FIELD - Space.S) // 2
        icon = QRect(left, room.center().y() - IconSize.FIELD // 2, IconSize.FIELD, IconSize.FIELD)
        row.icon(icon, "tray-arrow-down", "text3")
        words = room.adjusted(icon.right() + Space.S - room.left(), 0, -Space.XS, 0)
        row.text(words, font, "text3", text)
        painter.end()

    def _hint_room(self) -> QRect:
        model = self.model()
        if model is None or model.rowCount() == 0:
            return QRect()
        bottom = self.visualRect(model.index(model.rowCount() - 1, 0)).bottom()
        if self.viewport().height() - bottom < Height.DOCK_HEAD:
            return QRect()
        return QRect(0, bottom + 1, self.viewport().width(), Height.DOCK_HEAD)

    def _hover(self, target: Target | None) -> None:
        delegate = self.itemDelegate()
        if not isinstance(delegate, QueueDelegate) or delegate.hovered == target:
            return
        delegate.hovered = target
        shape = Qt.CursorShape.PointingHandCursor if target else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        self.viewport().update()


def _job_id(index: QModelIndex) -> str:
    return index.data(QueueRole.ENTRY).job.id
