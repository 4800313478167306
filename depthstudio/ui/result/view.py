"""The list of layers and parts: clicks on its buttons, and keys."""

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.list_keys import ENTER_KEYS
from depthstudio.ui.result.delegate import ItemAction, ItemDelegate
from depthstudio.ui.result.model import ItemModel


class ItemView(QListView):
    """Space shows or hides a row, Enter and a double click show it alone.

    A click on a button leaves the selection alone.
    """

    def __init__(self, theme: Theme, icons: Icons, model: ItemModel) -> None:
        super().__init__()
        self._pressed: tuple[QModelIndex, ItemAction] | None = None
        self._items = model
        self.delegate = ItemDelegate(theme, icons, self)
        self.setModel(model)
        self.setItemDelegate(self.delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Layers"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        theme.changed.connect(self.viewport().update)

    def action_at(self, position: QPoint) -> tuple[QModelIndex, ItemAction] | None:
        """What a click at this point of the viewport would do."""
        index = self.indexAt(position)
        if not index.isValid():
            return None
        rect = self.visualRect(index)
        action = self.delegate.action_at(rect, index, self.layoutDirection(), position)
        return (index, action) if action else None

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
            self._do(*pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        self._pressed = self.action_at(position)  # two quick clicks on a button are two clicks
        index = self.indexAt(position)
        if self._pressed is None and index.isValid():
            self._items.isolate(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in ENTER_KEYS:
            self._items.isolate(index)
        elif index.isValid() and event.key() == Qt.Key.Key_Space:
            self._items.toggle(index)
        else:
            super().keyPressEvent(event)

    def _do(self, index: QModelIndex, action: ItemAction) -> None:
        if action is ItemAction.TOGGLE:
            self._items.toggle(index)
        else:
            self._items.isolate(index)
