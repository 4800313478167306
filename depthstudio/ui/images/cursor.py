"""The cursor over a picture whose pixels are being read."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor, QPainter, QPen, QPixmap

SIDE = 25  # odd, so that the middle is one pixel


def crosshair(dpr: float) -> QCursor:
    """A white reticle with a black outline: seen on every colour, its middle stays open."""
    pixmap = QPixmap(round(SIDE * dpr), round(SIDE * dpr))
    pixmap.setDevicePixelRatio(dpr)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = SIDE / 2
    for colour, width in ((Qt.GlobalColor.black, 3.5), (Qt.GlobalColor.white, 1.5)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawEllipse(QPointF(middle, middle), 6.5, 6.5)
        for near, far in ((0.0, 8.0), (SIDE - 8.0, float(SIDE))):
            painter.drawLine(QPointF(near, middle), QPointF(far, middle))
            painter.drawLine(QPointF(middle, near), QPointF(middle, far))
    painter.end()
    return QCursor(pixmap, SIDE // 2, SIDE // 2)
