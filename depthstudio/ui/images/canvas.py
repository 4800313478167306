"""The 2D view: one picture on the view ground, zoomed, panned and probed."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QEnterEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from depthstudio.ui.images.cursor import crosshair
from depthstudio.ui.images.levels import ImageLevels
from depthstudio.ui.images.marks import Mark, paint_marks
from depthstudio.ui.images.viewport import Viewport
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.paint import has_keyboard_focus, paint_ring

ZOOM_STEP = 1.25
WHEEL_NOTCH = 120.0  # Qt counts eighths of a degree, a notch is 15 degrees
SQUARES_ABOVE = 2.0  # device pixels per image pixel: from here on pixels stay squares
PAN_STEP = 48.0  # widget units for one arrow key

_PAN_KEYS = {
    Qt.Key.Key_Left: (PAN_STEP, 0.0),
    Qt.Key.Key_Right: (-PAN_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, PAN_STEP),
    Qt.Key.Key_Down: (0.0, -PAN_STEP),
}
_PAGE_KEYS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
_STEP_KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ZOOM_KEYS = {
    Qt.Key.Key_Plus: ZOOM_STEP,
    Qt.Key.Key_Equal: ZOOM_STEP,  # + without Shift on many keyboards
    Qt.Key.Key_Minus: 1 / ZOOM_STEP,
}


class ImageCanvas(QWidget):
    """Shows a picture fit to the widget until somebody zooms or pans.

    Wheel zooms about the cursor, dragging pans, a double click fits. Keys: + and - zoom,
    0 fits, 1 shows one image pixel per device pixel, arrows pan. Page up and down, and left
    and right while the whole picture is in sight, ask for the picture before or after it.
    """

    hovered = Signal(int, int)  # column and row of the pixel under the cursor
    picked = Signal(int, int)  # column and row of a click that was no drag
    step_asked = Signal(int)  # -1 for the picture before this one, 1 for the next
    left = Signal()  # the cursor is on no pixel any more
    zoom_changed = Signal(float)  # 1.0 is 100 %

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: ImageLevels | None = None
        self._viewport: Viewport | None = None
        self._fits = True
        self._backdrop: QBrush | None = None
        self._cursor_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._pressed_at: QPointF | None = None  # while the press may still become a click
        self._marks: tuple[Mark, ...] = ()
        self._told_pixel: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(120, 80)
        theme.changed.connect(self.update)

    @property
    def viewport(self) -> Viewport | None:
        """Where the picture lies now, None without a picture."""
        return self._viewport

    @property
    def image(self) -> QImage | None:
        """The picture in full size, None without one."""
        return self._levels.image if self._levels else None

    def set_backdrop(self, brush: QBrush | None) -> None:
        """What shows through where the picture is transparent; None is the view ground."""
        self._backdrop = brush
        self.update()

    def set_image(self, image: QImage | ImageLevels | None) -> None:
        """Show another picture. Zoom and pan stay when it has the size of the last one."""
        levels = ImageLevels(image) if isinstance(image, QImage) else image
        before = self._levels.size if self._levels else None
        self._levels = levels
        if levels is None:
            self._viewport = None
            self.unsetCursor()
        else:
            self.setCursor(crosshair(self.devicePixelRatioF()))
            if levels.size != before:
                self.fit()
        self._tell_pixel()
        self.update()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is drawn over the picture."""
        return self._marks

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these points over the picture, joined by a line."""
        self._marks = tuple(marks)
        self.update()

    def fit(self) -> None:
        """Show the whole picture, and keep doing so when the widget is resized."""
        self._fits = True
        self._place(self._fitted())

    def show_actual_pixels(self) -> None:
        """Show one image pixel per device pixel, about the middle of the widget."""
        if self._viewport:
            self._zoom(1 / self._viewport.zoom, self._middle())

    def zoom_by(self, factor: float) -> None:
        """Zoom about the cursor, or about the middle when the cursor is elsewhere."""
        at = self._cursor_at
        self._zoom(factor, (at.x(), at.y()) if at else self._middle())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("view_ground"))
        if self._levels and self._viewport:
            self._paint_picture(painter, self._levels, self._viewport)
            paint_marks(painter, self._marks, self._viewport, self._theme)
        if has_keyboard_focus(self):
            paint_ring(painter, QRectF(self.rect()), self._theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._place(self._fitted())
        elif self._viewport:
            growth = event.size() - event.oldSize()
            moved = self._viewport.panned(growth.width() / 2, growth.height() / 2)
            self._place(moved.kept_in_sight(self._view_size()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._levels:
            self.setCursor(crosshair(self.devicePixelRatioF()))
            self.fit()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / WHEEL_NOTCH
        if notches and self._viewport:
            at = event.position()
            self._cursor_at = at
            self._zoom(ZOOM_STEP**notches, (at.x(), at.y()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragged_from = event.position()
            is_left = event.button() is Qt.MouseButton.LeftButton
            self._pressed_at = event.position() if is_left else None
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed_at is not None and _is_near(at, self._pressed_at):
            return  # a hand that shakes is no drag
        self._pressed_at = None
        if self._dragged_from is not None:
            step = at - self._dragged_from
            self._dragged_from = at
            self._pan(step.x(), step.y())
        self._cursor_at = at
        self._tell_pixel()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed_at, self._dragged_from = self._pressed_at, None, None
        if pressed is not None and self._viewport:
            pixel = self._viewport.pixel_at(pressed.x(), pressed.y())
            if pixel is not None:
                self.picked.emit(*pixel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._cursor_at = event.position()
        self._tell_pixel()

    def leaveEvent(self, event: QEvent) -> None:
        self._cursor_at = None
        self._tell_pixel()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ZOOM_KEYS:
            self.zoom_by(_ZOOM_KEYS[key])
        elif key in _PAGE_KEYS or (self._fits and key in _STEP_KEYS):
            self.step_asked.emit((_PAGE_KEYS | _STEP_KEYS)[key])
        elif key in _PAN_KEYS:
            self._pan(*_PAN_KEYS[key])
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.show_actual_pixels()
        else:
            super().keyPressEvent(event)

    def _view_size(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _middle(self) -> tuple[float, float]:
        return self.width() / 2, self.height() / 2

    def _fitted(self) -> Viewport | None:
        if self._levels is None:
            return None
        size = self._levels.size
        return Viewport.fitted(
            (size.width(), size.height()),
            self._view_size(),
            margin=Space.XS,
            dpr=self.devicePixelRatioF(),
        )

    def _zoom(self, factor: float, about: tuple[float, float]) -> None:
        if self._viewport:
            self._fits = False
            zoomed = self._viewport.zoomed(factor, about)
            self._place(zoomed.kept_in_sight(self._view_size()))

    def _pan(self, dx: float, dy: float) -> None:
        if self._viewport:
            moved = self._viewport.panned(dx, dy).kept_in_sight(self._view_size())
            self._fits = self._fits and moved == self._viewport
            self._place(moved)

    def _place(self, viewport: Viewport | None) -> None:
        zoom_before = self._viewport.zoom if self._viewport else None
        self._viewport = viewport
        if viewport and viewport.zoom != zoom_before:
            self.zoom_changed.emit(viewport.zoom)
        self._tell_pixel()
        self.update()

    def _tell_pixel(self) -> None:
        at, viewport = self._cursor_at, self._viewport
        pixel = viewport.pixel_at(at.x(), at.y()) if at and viewport else None
        if pixel == self._told_pixel:
            return
        self._told_pixel = pixel
        if pixel is None:
            self.left.emit()
        else:
            self.hovered.emit(*pixel)

    def _paint_picture(self, painter: QPainter, levels: ImageLevels, viewport: Viewport) -> None:
        part = self._part_in_sight(viewport)
        if part.isEmpty():
            return
        corner = viewport.view_at(part.left(), part.top())
        target = QRectF(*corner, part.width() * viewport.scale, part.height() * viewport.scale)
        if self._backdrop and levels.image.hasAlphaChannel():
            painter.setBrushOrigin(QPointF(viewport.left, viewport.top))
            painter.fillRect(target, self._backdrop)
        if viewport.zoom > SQUARES_ABOVE:
            self._paint_squares(painter, levels, viewport)
        else:
            levels.draw(painter, target, part, viewport.zoom)

    def _paint_squares(self, painter: QPainter, levels: ImageLevels, viewport: Viewport) -> None:
        """Give every device pixel the image pixel that `Viewport.pixel_at` tells for it.

        Qt's own scaling rounds to device pixels first and shows a neighbour here and there,
        which is wrong where people look at single values.
        """
        width, height = self._view_size()
        across, down = viewport.pixels_across(width), viewport.pixels_down(height)
        picture = levels.gathered(across.indices, down.indices)
        picture.setDevicePixelRatio(viewport.dpr)
        corner = QPointF(across.first / viewport.dpr, down.first / viewport.dpr)
        painter.drawImage(corner, picture)

    def _part_in_sight(self, viewport: Viewport) -> QRect:
        """Image pixels that the widget can show.

        Only these are drawn: Qt steps through the source in 1/65536 of a pixel, and over a
        whole large picture at high zoom the error would grow to visible pixels.
        """
        first = viewport.image_at(0, 0)
        last = viewport.image_at(*self._view_size())
        seen = QRectF(QPointF(*first), QPointF(*last)).toAlignedRect()
        return seen & QRect(0, 0, viewport.width_px, viewport.height_px)


def _is_near(at: QPointF, pressed: QPointF) -> bool:
    return (at - pressed).manhattanLength() < QApplication.startDragDistance()
