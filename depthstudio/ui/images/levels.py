"""A picture with smaller copies of itself, so that a zoomed-out view neither flickers nor waits."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SMALLEST_SIDE_PX = 64
OPAQUE = QImage.Format.Format_RGB32
TRANSLUCENT = QImage.Format.Format_ARGB32_Premultiplied


class ImageLevels:
    """One picture in halving sizes: level 0 is the whole picture, each next half as wide.

    Bilinear scaling reads four pixels whatever the factor, so below 50 % it would drop
    detail and shimmer. Levels are made when first needed; call `prepare` in a worker for
    pictures that are large.
    """

    def __init__(self, image: QImage) -> None:
        wanted = TRANSLUCENT if image.hasAlphaChannel() else OPAQUE
        self._levels = [image.convertToFormat(wanted)]

    @property
    def image(self) -> QImage:
        return self._levels[0]

    @property
    def size(self) -> QSize:
        return self.image.size()

    def prepare(self) -> "ImageLevels":
        """Make every level now."""
        self.level(0.0)
        return self

    def level(self, zoom: float) -> QImage:
        """The smallest level that still has a pixel for every device pixel at `zoom`."""
        index = 0
        while zoom * 2 ** (index + 1) <= 1:
            if index + 1 == len(self._levels) and not self._halve():
                break
            index += 1
        return self._levels[index]

    def draw(self, painter: QPainter, target: QRectF, part: QRect, zoom: float) -> None:
        """Draw the pixels of `part` (image pixels) smoothly into `target` (widget units)."""
        level = self.level(zoom)
        x_ratio, y_ratio = level.width() / self.size.width(), level.height() / self.size.height()
        source = QRectF(
            part.x() * x_ratio,
            part.y() * y_ratio,
            part.width() * x_ratio,
            part.height() * y_ratio,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, level, source)

    def gathered(self, columns: "NDArray[np.intp]", rows: "NDArray[np.intp]") -> QImage:
        """A picture made of the pixels at these columns and rows, repeated as they are."""
        import numpy as np  # the first page draws levels too, and starts without it

        image = self.image
        pixels = np.frombuffer(image.constBits(), np.uint32)
        pixels = pixels.reshape(image.height(), image.bytesPerLine() // 4)
        chosen = pixels[np.ix_(rows, columns)]
        height, width = chosen.shape
        return QImage(chosen.data, width, height, 4 * width, image.format()).copy()

    def _halve(self) -> bool:
        last = self._levels[-1]
        if min(last.width(), last.height()) < 2 * SMALLEST_SIDE_PX:
            return False
        half = last.scaled(
            last.width() // 2,
            last.height() // 2,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        self._levels.append(half)
        return True
