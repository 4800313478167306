"""The card of the bundled sample on the first page."""

import logging
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from depthstudio.core.resources import resource
from depthstudio.ui.images.levels import ImageLevels
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Radius, Space, Theme
from depthstudio.ui.parts.card import Card
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.parts.newest_work import NewestWork
from depthstudio.ui.window.drop_frame import large_button

log = logging.getLogger(__name__)

PICTURE = QSize(120, 80)
ROOMY_PX = 640  # a narrower card shows only what the photo becomes
TIGHT_PX = 480  # and this one no picture at all
LEAST_WORDS_PX = 120
SAMPLE_PICTURES = (("sample", "view_0.jpg"), ("sample", "relief.jpg"))


class SampleCard(Card):
    """The bundled sample: its pictures, what it becomes, and the button."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(theme)
        self._icons = icons
        self.setObjectName("sample_card")
        self._photo, self._relief = Thumb(), Thumb()
        self._arrow = QLabel()
        self.button = large_button(icons.icon("play", "text"), self.tr("Try the sample"))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addStretch()
        words.addWidget(ToneLabel(theme, self.tr("Try the sample"), tone="text", font="provider"))
        text = self.tr(
            "A sample photo becomes a relief that you can turn around."
            " A few seconds, no key, no network."
        )
        line = ToneLabel(theme, text)
        line.setWordWrap(True)
        words.addWidget(line)
        words.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.M)
        for part in (self._photo, self._arrow, self._relief):
            layout.addWidget(part)
        layout.addLayout(words, 1)
        layout.addWidget(self.button)
        theme.changed.connect(self._dress)
        self._dress()
        self._work = NewestWork(self)
        self._work.done.connect(self._show_pictures)
        self._has_begun = False
        self._frame_end = QTimer(self, singleShot=True, interval=0)
        self._frame_end.timeout.connect(self._load)

    @property
    def loading(self) -> bool:
        """Whether the pictures are still to come: they are read once the card is on screen."""
        return not self._has_begun or self._work.busy

    def minimumSizeHint(self) -> QSize:
        # Pictures give way to the words, see `_fit`.
        beside_words = 2 * Space.L + Space.M + self.button.sizeHint().width()
        return QSize(beside_words + LEAST_WORDS_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_begun:
            self._frame_end.start()

    def _load(self) -> None:
        self._has_begun = True
        self._work.submit(_load_sample)

    def _dress(self) -> None:
        ratio = self.devicePixelRatioF()
        arrow = self._icons.pixmap("arrow-right", IconSize.TOOLBAR, "text2", ratio=ratio)
        self._arrow.setPixmap(arrow)

    def _show_pictures(self, pictures: tuple[QImage | None, QImage | None]) -> None:
        photo, relief = pictures
        self._photo.show_image(photo)
        self._relief.show_image(relief)
        self._fit()

    def _fit(self) -> None:
        """Show as many pictures as there is room for; an arrow stands only between two."""
        photo, relief = self._photo, self._relief
        has_room = self.width() >= (ROOMY_PX if photo.has_image and relief.has_image else TIGHT_PX)
        photo.setVisible(photo.has_image and has_room)
        relief.setVisible(relief.has_image and self.width() >= TIGHT_PX)
        self._arrow.setVisible(photo.has_image and relief.has_image and has_room)


class Thumb(QWidget):
    """A small picture with round corners, filled to its edges."""

    def __init__(self) -> None:
        super().__init__()
        self._levels: ImageLevels | None = None
        self._is_known = False
        self.setFixedSize(PICTURE)

    @property
    def has_image(self) -> bool:
        """Whether there is something to show, or still may be."""
        return not self._is_known or self._levels is not None

    def show_image(self, image: QImage | None) -> None:
        """Fill the room that was kept, or give it back where there is no picture."""
        self._is_known = True
        self._levels = None if image is None else ImageLevels(image)
        self.setVisible(image is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._levels is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), Radius.CHIP, Radius.CHIP)
        painter.setClipPath(frame)
        part = _middle_part(self._levels.size, self.size())
        zoom = self.width() * self.devicePixelRatioF() / part.width()
        self._levels.draw(painter, QRectF(self.rect()), part.toRect(), zoom)


def _middle_part(image: QSize, frame: QSize) -> QRectF:
    """The largest middle part of an image that has the shape of a frame."""
    part = frame.scaled(image, Qt.AspectRatioMode.KeepAspectRatio)
    left, top = (image.width() - part.width()) / 2, (image.height() - part.height()) / 2
    return QRectF(left, top, part.width(), part.height())


def _load_sample() -> tuple[QImage | None, QImage | None]:
    photo, relief = (_sample_picture(*parts) for parts in SAMPLE_PICTURES)
    return photo, relief


def _sample_picture(*parts: str) -> QImage | None:
    """One picture that ships with the program; the page does without one that is missing."""
    try:
        path: Path = resource(*parts)
    except FileNotFoundError:
        log.info("no sample picture %s", "/".join(parts))
        return None
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():  # a JPEG is then decoded small, which is faster
        reader.setScaledSize(
            size.scaled(PICTURE * 4, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        )
    image = reader.read()
    return None if image.isNull() else image
