"""What stands in for the 3D view where widgets cannot draw with OpenGL."""

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from depthstudio.core.views import Views
from depthstudio.scene.items import first_hidden
from depthstudio.scene.offscreen import render
from depthstudio.scene.options import ItemKey, Preset, SceneOptions


class StillView3D(QLabel):
    """One off-screen picture at a time, from the standard views. Offers what Viewer3D does."""

    thinned_changed = Signal(object)
    preset_changed = Signal(object)

    def __init__(self, parent: QWidget, *, options: SceneOptions) -> None:
        super().__init__(parent)
        self._views = Views()
        self._hidden: frozenset[ItemKey] = frozenset()
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
        self._hidden = first_hidden(views)
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

    def set_hidden(self, hidden: frozenset[ItemKey]) -> None:
        self._hidden = hidden
        self._redraw.start()

    def set_own_part_colours(self, own: bool) -> None:
        self._options = replace(self._options, own_part_colours=own)
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
        pixels = render(self._views, size_px, self._preset, self._options, self._hidden)
        height, width = pixels.shape[:2]
        borrowed = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._picture = borrowed.copy()  # owns its pixels
        self._picture.setDevicePixelRatio(ratio)
        self.setPixmap(QPixmap.fromImage(self._picture))
