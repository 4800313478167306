"""The 3D view itself. Importing this module imports VTK, pyvista and pyvistaqt."""

import os

os.environ["QT_API"] = "pyside6"  # qtpy would take whatever binding it finds first

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QImage, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from pyvistaqt import QtInteractor

from depthstudio.core.views import Views
from depthstudio.scene.camera import fit, look_at
from depthstudio.scene.gizmo import add_gizmo, picked_preset, size_gizmo
from depthstudio.scene.layers import Scene
from depthstudio.scene.options import ItemKey, Preset, SceneOptions
from depthstudio.ui.viewer3d.navigation import Navigation

SETTLE_MS = 180  # after the last wheel turn or key, everything is drawn again

# A QWidget repaints itself for each of these; the picture does not depend on them, and with
# millions of points every switch to another window would cost a frame.
_PICTURE_STAYS = frozenset(
    {
        QEvent.Type.FocusIn,
        QEvent.Type.FocusOut,
        QEvent.Type.WindowActivate,
        QEvent.Type.WindowDeactivate,
    }
)


class Viewer3D(QtInteractor):
    """Draws views, and turns them under the hand; see `Navigation` for how.

    VTK renders inside `paintGL` and nowhere else. Everything that changes the picture asks
    Qt for a repaint, so any number of changes before a frame cost one render. VTK's own mouse
    styles and letter keys are never reached, and drops belong to the window.

    moving_triangles : about so many are drawn under the hand; None: always all
    """

    thinned_changed = Signal(object)  # the layers of which only a part is drawn, a frozenset
    preset_changed = Signal(object)  # a Preset, or None once the user has moved away from it

    def __init__(
        self,
        parent: QWidget,
        *,
        multi_samples: int = 0,
        moving_triangles: int | None = None,
        options: SceneOptions | None = None,
    ) -> None:
        super().__init__(parent, auto_update=False, multi_samples=multi_samples)
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("3D view"))
        self.camera_set = True  # or the first render would choose a view of its own
        self._scene = Scene(self.renderer, options, moving_triangles=moving_triangles)
        self._navigation = Navigation(self.renderer)
        self._gizmo = add_gizmo(self.renderer, self.ren_win.GetInteractor())
        size_gizmo(self._gizmo, self.devicePixelRatioF())
        self._preset: Preset | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._rest)
        self.set_preset(Preset.PERSPECTIVE)

    @property
    def scene(self) -> Scene:
        return self._scene

    @property
    def preset(self) -> Preset | None:
        """The standard view it stands in; None once the user has moved."""
        return self._preset

    def render(self) -> None:
        """Ask for a frame. pyvista calls this; rendering at once would render twice."""
        self.update()

    def show_views(self, views: Views, *, keep_camera: bool = False) -> None:
        """Replace what is shown, and look at all of it unless the camera is to stay.

        Raises
        ------
        FormatError
            when the views contradict themselves; what was shown before stays
        """
        self._scene.show(views)
        if not keep_camera:
            self.set_preset(self._preset or Preset.PERSPECTIVE)
        self.renderer.ResetCameraClippingRange()
        self.update()

    def clear_views(self) -> None:
        """Show only the ground."""
        self._scene.clear()
        self.update()

    def set_preset(self, preset: Preset) -> None:
        """Look from a standard direction at everything."""
        look_at(self.renderer, preset, self._scene.bounds, self._aspect())
        self._set_preset(preset)
        self.update()

    def fit_views(self) -> None:
        """Bring everything in sight without turning."""
        fit(self.renderer, self._scene.bounds, self._aspect())
        self.update()

    def set_point_size(self, size_px: float) -> None:
        self._scene.set_point_size(size_px)
        self.update()

    def set_ground(self, top: str, bottom: str) -> None:
        self._scene.set_ground(top, bottom)
        self.update()

    def set_hidden(self, hidden: frozenset[ItemKey]) -> None:
        self._scene.set_hidden(hidden)
        self.update()

    def set_own_part_colours(self, own: bool) -> None:
        self._scene.set_own_part_colours(own)
        self.update()

    def snapshot(self) -> QImage:
        """What the view shows, drawn now, in the pixels of the screen."""
        return self.grabFramebuffer()

    def close(self) -> None:
        """Free what is on the graphics card. Call it before the window closes."""
        if not self._closed:
            self._settle.stop()
            self._gizmo.Off()
            self._gizmo.SetParentRenderer(None)
            self._scene.clear()
        super().close()

    def event(self, event: QEvent) -> bool:
        if event.type() in _PICTURE_STAYS:
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            size_gizmo(self._gizmo, self.devicePixelRatioF())
        return super().event(event)

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        place = ev.position()
        self._navigation.press(place)
        if ev.button() is Qt.MouseButton.LeftButton:
            picked = picked_preset(self.renderer, place.x(), place.y(), self.width())
            if picked is not None:
                self.set_preset(picked)

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        if self._navigation.drag(ev, self.height()):
            self._moved()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        if ev.buttons() == Qt.MouseButton.NoButton:
            self._rest()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        self.fit_views()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        if self._navigation.wheel(ev, self.size()):
            self._moved()
            self._settle.start()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        if ev.key() == Qt.Key.Key_Home:
            self.fit_views()
        elif self._navigation.key(ev):
            self._moved()
            self._settle.start()
        else:
            ev.ignore()  # a shortcut of the window

    def keyReleaseEvent(self, ev: QKeyEvent) -> None:
        ev.ignore()

    def enterEvent(self, ev: QEnterEvent) -> None:
        """Nothing: VTK's widgets would start to follow the pointer."""

    def resizeEvent(self, ev: QResizeEvent) -> None:
        super().resizeEvent(ev)
        if self._preset is not None:
            self.set_preset(self._preset)

    def _aspect(self) -> float:
        return self.width() / max(self.height(), 1)

    def _moved(self) -> None:
        if not self._scene.is_moving:
            self._scene.set_moving(True)
            if self._scene.thinned_layers:
                self.thinned_changed.emit(self._scene.thinned_layers)
        self._set_preset(None)
        self.update()

    def _rest(self) -> None:
        if self._scene.is_moving:
            self._scene.set_moving(False)
            if self._scene.thinned_layers:
                self.thinned_changed.emit(frozenset())
                self.update()

    def _set_preset(self, preset: Preset | None) -> None:
        if preset is not self._preset:
            self._preset = preset
            self.preset_changed.emit(preset)
