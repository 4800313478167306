"""Paints one photo of a scene with its place in the order."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.row_painter import RowPainter
from depthstudio.ui.parts.thumbnails import Thumbnails, stand_in_for
from depthstudio.ui.queue.layout import THUMB_HEIGHT, THUMB_WIDTH

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag

NUMBER_PX = 32
SELECTION_BAR_PX = 3


class OrderDelegate(QStyledItemDelegate):
    """Number, thumbnail and name."""

    def __init__(self, theme: Theme, icons: Icons, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, Height.QUEUE_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        rect: QRect = opt.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = RowPainter(painter, self._theme, self._icons)

        def seen(part: QRect) -> QRect:
            return QStyle.visualRect(opt.direction, rect, part)

        selected = bool(opt.state & State.State_Selected)
        if selected or opt.state & State.State_MouseOver:
            row.fill(rect, "selection" if selected else "hover")
        if selected:
            bar = QRect(rect.left(), rect.top(), SELECTION_BAR_PX, rect.height())
            row.fill(seen(bar), "accent")
        number = QRect(rect.left() + SELECTION_BAR_PX, rect.top(), NUMBER_PX, rect.height())
        thumb = QRect(number.right() + Space.S, 0, THUMB_WIDTH, THUMB_HEIGHT)
        thumb.moveTop(rect.center().y() - THUMB_HEIGHT // 2)
        name = rect.adjusted(thumb.right() - rect.left() + Space.M, 0, -Space.M, 0)
        row.text(
            seen(number),
            self._theme.font("secondary", tabular=True),
            "text2",
            str(index.row() + 1),
            align=Qt.AlignmentFlag.AlignRight,
        )
        source = index.data(Qt.ItemDataRole.UserRole)
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._thumbnails.of_source(source, ratio)
        row.picture(seen(thumb), pixmap, stand_in_for(source))
        align = QStyle.visualAlignment(opt.direction, Qt.AlignmentFlag.AlignLeft)
        middle = Qt.TextElideMode.ElideMiddle
        row.text(
            seen(name), self._theme.font("base"), "text", index.data(), elide=middle, align=align
        )
        if opt.state & State.State_HasFocus and opt.state & State.State_KeyboardFocusChange:
            row.frame(rect, "accent", width=2)
        painter.restore()
