"""From pointer, wheel and keys to camera moves."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from vtkmodules.vtkRenderingCore import vtkRenderer

from depthstudio.scene.camera import orbit, pan, zoom

ZOOM_STEP = 1.2
ORBIT_DEG_PER_HEIGHT = 180.0  # dragging from top to bottom turns half way round
ZOOM_STEPS_PER_HEIGHT = 10.0
KEY_ORBIT_DEG = 10.0
KEY_PAN = 0.05  # of the height
WHEEL_NOTCH = 120  # in Qt's angle units

_KEY_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_KEY_ZOOMS = {
    Qt.Key.Key_Plus: ZOOM_STEP,
    Qt.Key.Key_Equal: ZOOM_STEP,  # plus without Shift
    Qt.Key.Key_Minus: 1 / ZOOM_STEP,
}


class Navigation:
    """Moves the camera of one renderer. Each method tells whether it did; none renders.

    Left drag orbits, middle or Shift + left drag pans, right drag and the wheel zoom;
    arrows orbit (Shift pans), + and − zoom.
    """

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._last_place = QPointF()

    def press(self, place: QPointF) -> None:
        """A drag starts here."""
        self._last_place = place

    def drag(self, event: QMouseEvent, height_px: int) -> bool:
        buttons = event.buttons()
        if buttons == Qt.MouseButton.NoButton:
            return False
        step = (event.position() - self._last_place) / max(height_px, 1)
        self._last_place = event.position()
        if buttons & Qt.MouseButton.MiddleButton or _has_shift(event):
            pan(self._renderer, step.x(), step.y())
        elif buttons & Qt.MouseButton.RightButton:
            zoom(self._renderer, ZOOM_STEP ** (-ZOOM_STEPS_PER_HEIGHT * step.y()))
        else:
            degrees = ORBIT_DEG_PER_HEIGHT
            orbit(self._renderer, -step.x() * degrees, step.y() * degrees)
        return True

    def wheel(self, event: QWheelEvent, size: QSize) -> bool:
        """Zoom towards the pointer; touchpads send parts of a notch."""
        notches = event.angleDelta().y() / WHEEL_NOTCH
        if not notches:
            return False
        height = max(size.height(), 1)
        place = event.position()
        at = ((place.x() - size.width() / 2) / height, place.y() / height - 0.5)
        zoom(self._renderer, ZOOM_STEP**notches, at)
        return True

    def key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _KEY_ZOOMS:
            zoom(self._renderer, _KEY_ZOOMS[key])
        elif key not in _KEY_STEPS:
            return False
        elif _has_shift(event):
            right, up = _KEY_STEPS[key]
            pan(self._renderer, -KEY_PAN * right, KEY_PAN * up)
        else:
            right, up = _KEY_STEPS[key]
            orbit(self._renderer, KEY_ORBIT_DEG * right, KEY_ORBIT_DEG * up)
        return True


def _has_shift(event: QMouseEvent | QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
