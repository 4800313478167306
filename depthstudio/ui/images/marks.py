"""Points marked on a picture, the line between them, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from depthstudio.ui.images.viewport import Viewport
from depthstudio.ui.look.theme import Radius, Space, Theme

POINT_RADIUS = 5.0
LINE_WIDTH = 2.0
EDGE_WIDTH = 1.5  # dark, on either side: the line is seen on every picture
DARK = QColor(0, 0, 0, 200)


@dataclass(frozen=True)
class Mark:
    """A pixel, what is said at it, and what is said in the middle of the line to it."""

    column: int
    row: int
    text: str = ""
    line_text: str = ""


def paint_marks(painter: QPainter, marks: Sequence[Mark], viewport: Viewport, theme: Theme) -> None:
    """Draw marks over a picture that lies in `viewport`."""
    if not marks:
        return
    places = [QPointF(*viewport.view_at(mark.column + 0.5, mark.row + 0.5)) for mark in marks]
    accent = QColor(theme.colour("accent")) if theme.is_dark else QColor("#3DCBD3")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((DARK, LINE_WIDTH + 2 * EDGE_WIDTH), (accent, LINE_WIDTH)):
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for start, end in pairwise(places):
            painter.drawLine(start, end)
        for place in places:
            painter.drawEllipse(place, POINT_RADIUS, POINT_RADIUS)
    for mark, place in zip(marks, places, strict=True):
        _label(painter, place + QPointF(0, POINT_RADIUS + Space.XS), mark.text, theme)
    for (start, end), mark in zip(pairwise(places), marks[1:], strict=True):
        middle = (start + end) / 2
        _label(painter, middle - QPointF(0, Space.S), mark.line_text, theme)
    painter.restore()


def _label(painter: QPainter, top: QPointF, text: str, theme: Theme) -> None:
    """A dark tag with light text, its upper edge centred on a point."""
    if not text:
        return
    font = theme.font("name", tabular=True)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text) + 2 * Space.S
    tag = QRectF(top.x() - width / 2, top.y(), width, metrics.height() + Space.XS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("tag"))
    painter.drawRoundedRect(tag, Radius.CHIP, Radius.CHIP)
    painter.setFont(font)
    painter.setPen(theme.colour("tag_text"))
    painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)
