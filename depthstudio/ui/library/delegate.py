"""Paints a card of the library."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from depthstudio.ui.library.model import LibraryItem, LibraryRole
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Radius, Space, Theme
from depthstudio.ui.parts.amounts import when_text
from depthstudio.ui.parts.row_painter import RowPainter
from depthstudio.ui.parts.thumbnails import Thumbnails

Index = QModelIndex | QPersistentModelIndex
Elide = Qt.TextElideMode
State = QStyle.StateFlag

THUMB_SIZE = QSize(148, 100)
KIND_ICONS = {
    "depth": "gradient-vertical",
    "cloud": "dots-hexagon",
    "surface": "image-filter-hdr",
    "relief": "image-filter-hdr",
    "parts": "puzzle-outline",
    "cameras": "camera-outline",
    "video": "filmstrip",
}


class LibraryDelegate(QStyledItemDelegate):
    """Draws thumbnail, badge of the first kind, name, and one line of service and time."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        thumbnails: Thumbnails,
        parent: QWidget,
        *,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._thumbnails = thumbnails
        self._now = now
        self._column_width = THUMB_SIZE.width() + 2 * Space.XS
        self.refresh_fonts()

    def refresh_fonts(self) -> None:
        """Take over the application's font after it changed."""
        self._name_font = self._theme.font("name")
        self._line_font = self._theme.font("secondary")
        self._badge_font = self._theme.font("badge")

    def set_column_width(self, width: int) -> None:
        """How wide a card is; the picture keeps its shape."""
        self._column_width = width

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._column_width, self.card_height())

    def card_height(self) -> int:
        """Picture and two lines of text, at the column's width and the user's text size."""
        text = QFontMetrics(self._name_font).height() + QFontMetrics(self._line_font).height()
        return Space.XS + self._thumb_height() + Space.S + text + Space.S

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        item: LibraryItem = index.data(LibraryRole.ITEM)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = RowPainter(painter, self._theme, self._icons)
        rect: QRect = opt.rect.adjusted(0, 0, -1, -1)
        if opt.state & State.State_Selected:
            card.fill(rect, "selection")
            card.frame(rect, "accent", radius=Radius.CHIP)
        elif opt.state & State.State_MouseOver:
            card.fill(rect, "hover")
        if opt.state & State.State_HasFocus and opt.state & State.State_KeyboardFocusChange:
            card.frame(rect, "accent", width=2, radius=Radius.CHIP)
        thumb = QRect(rect.left(), rect.top(), rect.width(), self._thumb_height())
        thumb.adjust(Space.XS, Space.XS, -Space.XS, Space.XS)
        self._paint_picture(card, thumb, item, painter.device().devicePixelRatioF())
        self._paint_text(card, rect, thumb, item)
        painter.restore()

    def _thumb_height(self) -> int:
        width = self._column_width - 2 * Space.XS
        return round(width * THUMB_SIZE.height() / THUMB_SIZE.width())

    def _paint_picture(
        self, card: RowPainter, thumb: QRect, item: LibraryItem, ratio: float
    ) -> None:
        pixmap = self._thumbnails.get(item.thumbnail, ratio) if item.thumbnail else None
        kind = item.kinds[0] if item.kinds else ""
        icon = KIND_ICONS.get(kind, "cube-outline")
        card.picture(thumb, pixmap, icon)
        if kind:
            label = self.kind_label(kind)
            card.icon_badge(thumb.adjusted(4, 4, -4, -4), self._badge_font, icon, label)

    def _paint_text(self, card: RowPainter, rect: QRect, thumb: QRect, item: LibraryItem) -> None:
        metrics = QFontMetrics(self._name_font)
        name = QRect(thumb.left() + Space.XS, thumb.bottom() + Space.S, 0, metrics.height())
        name.setRight(thumb.right() - Space.XS)
        line = name.translated(0, metrics.height())
        line.setHeight(QFontMetrics(self._line_font).height())
        card.text(name, self._name_font, "text", item.name, elide=Elide.ElideMiddle)
        when = when_text(item.created_at, self._now())
        both = f"{item.provider_title} · {when}"
        fits = QFontMetrics(self._line_font).horizontalAdvance(both) <= line.width()
        card.text(line, self._line_font, "text3", both if fits else when.capitalize())

    def kind_label(self, kind: str) -> str:
        """The word of a kind of result on its badge."""
        return {
            "depth": self.tr("Depth"),
            "cloud": self.tr("Cloud"),
            "surface": self.tr("Surface"),
            "relief": self.tr("Relief"),
            "parts": self.tr("Parts"),
            "cameras": self.tr("Cameras"),
            "video": self.tr("Video"),
        }.get(kind, kind.capitalize())
