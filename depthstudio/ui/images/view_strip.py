"""The strip of views below a picture: small pictures and names, one of them chosen."""

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QListView,
    QWidget,
)

from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.view_delegate import ViewDelegate
from depthstudio.ui.images.view_thumbs import ViewThumbs
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel

OPEN_HEIGHT = 92
WORDS_WIDTH = 116
WHEEL_NOTCH = 120  # Qt counts eighths of a degree, a notch is 15 degrees

Index = QModelIndex | QPersistentModelIndex


class _Names(QAbstractListModel):
    """The names of the views."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()

    def set_names(self, names: tuple[str, ...]) -> None:
        self.beginResetModel()
        self._names = names
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own default
        return 0 if parent.isValid() else len(self._names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        return self._names[index.row()] if index.isValid() and role in shown else None


class _Row(QListView):
    """One row of views from left to right; the wheel goes from one to the next."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._wheel = 0
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        theme.changed.connect(self.viewport().update)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        self._wheel += turned.y() or turned.x()
        steps = int(self._wheel / WHEEL_NOTCH)
        self._wheel -= steps * WHEEL_NOTCH
        model, row = self.model(), self.currentIndex().row() - steps
        if steps and model is not None:
            self.setCurrentIndex(model.index(min(max(row, 0), model.rowCount() - 1), 0))
        event.accept()

    def rows_in_sight(self) -> range:
        """The views that can be seen at least in part."""
        model = self.model()
        if model is None or not model.rowCount():
            return range(0)
        middle, right = self.viewport().height() // 2, self.viewport().width() - 1
        first, last = (self.indexAt(QPoint(x, middle)) for x in (1, right))
        end = last.row() + 1 if last.isValid() else model.rowCount()
        return range(max(first.row(), 0), end)


class ViewStrip(QWidget):
    """Chooses a view: with a click, the wheel, or the keys left and right, Home and End."""

    view_chosen = Signal(int)  # counted from 0

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbs = ViewThumbs(self)
        self._names = _Names(self)
        self.row = _Row(theme)
        self.row.setModel(self._names)
        self._delegate = ViewDelegate(theme, self._thumbs, self.row)
        self.row.setItemDelegate(self._delegate)
        self.row.setAccessibleName(self.tr("Views"))
        self._count = ToneLabel(theme, tone="text", font="name", tabular=True)
        self._chosen = ElidedLabel(theme)
        self._is_folded = False
        self._is_told = False  # which view to show, and does not choose
        self.setAutoFillBackground(True)
        self._arrange()
        self.row.selectionModel().currentChanged.connect(self._choose)
        self.row.horizontalScrollBar().valueChanged.connect(self._ask_for_thumbs)
        self._thumbs.arrived.connect(self._show_thumb)

    @property
    def current(self) -> int:
        """The chosen view; -1 where there is none."""
        return self.row.currentIndex().row()

    @property
    def is_folded(self) -> bool:
        """Does it show names alone?"""
        return self._is_folded

    def set_views(self, pictures: ImageSequence | None) -> None:
        """Offer other views, and choose the first one without announcing it."""
        names = pictures.names if pictures is not None else ()
        self._thumbs.set_pictures(pictures)
        self._names.set_names(names)
        self._count.setText(self.tr("{count} views").format(count=len(names)))
        self.set_current(0)

    def set_current(self, index: int) -> None:
        """Mark a view without announcing it."""
        chosen = self._names.index(index, 0)
        if chosen.isValid() and index != self.current:
            self._is_told = True  # the view must hear of it, to scroll there; others need not
            self.row.setCurrentIndex(chosen)
            self._is_told = False
        self._tell_chosen()
        self._ask_for_thumbs()

    def set_folded(self, is_folded: bool) -> None:
        """Show names alone, in a window with little height."""
        self._is_folded = self._delegate.is_folded = is_folded
        self.setFixedHeight(Height.VIEW_STRIP if is_folded else OPEN_HEIGHT)
        self._words.setDirection(
            QBoxLayout.Direction.LeftToRight if is_folded else QBoxLayout.Direction.TopToBottom
        )
        self._chosen.setVisible(not is_folded)
        self.row.scheduleDelayedItemsLayout()
        self._ask_for_thumbs()

    def close_thumbs(self) -> None:
        """Ask for no more pictures."""
        self._thumbs.set_pictures(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ask_for_thumbs()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_for_thumbs()

    def _arrange(self) -> None:
        words = QWidget()
        words.setFixedWidth(WORDS_WIDTH)
        self._words = QBoxLayout(QBoxLayout.Direction.TopToBottom, words)
        self._words.setContentsMargins(Space.M, 0, Space.S, 0)
        self._words.setSpacing(0)
        self._words.addStretch(1)
        self._words.addWidget(self._count)
        self._words.addWidget(self._chosen)
        self._words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(words)
        layout.addWidget(self.row, 1)
        self.set_folded(False)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid() and not self._is_told:
            self._tell_chosen()
            self._ask_for_thumbs()
            self.view_chosen.emit(current.row())

    def _tell_chosen(self) -> None:
        self._chosen.setText(self.row.currentIndex().data() or "")

    def _ask_for_thumbs(self) -> None:
        wanted = self.row.rows_in_sight() if self.isVisible() and not self._is_folded else range(0)
        self._thumbs.want(wanted)

    def _show_thumb(self, index: int) -> None:
        self.row.update(self._names.index(index, 0))
