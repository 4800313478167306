"""The dot beside a changed value, which takes the change back."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from depthstudio.ui.look.icons import paint_glyph
from depthstudio.ui.look.theme import Height, IconSize, Theme
from depthstudio.ui.parts.paint import has_keyboard_focus, paint_ring

RESET_PX = 20
DOT_RADIUS_PX = 2.5


class ResetDot(QAbstractButton):
    """An accent dot beside a changed value; under the pointer it says that it resets."""

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(RESET_PX, Height.FIELD)
        self.setEnabled(False)  # nothing to see and no stop for Tab until the value changes

    def sizeHint(self) -> QSize:
        return QSize(RESET_PX, Height.FIELD)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.isEnabled():
            return
        painter, centre = QPainter(self), QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or has_keyboard_focus(self):
            square = QRect(0, 0, IconSize.STATE, IconSize.STATE)
            square.moveCenter(self.rect().center())
            paint_glyph(painter, square, "restore", self._theme.colour("accent"))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent"))
            painter.drawEllipse(centre, DOT_RADIUS_PX, DOT_RADIUS_PX)
        if has_keyboard_focus(self):
            paint_ring(painter, QRectF(self.rect()).adjusted(0, 4, 0, -4), self._theme)
        painter.end()
