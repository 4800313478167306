"""The grey hatch that stands for missing depth, in the picture and in its legend."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QTransform

GROUND = "#303030"  # the same in both themes, as the colours of a depth picture are
LINE = "#767676"
PITCH = 6.0  # widget units between two lines


def hatch_brush(dpr: float) -> QBrush:
    """Diagonal grey lines, sharp at `dpr` device pixels per widget unit."""
    side = round(PITCH * dpr)
    # An image, not a pixmap: pixmaps take the depth of the display, and 16 bits have no grey.
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(GROUND))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(LINE), 1.4 * dpr, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
    painter.setPen(pen)
    # The line through the middle, and the corners it leaves to the tiles beside it.
    for offset in (-side, 0, side):
        painter.drawLine(QPointF(offset, side), QPointF(offset + side, 0))
    painter.end()
    brush = QBrush(image)
    brush.setTransform(QTransform.fromScale(PITCH / side, PITCH / side))
    return brush
