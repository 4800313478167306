"""A group of rows under a head that folds it."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QVBoxLayout, QWidget

from depthstudio.ui.inspector.rows import ParamRow
from depthstudio.ui.look.icons import paint_glyph
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.paint import has_keyboard_focus, paint_ring, placed

HEAD_PX = 28


class GroupHead(QAbstractButton):
    """The head of a group: chevron, name, and how many values differ from their default."""

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(
        self,
        theme: Theme,
        title: str,
        parent: QWidget | None = None,
        *,
        margin_px: int = Space.M,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._margin_px = margin_px
        self._summary = ""
        self.setText(title)
        self._dress()
        theme.changed.connect(self._dress)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(HEAD_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_summary("")

    def _dress(self) -> None:
        self.setFont(self._theme.font("group"))
        self._summary_font = self._theme.font("secondary")

    def set_summary(self, text: str) -> None:
        """What stands at the end of the head."""
        self._summary = text
        self.setAccessibleName(f"{self.text()}, {text}" if text else self.text())
        self.update()

    def summary(self) -> str:
        """What stands at the end of the head."""
        return self._summary

    def sizeHint(self) -> QSize:
        return QSize(0, HEAD_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        opening, closing = Qt.Key.Key_Right, Qt.Key.Key_Left
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            opening, closing = closing, opening
        if event.key() in (opening, closing):
            self.setChecked(event.key() == opening)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.fillRect(QRect(0, 0, self.width(), 1), theme.colour("hairline"))
        square = QRect(self._margin_px, 0, IconSize.STATE, self.height())
        tone = "text" if self.underMouse() else "text2"
        icon = "chevron-down" if self.isChecked() else self._folded_icon()
        paint_glyph(painter, placed(self, square), icon, theme.colour(tone))
        painter.setPen(theme.colour("text"))
        title = self.rect().adjusted(self._margin_px + IconSize.STATE + 6, 0, -self._margin_px, 0)
        self._draw(painter, title, self.text(), Qt.AlignmentFlag.AlignLeading)
        painter.setFont(self._summary_font)
        painter.setPen(theme.colour("text2"))
        self._draw(painter, title, self._summary, Qt.AlignmentFlag.AlignTrailing)
        if has_keyboard_focus(self):
            paint_ring(painter, QRectF(self.rect()).adjusted(4, 2, -4, -2), theme)
        painter.end()

    def _draw(self, painter: QPainter, rect: QRect, text: str, side: Qt.AlignmentFlag) -> None:
        flags = QStyle.visualAlignment(self.layoutDirection(), side | Qt.AlignmentFlag.AlignVCenter)
        width = rect.width()
        if side is Qt.AlignmentFlag.AlignLeading and self._summary:
            width -= painter.fontMetrics().horizontalAdvance(self._summary) + Space.S
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(placed(self, rect), flags, shown)

    def _folded_icon(self) -> str:
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        return "chevron-left" if is_mirrored else "chevron-right"


class ParamGroup(QWidget):
    """Rows that belong together. Folded, it shows only its head."""

    def __init__(
        self, title: str, rows: Sequence[ParamRow], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.rows = tuple(rows)
        self.head = GroupHead(theme, title, self)
        self._body = QWidget(self)
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, Space.S)
        inside.setSpacing(0)
        for row in rows:
            inside.addWidget(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self._body)
        self.head.toggled.connect(self._body.setVisible)

    def is_open(self) -> bool:
        """Whether its rows can be seen."""
        return self.head.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Unfold or fold it."""
        self.head.setChecked(is_open)

    def count_changes(self) -> None:
        """Say in the head how many values differ from their default."""
        changed = sum(row.is_changed for row in self.rows)
        self.head.set_summary(self.tr("{n} changed").format(n=changed) if changed else "")
