"""Small pictures of the views in sight, one being made at a time."""

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from depthstudio.core.views import ImageSequence
from depthstudio.ui.images.photo_view import image_of
from depthstudio.ui.parts.workers import start_worker

THUMB = QSize(72, 44)
SCALE = 2  # sharp on screens with small pixels
KEPT = 1000


class _Reply(QObject):
    """Carries one picture across threads."""

    made = Signal(int, int, QImage)  # number of the sequence, index, null where it failed


class ViewThumbs(QObject):
    """Makes what `want` names, in that order, and forgets what is not wanted any more.

    Of 500 photos only those in sight are read, each whole: it may take seconds for a strip
    to fill, and never more than one photo's memory.
    """

    arrived = Signal(int)  # the view

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: ImageSequence | None = None
        self._number = 0  # of the sequence: answers to an earlier one are dropped
        self._wanted: list[int] = []
        self._kept: OrderedDict[int, QPixmap] = OrderedDict()
        self._reply: _Reply | None = None

    def set_pictures(self, pictures: ImageSequence | None) -> None:
        """Forget every picture, and take new ones from here."""
        self._number += 1
        self._pictures = pictures
        self._wanted = []
        self._kept.clear()

    def get(self, index: int) -> QPixmap | None:
        """The picture of a view; None while there is none."""
        pixmap = self._kept.get(index)
        return None if pixmap is None or pixmap.isNull() else pixmap

    def want(self, indices: range) -> None:
        """These are in sight now."""
        self._wanted = [index for index in indices if index not in self._kept]
        self._start_next()

    def _start_next(self) -> None:
        pictures = self._pictures
        if self._reply is not None or pictures is None or not self._wanted:
            return
        index = self._wanted.pop(0)
        reply = self._reply = _Reply()
        reply.made.connect(self._keep)
        work = partial(_make, pictures, self._number, index, reply)
        # After the large picture that somebody waits for.
        start_worker(QThreadPool.globalInstance(), work, -1)

    def _keep(self, number: int, index: int, image: QImage) -> None:
        self._reply = None
        if number == self._number:
            self._kept[index] = QPixmap.fromImage(image)  # a null one says: do not try again
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self.arrived.emit(index)
        self._start_next()


def _make(pictures: ImageSequence, number: int, index: int, reply: _Reply) -> None:
    try:
        image = image_of(pictures.load(index))
    except Exception:  # noqa: BLE001 - whoever opens this view is told what is wrong with it
        image = QImage()
    if not image.isNull():
        image = image.scaled(
            THUMB * SCALE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    reply.made.emit(number, index, image)
