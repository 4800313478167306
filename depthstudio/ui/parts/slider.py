"""A slider in the look of the program, filled up to its value."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from depthstudio.ui.look.theme import Height, Theme
from depthstudio.ui.parts.paint import has_keyboard_focus, paint_ring

HANDLE_PX = 14
TRACK_PX = 4


class Slider(QSlider):
    """A horizontal slider whose track jumps to where it is clicked."""

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(Height.FIELD)
        self.setMinimumWidth(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, Height.FIELD)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._follow(event.position())
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        handle_x, middle = self._handle_x(), self.height() / 2
        start = HANDLE_PX / 2 if self._is_mirrored() else 0
        track = QRectF(0, middle - TRACK_PX / 2, self.width(), TRACK_PX)
        filled = QRectF(track)
        if self._is_mirrored():
            filled.setLeft(handle_x + start)
        else:
            filled.setRight(handle_x)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_bar(painter, track, "border")
        self._paint_bar(painter, filled, "accent" if self.isEnabled() else "border")
        self._paint_handle(painter, QPointF(handle_x, middle))
        if has_keyboard_focus(self):
            paint_ring(painter, QRectF(self.rect()), self._theme)
        painter.end()

    def _paint_bar(self, painter: QPainter, rect: QRectF, role: str) -> None:
        painter.setBrush(self._theme.colour(role))
        painter.drawRoundedRect(rect, TRACK_PX / 2, TRACK_PX / 2)

    def _paint_handle(self, painter: QPainter, centre: QPointF) -> None:
        is_dark = self._theme.is_dark
        if self.isEnabled():
            painter.setBrush(self._theme.colour("text" if is_dark else "field"))
        else:
            painter.setBrush(self._theme.colour("disabled"))
        edge = self._theme.colour("control_edge")
        painter.setPen(Qt.PenStyle.NoPen if is_dark else QPen(edge, 1))
        painter.drawEllipse(centre, HANDLE_PX / 2 - 0.5, HANDLE_PX / 2 - 0.5)

    def _is_mirrored(self) -> bool:
        return self.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _handle_x(self) -> float:
        span = max(1, self.width() - HANDLE_PX)
        along = QStyle.sliderPositionFromValue(
            self.minimum(), self.maximum(), self.sliderPosition(), span, self._is_mirrored()
        )
        return HANDLE_PX / 2 + along

    def _follow(self, position: QPointF) -> None:
        span = max(1, self.width() - HANDLE_PX)
        along = round(position.x() - HANDLE_PX / 2)
        value = QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), along, span, self._is_mirrored()
        )
        self.setSliderPosition(value)
