"""The Photo view: pictures one at a time, loaded off the GUI thread."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage, QShowEvent
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


@dataclass(frozen=True)
class PictureWords:
    """What a view calls its pictures. `empty` is a title and a line below it."""

    name: str
    icon: str
    previous: str
    following: str
    failure: str
    empty: tuple[str, str]


class PhotoView(QWidget):
    """Shows an `ImageSequence` with previous and next, or a single picture.

    While it is hidden, a step only says which picture is due; it is loaded when it is seen.
    """

    index_changed = Signal(int)  # the user went to another picture
    picture_changed = Signal()  # another picture is shown, or will be

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_due = False
        self._note = ""
        self._photos: ImageSequence | None = None
        self._index = 0
        self._title = ""
        self._work = NewestWork(self)
        self.strip = ImageStrip(theme, icons)
        self.canvas = ImageCanvas(theme)
        self.info = InfoStrip(theme)
        words = self._words()
        self.canvas.setAccessibleName(words.name)
        self._place = ToneLabel(theme, tabular=True)
        self.strip.add_control(self._place)
        self._previous = self.strip.add_icon_button("chevron-left", words.previous)
        self._next = self.strip.add_icon_button("chevron-right", words.following)
        fit = self.strip.add_icon_button("fit-to-screen-outline", self.tr("Fit to the view"))
        self._empty = EmptyState(theme, icons, icon=words.icon, title="")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.info)
        layout.addWidget(self._empty, 1)
        self._previous.clicked.connect(lambda: self._step(-1))
        self._next.clicked.connect(lambda: self._step(1))
        self.canvas.step_asked.connect(self._step)
        fit.clicked.connect(self.canvas.fit)
        self.canvas.hovered.connect(self._probe)
        self.canvas.left.connect(self._leave)
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
        self._empty.say(*self._words().empty, icon=self._words().icon)
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

    def show_elsewhere(self, title: str, host: str) -> None:
        """Say of a picture on the web where it is: nothing of it is fetched."""
        self._clear(title)
        text = self.tr("{host} has it. The service fetches it from there when it runs.")
        self._empty.say(title, text.format(host=host), icon="web")
        self._show_page(empty=True)
        self.strip.hide()

    def note(self, text: str) -> None:
        """Say this in the strip below, in front of what is said of the pixel."""
        self._note = text
        self._leave()

    def show_photo(self, index: int) -> None:
        """Load and show another photo of the sequence; the last one stays until it is there."""
        if self._photos is None or not 0 <= index < len(self._photos):
            return
        self._index = index
        self._tell_place()
        self._load()
        self.picture_changed.emit()

    def go_to(self, index: int) -> None:
        """Show another photo, loading it no sooner than somebody can see it."""
        if self.isVisible():
            self.show_photo(index)
        elif self._photos is not None and 0 <= index < len(self._photos):
            self._work.cancel()
            self._index, self._is_due = index, True
            self._tell_place()
            self.picture_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_due:
            self._load()

    def _load(self) -> None:
        photos, index = self._photos, self._index
        self._is_due = False
        if photos is not None:
            self._work.submit(lambda: ImageLevels(image_of(photos.load(index))).prepare())

    def _step(self, by: int) -> None:
        index = self._index + by
        if self._photos is not None and 0 <= index < len(self._photos):
            self.show_photo(index)
            self.index_changed.emit(index)

    def _words(self) -> "PictureWords":
        return PictureWords(
            name=self.tr("Photo"),
            icon="image-outline",
            previous=self.tr("Previous photo"),
            following=self.tr("Next photo"),
            failure=self.tr("This photo cannot be shown"),
            empty=(self.tr("No photo here"), self.tr("Select a job or a result to see its source")),
        )

    def _show_page(self, *, empty: bool) -> None:
        self._empty.setVisible(empty)
        self.canvas.setVisible(not empty)
        self.info.setVisible(not empty)

    def _clear(self, title: str) -> None:
        self._work.cancel()
        self._photos, self._index, self._title = None, 0, title
        self._is_due = False
        self._tell_size(None)
        self.canvas.set_image(None)
        self._leave()
        self.info.say_right("")
        self.picture_changed.emit()

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
        self._tell_size(levels.size)
        self._show_page(empty=False)
        self.canvas.set_image(levels)

    def _fail(self, error: Exception) -> None:
        hint = error.hint if isinstance(error, DepthStudioError) else ""
        if not isinstance(error, DepthStudioError):
            log.error("a photo could not be shown", exc_info=error)
        self.canvas.set_image(None)
        self._tell_size(None)
        self._empty.say(self._words().failure, f"{error}\n{hint}".strip())
        self._show_page(empty=True)  # the strip stays: the other photos can still be seen

    def _tell_size(self, size: QSize | None) -> None:
        self.strip.chip.show_text(f"{size.width()} × {size.height()}" if size else "")

    def _probe(self, column: int, row: int) -> None:
        if self.canvas.image is None:
            return
        colour = self.canvas.image.pixelColor(column, row)
        self._say(
            self.tr("{red} {green} {blue} · pixel {column}, {row}").format(
                red=colour.red(),
                green=colour.green(),
                blue=colour.blue(),
                column=column,
                row=row,
            )
        )

    def _leave(self) -> None:
        self._say("")

    def _say(self, text: str) -> None:
        self.info.say(" · ".join(words for words in (self._note, text) if words))

    def _tell_zoom(self, zoom: float) -> None:
        self.info.say_right(zoom_text(zoom))


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A picture of (H, W, 3 or 4) uint8 sRGB that no longer needs the array."""
    height, width, channels = pixels.shape
    formats = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
    rows = np.ascontiguousarray(pixels)
    return QImage(rows.data, width, height, channels * width, formats[channels]).copy()
