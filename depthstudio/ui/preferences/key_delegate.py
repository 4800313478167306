"""Paints a service of the Keys page: name over host, key, state with a remark."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import FontRole, Height, IconSize, Space, Theme
from depthstudio.ui.parts.row_painter import RowPainter
from depthstudio.ui.preferences.key_rows import KeyRow

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag

ROW_ROLE = Qt.ItemDataRole.UserRole
SELECTION_BAR_PX = 3
TEXT_X_PX = Space.M + IconSize.TOOLBAR + Space.M  # where the names begin
WORD_PX = 118  # of the state, before its remark


class Column(IntEnum):
    """The columns, from left to right."""

    SERVICE = 0
    KEY = 1
    STATE = 2


class KeyDelegate(QStyledItemDelegate):
    """Cover the colours, and each row still reads: every state has icon and word."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        roles: tuple[FontRole, ...] = ("name", "secondary")
        lines = sum(QFontMetrics(self._theme.font(role)).height() for role in roles)
        return QSize(0, max(Height.QUEUE_ROW, lines + Space.S))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        row: KeyRow = index.data(ROW_ROLE)
        column = Column(index.column())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        brush = RowPainter(painter, self._theme, self._icons)
        self._paint_ground(brush, opt, column)
        align = QStyle.visualAlignment(opt.direction, Qt.AlignmentFlag.AlignLeft)
        parts = _Parts(brush, opt.rect, opt.direction, align, self._theme)
        match column:
            case Column.SERVICE:
                parts.icon(Space.M, IconSize.TOOLBAR, row.icon, "text")
                parts.line(TEXT_X_PX, "name", "text", row.title, half=0)
                parts.line(TEXT_X_PX, "secondary", "text3", row.place, half=1)
            case Column.KEY:
                parts.line(Space.M, "base", "text2", row.key)
            case Column.STATE:
                state = row.state
                parts.icon(Space.M, IconSize.FIELD, state.icon, state.tone)
                start = Space.M + IconSize.FIELD + Space.XS + 2
                word = max(Space.M + WORD_PX, start + self._width(state.word) + Space.S)
                parts.line(start, "head", state.tone, state.word, until=word)
                parts.line(word, "secondary", "text2", state.note)
        painter.restore()

    def _width(self, word: str) -> int:
        return QFontMetrics(self._theme.font("head")).horizontalAdvance(word)

    def _paint_ground(self, brush: RowPainter, opt: Any, column: Column) -> None:
        rect: QRect = opt.rect
        selected = bool(opt.state & State.State_Selected)
        if selected or opt.state & State.State_MouseOver:
            brush.fill(rect, "selection" if selected else "hover")
        brush.fill(QRect(rect.left(), rect.bottom(), rect.width(), 1), "hairline")
        if selected and column is Column.SERVICE:
            bar = QRect(rect.left(), rect.top(), SELECTION_BAR_PX, rect.height())
            brush.fill(QStyle.visualRect(opt.direction, rect, bar), "accent")
        by_keyboard = opt.state & State.State_HasFocus
        if by_keyboard and opt.state & State.State_KeyboardFocusChange:
            line = QRect(rect.left(), rect.top(), rect.width(), 2)
            brush.fill(line, "accent")
            brush.fill(line.translated(0, rect.height() - 2), "accent")


class _Parts:
    """Places the parts of one cell."""

    def __init__(
        self,
        brush: RowPainter,
        rect: QRect,
        direction: Qt.LayoutDirection,
        align: Qt.AlignmentFlag,
        theme: Theme,
    ) -> None:
        self._brush = brush
        self._rect = rect
        self._direction = direction
        self._align = align
        self._theme = theme

    def icon(self, x: int, edge: int, name: str, tone: str) -> None:
        square = QRect(self._rect.left() + x, 0, edge, edge)
        square.moveTop(self._rect.center().y() - edge // 2 + 1)
        if name:
            self._brush.icon(self._seen(square), name, tone)

    def line(
        self, x: int, font: FontRole, tone: str, text: str, *, until: int = 0, half: int = -1
    ) -> None:
        """One line from `x` to `until`, or the end of the cell; `half` 0 or 1 of the height."""
        place = self._rect.adjusted(x, 0, -Space.S, -1)
        if until:
            place.setRight(self._rect.left() + until)
        if half >= 0:
            middle = place.center().y()
            place = place.adjusted(0, 4, 0, -4)
            place.setBottom(middle) if half == 0 else place.setTop(middle + 1)
        self._brush.text(
            self._seen(place),
            self._theme.font(font, tabular=True),
            tone,
            text,
            elide=Qt.TextElideMode.ElideRight,
            align=self._align,
        )

    def _seen(self, part: QRect) -> QRect:
        return QStyle.visualRect(self._direction, self._rect, part)
