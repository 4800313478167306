"""Small pictures of files, read in worker threads and kept for the next paint."""

import math
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QSize, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import Source
from depthstudio.ui.parts.workers import start_worker

KEPT = 1000
THREADS = 2

ReadImage = Callable[[Path, QSize], QImage]


def read_image(path: Path, size: QSize) -> QImage:
    """Read a picture no larger than it takes to cover `size`; null if nobody can read it.

    Qt is quick at what it knows; HEIC, AVIF and videos we read ourselves.
    """
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    full = reader.size()
    if full.isValid():
        wanted = full.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        if wanted.width() < full.width():
            reader.setScaledSize(wanted)
    image = reader.read()
    return _still_of(path, size) if image.isNull() else image


def _still_of(path: Path, size: QSize) -> QImage:
    # In the worker that reads: they bring numpy, Pillow and FFmpeg.
    from depthstudio.formats.image import encode_png, thumbnail
    from depthstudio.formats.still import read_still

    try:
        pixels = read_still(path)
    except DepthStudioError:
        return QImage()  # its row says what is wrong with it
    height_px, width_px = pixels.shape[:2]
    scale = max(size.width() / width_px, size.height() / height_px)
    side_px = max(1, math.ceil(max(width_px, height_px) * scale))
    return QImage.fromData(encode_png(thumbnail(pixels, side_px)))


class Thumbnails(QObject):
    """Thumbnails of one size. `get` never waits: what is not there yet arrives later.

    Whoever paints asks again after `arrived`. The newest question is answered first, so a
    list that was scrolled far shows what is in sight before what was passed.
    """

    arrived = Signal(str)  # the path
    _read = Signal(str, float, QImage)

    def __init__(
        self, size: QSize, parent: QObject | None = None, *, read: ReadImage = read_image
    ) -> None:
        super().__init__(parent)
        self._size = size
        self._reader = read
        self._kept: OrderedDict[tuple[str, float], QPixmap] = OrderedDict()
        self._asked: set[tuple[str, float]] = set()
        self._unsent: list[tuple[str, float]] = []  # asked for in the frame being painted
        self._count = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._read.connect(self._keep, Qt.ConnectionType.QueuedConnection)
        self._frame_end = QTimer(self, singleShot=True, interval=0)
        self._frame_end.timeout.connect(self._send)

    def get(self, path: Path, ratio: float = 1.0) -> QPixmap | None:
        """The thumbnail for a screen of this pixel ratio; None while unread or unreadable."""
        key = (str(path), ratio)
        if key in self._kept:
            self._kept.move_to_end(key)
            pixmap = self._kept[key]
            return None if pixmap.isNull() else pixmap
        if key not in self._asked:
            self._asked.add(key)
            self._unsent.append(key)
            self._frame_end.start()
        return None

    def of_source(self, source: Source, ratio: float = 1.0) -> QPixmap | None:
        """The thumbnail of a source. Of one on the web there is none: nothing of it is here."""
        return None if source.is_remote else self.get(source.path, ratio)

    def close(self) -> None:
        """Forget what is waiting and wait for what is being read."""
        self._frame_end.stop()
        self._pool.clear()
        self._pool.waitForDone()

    def _send(self) -> None:
        """Begin to read, so that reading does not hold up the frame that asks."""
        for key in self._unsent:
            self._count += 1
            start_worker(self._pool, partial(self._load, *key), self._count)
        self._unsent.clear()

    def _load(self, path: str, ratio: float) -> None:
        size = self._size * ratio
        image = self._reader(Path(path), size)
        self._read.emit(path, ratio, _covering(image, size))

    def _keep(self, path: str, ratio: float, image: QImage) -> None:
        self._asked.discard((path, ratio))
        pixmap = QPixmap.fromImage(image)  # a null one says: do not try again
        pixmap.setDevicePixelRatio(ratio)
        self._kept[path, ratio] = pixmap
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.arrived.emit(path)


def stand_in_for(source: Source | None) -> str:
    """The icon in place of a thumbnail."""
    if source is not None and source.is_remote:
        return "web"
    is_video = source is not None and source.media_type.startswith("video/")
    return "filmstrip" if is_video else "image-outline"


def _covering(image: QImage, size: QSize) -> QImage:
    """The middle of an image at exactly `size`, which it covers."""
    if image.isNull():
        return image
    scaled = image.scaled(
        size,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    crop = QRect(0, 0, size.width(), size.height())
    crop.moveCenter(scaled.rect().center())
    return scaled.copy(crop)
