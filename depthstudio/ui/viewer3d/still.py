"""What stands in for the 3D view where widgets cannot draw with OpenGL."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from depthstudio.core.views import Views
from depthstudio.scene.offscreen import render
from depthstudio.scene.options import Layer, Preset, SceneOptions


class StillView3D(QLabel):
    """One off-screen picture at a time, from the standard views. Offers what Viewer3D does."""

    thinned_changed = Signal(object)
    preset_changed = Signal(object)

    def __init__(self, parent: QWidget, *, options: SceneOptions) -> None:
        super().__init__(parent)
        self._views = Views()
        self._hidden: set[Layer] = set()
        self._options = options
        self._preset = Preset.PERSPECTIVE
        self._picture = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(1, 1)  # a pixmap must not hold the window open
        self.setAccessibleName(self.tr("3D view, still picture"))
        # Several changes in one turn of the event loop are worth one picture.
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.timeout.connect(self._draw)

    def show_views(self, views: Views, *, keep_camera: bool = False) -> None:
        self._views = views
        self._hidden = {Layer.CLOUD} if views.meshes else set()
        self._redraw.start()

    def clear_views(self) -> None:
        self.show_views(Views())

    def set_preset(self, preset: Preset) -> None:
        self._preset = preset
        self._redraw.start()
        self.preset_changed.emit(preset)

    def fit_views(self) -> None:
        self.set_preset(self._preset)

    def set_point_size(self, size_px: float) -> None:
        self._options = replace(self._options, point_size_px=size_px)
        self._redraw.start()

    def set_ground(self, top: str, bottom: str) -> None:
        self._options = replace(self._options, ground_top=top, ground_bottom=bottom)
        self._redraw.start()

    def set_layer_visible(self, layer: Layer, *, visible: bool) -> None:
        if visible:
            self._hidden.discard(layer)
        else:
            self._hidden.add(layer)
        self._redraw.start()

    def snapshot(self) -> QImage:
        """The picture as it is now, in the pixels of the screen."""
        self._draw()
        return self._picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw.start()

    def _draw(self) -> None:
        self._redraw.stop()
        ratio = self.devicePixelRatioF()
        size_px = (max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))
        pixels = render(self._shown(), size_px, self._preset, self._options)
        height, width = pixels.shape[:2]
        borrowed = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._picture = borrowed.copy()  # owns its pixels
        self._picture.setDevicePixelRatio(ratio)
        self.setPixmap(QPixmap.fromImage(self._picture))

    def _shown(self) -> Views:
        """The views without the layers that are hidden."""
        hidden = self._hidden
        return replace(
            self._views,
            meshes=() if Layer.SURFACE in hidden else self._views.meshes,
            clouds=() if Layer.CLOUD in hidden else self._views.clouds,
            lines=() if Layer.LINES in hidden else self._views.lines,
        )
