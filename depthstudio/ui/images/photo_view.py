"""The Photo view: source pictures one at a time, loaded off the GUI thread."""

import logging

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.canvas import ImageCanvas
from depthstudio.ui.images.levels import ImageLevels
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.amounts import zoom_text
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.newest_work import NewestWork
from depthstudio.ui.parts.strips import ImageStrip, InfoStrip

log = logging.getLogger(__name__)


class PhotoView(QWidget):
    """Shows an `ImageSequence` with previous and next, or a single picture."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos: ImageSequence | None = None
        self._index = 0
        self._title = ""
        self._work = NewestWork(self)
        self.strip = ImageStrip(theme, icons)
        self.canvas = ImageCanvas(theme)
        self.info = InfoStrip(theme)
        self.canvas.setAccessibleName(self.tr("Photo"))
        self._place = ToneLabel(theme, tabular=True)
        self.strip.add_control(self._place)
        self._previous = self.strip.add_icon_button("chevron-left", self.tr("Previous photo"))
        self._next = self.strip.add_icon_button("chevron-right", self.tr("Next photo"))
        fit = self.strip.add_icon_button("fit-to-screen-outline", self.tr("Fit to the view"))
        self._empty = EmptyState(theme, icons, icon="image-outline", title="")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.info)
        layout.addWidget(self._empty, 1)
        self._previous.clicked.connect(lambda: self.show_photo(self._index - 1))
        self._next.clicked.connect(lambda: self.show_photo(self._index + 1))
        fit.clicked.connect(self.canvas.fit)
        self.canvas.hovered.connect(self._probe)
        self.canvas.left.connect(lambda: self.info.say(""))
        self.canvas.zoom_changed.connect(self._tell_zoom)
        self._work.done.connect(self._show)
        self._work.failed.connect(self._fail)
        self.set_photos(None, "")

    @property
    def index(self) -> int:
        """Which photo is shown or being loaded, from 0."""
        return self._index

    @property
    def busy(self) -> bool:
        """Whether a photo is still being loaded."""
        return self._work.busy

    def set_photos(self, photos: ImageSequence | None, title: str) -> None:
        """Show the first photo of a sequence, or nothing.

        With several photos the strip names the one in sight.
        """
        self._clear(title)
        self._photos = photos if photos is not None and len(photos) else None
        self._empty.say(
            self.tr("No photo here"), self.tr("Select a job or a result to see its source")
        )
        self._show_page(empty=self._photos is None)
        self.strip.setVisible(self._photos is not None)
        self._tell_place()
        if self._photos:
            self.show_photo(0)

    def set_image(self, image: QImage, title: str) -> None:
        """Show one picture that is in memory already."""
        self._clear(title)
        self.strip.show()
        self._tell_place()
        self._show(ImageLevels(image))

    def show_photo(self, index: int) -> None:
        """Load and show another photo of the sequence; the last one stays until it is there."""
        photos = self._photos
        if photos is None or not 0 <= index < len(photos):
            return
        self._index = index
        self._tell_place()
        self._work.submit(lambda: ImageLevels(image_of(photos.load(index))).prepare())

    def _show_page(self, *, empty: bool) -> None:
        self._empty.setVisible(empty)
        self.canvas.setVisible(not empty)
        self.info.setVisible(not empty)

    def _clear(self, title: str) -> None:
        self._work.cancel()
        self._photos, self._index, self._title = None, 0, title
        self.strip.chip.show_text("")
        self.canvas.set_image(None)
        self.info.say("")
        self.info.say_right("")

    def _tell_place(self) -> None:
        count = len(self._photos) if self._photos else 0
        name = self._photos.names[self._index] if self._photos and count > 1 else self._title
        self.strip.set_title(name)
        several = count > 1
        self._place.setText(
            self.tr("{place} of {count}").format(place=self._index + 1, count=count)
        )
        for control in (self._place, self._previous, self._next):
            control.setVisible(several)
        self._previous.setEnabled(self._index > 0)
        self._next.setEnabled(self._index + 1 < count)

    def _show(self, levels: ImageLevels) -> None:
        self.strip.chip.show_text(f"{levels.size.width()} × {levels.size.height()}")
        self._show_page(empty=False)
        self.canvas.set_image(levels)

    def _fail(self, error: Exception) -> None:
        hint = error.hint if isinstance(error, DepthStudioError) else ""
        if not isinstance(error, DepthStudioError):
            log.error("a photo could not be shown", exc_info=error)
        self.canvas.set_image(None)
        self.strip.chip.show_text("")
        self._empty.say(self.tr("This photo cannot be shown"), f"{error}\n{hint}".strip())
        self._show_page(empty=True)  # the strip stays: the other photos can still be seen

    def _probe(self, column: int, row: int) -> None:
        if self.canvas.image is None:
            return
        colour = self.canvas.image.pixelColor(column, row)
        self.info.say(
            self.tr("{red} {green} {blue} · pixel {column}, {row}").format(
                red=colour.red(),
                green=colour.green(),
                blue=colour.blue(),
                column=column,
                row=row,
            )
        )

    def _tell_zoom(self, zoom: float) -> None:
        self.info.say_right(zoom_text(zoom))


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A picture of (H, W, 3 or 4) uint8 sRGB that no longer needs the array."""
    height, width, channels = pixels.shape
    formats = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
    rows = np.ascontiguousarray(pixels)
    return QImage(rows.data, width, height, channels * width, formats[channels]).copy()
