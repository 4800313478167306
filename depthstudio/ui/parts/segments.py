"""A few short choices side by side, one of them on."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.paint import has_keyboard_focus, paint_box, paint_ring, text_colour


class _Segment(QAbstractButton):
    """One choice of a `Segments` control."""

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(self, theme: Theme, label: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(label)
        self.setAccessibleName(label)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(Height.FIELD)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        text_px = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(text_px + 2 * Space.S, Height.FIELD)

    def minimumSizeHint(self) -> QSize:
        return QSize(Space.XL, Height.FIELD)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        inner = self.rect().adjusted(1, 1, -1, -1)
        if self.isChecked():
            painter.fillRect(inner, theme.colour("selection"))
            if self.isEnabled():
                line = QRect(inner.left(), inner.bottom() - 1, inner.width(), 2)
                painter.fillRect(line, theme.colour("accent"))
        elif self.underMouse() and self.isEnabled():
            painter.fillRect(inner, theme.colour("hover"))
        painter.setPen(text_colour(self, theme, "text" if self.isChecked() else "text2"))
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, self.width() - Space.S
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, shown)
        if has_keyboard_focus(self):
            paint_ring(painter, QRectF(self.rect()), theme)
        painter.end()


class Segments(QWidget):
    """Up to three choices side by side, one of them on. Arrow keys move between them."""

    picked = Signal(int)

    def __init__(self, theme: Theme, labels: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        self.setFixedHeight(Height.FIELD)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for index, label in enumerate(labels):
            segment = _Segment(theme, label, self)
            self._group.addButton(segment, index)
            layout.addWidget(segment)
        self._group.idClicked.connect(self.picked)

    def index(self) -> int:
        """Which choice is on; -1 for none."""
        return self._group.checkedId()

    def set_index(self, index: int) -> None:
        """Turn one choice on without saying `picked`."""
        button = self._group.button(index)
        if button is not None:
            button.setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_box(painter, self, self._theme)
        painter.setPen(self._theme.colour("border"))
        for button in self._group.buttons()[1:]:
            painter.drawLine(button.x(), 1, button.x(), self.height() - 2)
        painter.end()
