"""A chip: a short fact on a grey plate, with an icon in front if it has one."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from depthstudio.ui.look.icons import glyph, paint_glyph
from depthstudio.ui.look.theme import FontRole, IconSize, Radius, Space, Theme

PADDING_X_PX = 6
PADDING_Y_PX = 3


class Chip(QWidget):
    """Shows a word or two. What does not fit is left out of the middle and stands in the tip.

    `tone` and `icon_tone` name colours of the theme; `is_key` draws it as a key cap.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        icon: str = "",
        tone: str = "text",
        icon_tone: str = "",
        font: FontRole = "secondary",
        is_key: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if icon:
            glyph(icon)  # a wrong name fails here, not in a paint event
        self._theme = theme
        self._text = text
        self._icon = icon
        self._tone = tone
        self._icon_tone = icon_tone or tone
        self._is_key = is_key
        self.setFont(theme.font(font))
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """The words on the chip."""
        return self._text

    def tone(self) -> str:
        """The name of the colour of its words."""
        return self._tone

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self._text) + 2 * PADDING_X_PX + self._icon_px()
        return QSize(width + 1, metrics.height() + 2 * PADDING_Y_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(Space.XL + self._icon_px(), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("border") if self._is_key else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if self._is_key else theme.colour("chip"))
        plate = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(plate, Radius.CHIP, Radius.CHIP)
        inner = self.rect().adjusted(PADDING_X_PX, 0, -PADDING_X_PX, 0)
        if self._icon:
            square = QRect(inner.left(), 0, IconSize.STATE, self.height())
            paint_glyph(painter, self._placed(square), self._icon, theme.colour(self._icon_tone))
            inner.setLeft(inner.left() + self._icon_px())
        painter.setPen(theme.colour(self._tone))
        shown = self.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideMiddle, inner.width() + 1
        )
        self.setToolTip("" if shown == self._text else self._text)
        painter.drawText(self._placed(inner), Qt.AlignmentFlag.AlignCenter, shown)
        painter.end()

    def _icon_px(self) -> int:
        return IconSize.STATE + Space.XS if self._icon else 0

    def _placed(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)


class ChipStrip(QWidget):
    """Chips side by side, continued on further lines where the width ends."""

    def __init__(self, chips: Sequence[Chip], line_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips = tuple(chips)
        self._line_px = line_px
        for chip in self._chips:
            chip.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(line_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        x, line = 0, 0
        for chip in self._chips:
            hint = chip.sizeHint()
            if x and x + hint.width() > self.width():
                x, line = 0, line + 1
            top = line * self._line_px + (self._line_px - hint.height()) // 2
            place = QRect(x, top, min(hint.width(), self.width()), hint.height())
            chip.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
            x += hint.width() + Space.XS
        self.setFixedHeight((line + 1) * self._line_px)
