"""The legend of a depth view: which colour is near, which far, and the values between."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from depthstudio.core.views import DepthKind
from depthstudio.ui.images.depth_scale import DepthScale
from depthstudio.ui.images.hatch import hatch_brush
from depthstudio.ui.look.theme import FontRole, Space, Theme
from depthstudio.ui.parts.paint import scaled_px

WIDTH = 76
BAR_WIDTH = 14.0
TICK_LENGTH = 4.0
SWATCH = QSize(22, 12)


class Legend(QWidget):
    """A narrow column: the colour bar runs from its first colour down to its last.

    The bar keeps the direction of the colour map; the words and values at its ends turn
    when the display is inverted.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale: DepthScale | None = None
        self._bar = QImage()
        self._probed: float | None = None
        self.setMinimumHeight(200)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Legend"))
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def end_words(self) -> tuple[str, str]:
        """The words above and below the bar; empty without depth."""
        return self._scale.end_words if self._scale else ("", "")

    def set_scale(self, scale: DepthScale | None, table: NDArray[np.uint8] | None = None) -> None:
        """Describe another picture; `table` is the colour map, (256, 3) uint8."""
        self._scale = scale
        if table is not None:
            column = np.ascontiguousarray(table[:, np.newaxis, :])
            image = QImage(column.data, 1, len(table), 3, QImage.Format.Format_RGB888)
            self._bar = image.copy()  # the array goes, the copy stays
        self.setAccessibleDescription(self._description())
        self.update()

    def set_probed(self, value: float | None) -> None:
        """Point at a value, or at nothing for None and NaN."""
        known = value is not None and not math.isnan(value)
        self._probed = value if known else None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 400)

    def bar_rect(self) -> QRectF:
        """Where the colours are, in widget units."""
        head = Space.L + 2 * self._line("group") + self._unit_line() + Space.S
        foot = Space.S + 2 * self._line("group") + Space.L + SWATCH.height()
        foot += self._line("badge") + Space.M
        left = Space.XL - 2.0
        return QRectF(left, head, BAR_WIDTH, max(self.height() - head - foot, 1.0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.panel))
        scale = self._scale
        if scale is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = self.bar_rect()
        painter.drawImage(bar, self._bar)
        self._paint_ticks(painter, scale, bar)
        self._paint_ends(painter, scale, bar)
        self._paint_swatch(painter)
        if self._probed is not None:
            self._paint_pointer(painter, bar, scale.position(self._probed))

    def _dress(self) -> None:
        self.setFixedWidth(scaled_px(WIDTH, self._theme.font()))
        self.update()

    def _paint_ends(self, painter: QPainter, scale: DepthScale, bar: QRectF) -> None:
        first, last = scale.end_values
        top_word, bottom_word = scale.end_words
        line = self._line("group")
        y = float(Space.L)
        y = self._write(painter, top_word, y, "text", "group")
        y = self._write(painter, scale.number(first) + scale.unit_suffix, y, "text2", "secondary")
        if self._unit_line():
            self._write(painter, self.tr("no unit"), y, "text3", "badge")
        y = bar.bottom() + Space.S
        self._write(painter, scale.number(last) + scale.unit_suffix, y, "text2", "secondary")
        self._write(painter, bottom_word, y + line, "text", "group")

    def _paint_ticks(self, painter: QPainter, scale: DepthScale, bar: QRectF) -> None:
        painter.setFont(self._theme.font("badge", tabular=True))
        metrics = QFontMetricsF(painter.font())
        room = self.width() - bar.right() - TICK_LENGTH - 2 * Space.XS
        for tick in scale.ticks():
            y = bar.top() + tick.position * bar.height()
            mark = QRectF(bar.right() + 2, y - 0.5, TICK_LENGTH, 1)
            painter.fillRect(mark, QColor(self._theme.tokens.text2))
            if 0 < tick.position < 1:  # the ends have their values above and below
                label = self._fitting_number(scale, tick.value, metrics, room)
                painter.setPen(QColor(self._theme.tokens.text3))
                baseline = y + (metrics.ascent() - metrics.descent()) / 2
                painter.drawText(QPointF(mark.right() + 3, baseline), label)

    def _fitting_number(
        self, scale: DepthScale, value: float, metrics: QFontMetricsF, room: float
    ) -> str:
        """The number with as many digits after the point as there is room for."""
        for decimals in range(min(scale.decimals, 2), -1, -1):
            text = scale.number(value, decimals)
            if metrics.horizontalAdvance(text) <= room:
                return text
        return ""

    def _paint_pointer(self, painter: QPainter, bar: QRectF, position: float) -> None:
        y = bar.top() + position * bar.height()
        tip = QPointF(bar.left() - 2, y)
        shape = QPolygonF([tip, tip + QPointF(-7, -5), tip + QPointF(-7, 5)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.text))
        painter.drawPolygon(shape)

    def _paint_swatch(self, painter: QPainter) -> None:
        label_height = self._line("badge")
        y = self.height() - Space.M - label_height - SWATCH.height()
        swatch = QRectF((self.width() - SWATCH.width()) / 2, y, SWATCH.width(), SWATCH.height())
        painter.fillRect(swatch, hatch_brush(self.devicePixelRatioF()))
        self._write(painter, self.tr("no data"), swatch.bottom() + 3, "text2", "badge")

    def _write(self, painter: QPainter, text: str, y: float, tone: str, role: FontRole) -> float:
        """Write one centred line at `y` and return where the next one starts."""
        font: QFont = self._theme.font(role, tabular=True)
        height = self._line(role)
        painter.setFont(font)
        painter.setPen(self._theme.colour(tone))
        box = QRectF(0, y, self.width(), height)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return y + height

    def _line(self, role: FontRole) -> float:
        return math.ceil(QFontMetricsF(self._theme.font(role)).height())

    def _unit_line(self) -> float:
        metric = self._scale is None or self._scale.kind is DepthKind.METRIC
        return 0.0 if metric else self._line("badge")

    def _description(self) -> str:
        if self._scale is None:
            return ""
        scale = self._scale
        ends = zip(scale.end_words, scale.end_values, strict=True)
        parts = [f"{word} {scale.number(value)}{scale.unit_suffix}" for word, value in ends]
        if self._unit_line():
            parts.append(self.tr("no unit"))
        return ", ".join(parts)
