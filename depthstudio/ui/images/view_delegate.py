"""Paints one view of the strip: a small picture with its name, framed where it is chosen."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from depthstudio.ui.images.view_thumbs import THUMB, ViewThumbs
from depthstudio.ui.look.theme import Height, Radius, Space, Theme

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag


class ViewDelegate(QStyledItemDelegate):
    """`is_folded` leaves the picture out."""

    def __init__(self, theme: Theme, thumbs: ViewThumbs, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbs = thumbs
        self.is_folded = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if self.is_folded:
            return QSize(THUMB.width() + Space.S, Height.VIEW_STRIP)
        # All of the strip's height: a row that is higher than its view would scroll.
        return QSize(THUMB.width() + Space.S, THUMB.height() + Space.XL + Space.L)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        rect: QRect = opt.rect
        chosen = bool(opt.state & State.State_Selected)
        hovered = bool(opt.state & State.State_MouseOver)
        focused = bool(opt.state & State.State_HasFocus)
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        name = QRect(rect)
        if not self.is_folded:
            frame = QRect(0, 0, THUMB.width() + 2, THUMB.height() + 2)
            frame.moveCenter(rect.center())
            frame.moveTop(rect.top() + Space.S)
            self._paint_thumb(painter, frame.adjusted(1, 1, -1, -1), index.row())
            if chosen or hovered:
                painter.setPen(_pen(theme, "accent" if chosen else "control_edge", 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(frame, Radius.CHIP, Radius.CHIP)
            name.setTop(frame.bottom() + 2)
            name.setHeight(Space.L + 2)
        elif chosen or hovered:
            painter.fillRect(rect, theme.colour("selection" if chosen else "hover"))
            if chosen:
                painter.fillRect(rect.adjusted(0, rect.height() - 2, 0, 0), theme.colour("accent"))
        font = theme.font("group" if chosen else "secondary", tabular=True)
        painter.setFont(font)
        painter.setPen(theme.colour("text" if chosen else "text2"))
        words = name.adjusted(3, 0, -3, 0)
        text = painter.fontMetrics().elidedText(
            _stem(str(index.data())), Qt.TextElideMode.ElideMiddle, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)
        if focused and opt.state & State.State_KeyboardFocusChange:
            painter.setPen(_pen(theme, "accent", 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.restore()

    def _paint_thumb(self, painter: QPainter, room: QRect, row: int) -> None:
        painter.fillRect(room, self._theme.colour("view_ground"))
        pixmap = self._thumbs.get(row)
        if pixmap is not None:
            size = pixmap.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(0, 0, size.width(), size.height())
            place.moveCenter(room.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, pixmap)


def _pen(theme: Theme, role: str, width: int) -> QPen:
    return QPen(theme.colour(role), width)


def _stem(name: str) -> str:
    """A file's name without what all of them end in."""
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and len(ending) <= 4 else name
