"""A chip: a short fact on a grey plate, with an icon in front if it has one."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from depthstudio.ui.look.icons import glyph, paint_glyph
from depthstudio.ui.look.theme import FontRole, IconSize, Radius, Space, Theme
from depthstudio.ui.parts.paint import placed
from depthstudio.ui.parts.whole_text import tells_whole_text

PADDING_X_PX = 6
PADDING_Y_PX = 3


class Chip(QWidget):
    """Shows a word or two. What does not fit is left out of the middle and stands in the tip.

    `tone` and `icon_tone` name colours of the theme; `is_key` draws it as a key cap.
    Without a text it hides itself.
    """

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        icon: str = "",
        tone: str = "text",
        icon_tone: str = "",
        font: FontRole = "secondary",
        is_key: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = self._short_text = ""
        self._icon = ""
        self._tone = tone
        self._icon_tone = icon_tone or tone
        self._is_key = is_key
        self._is_compact = False
        self._font: FontRole = font
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._dress()
        self._set_words(text, icon=icon)
        if not text:
            self.hide()
        theme.changed.connect(self._dress)

    def text(self) -> str:
        """The words on the chip, before any of them is left out."""
        return self._short_text if self._is_compact else self._text

    def tone(self) -> str:
        """The name of the colour of its words."""
        return self._tone

    def show_text(self, text: str, *, icon: str = "", short: str = "", tip: str = "") -> None:
        """Show `text`, or `short` while compact, with `tip` to explain it."""
        had_text = bool(self._text)
        self._set_words(text, icon=icon, short=short, tip=tip)
        if had_text != bool(text):
            self.setHidden(not text)

    def _set_words(self, text: str, *, icon: str, short: str = "", tip: str = "") -> None:
        if icon:
            glyph(icon)  # a wrong name fails here, not in a paint event
        self._text, self._short_text, self._icon = text, short or text, icon
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self._renew()

    def set_compact(self, is_compact: bool) -> None:
        """Give way to neighbours with a shorter text, or return to the full one."""
        self._is_compact = is_compact
        self._renew()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = metrics.horizontalAdvance(self.text()) + 2 * PADDING_X_PX + self._icon_px()
        return QSize(width + 1, metrics.height() + 2 * PADDING_Y_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(Space.XL + self._icon_px(), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._shown_text() != self.text():
            return tells_whole_text(self, event, self.text()) or super().event(event)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("border") if self._is_key else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if self._is_key else theme.colour("chip"))
        plate = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(plate, Radius.CHIP, Radius.CHIP)
        if self._icon:
            square = QRect(PADDING_X_PX, 0, IconSize.STATE, self.height())
            paint_glyph(painter, placed(self, square), self._icon, theme.colour(self._icon_tone))
        painter.setPen(theme.colour(self._tone))
        words = placed(self, self._words_rect())
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self._shown_text())
        painter.end()

    def _dress(self) -> None:
        self.setFont(self._theme.font(self._font, tabular=True))
        self._renew()

    def _renew(self) -> None:
        self.updateGeometry()
        self.update()

    def _shown_text(self) -> str:
        room_px = self._words_rect().width() + 1
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room_px)

    def _words_rect(self) -> QRect:
        return self.rect().adjusted(PADDING_X_PX + self._icon_px(), 0, -PADDING_X_PX, 0)

    def _icon_px(self) -> int:
        return IconSize.STATE + Space.XS if self._icon else 0


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

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # a chip needs more room than before
            self._place_chips()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_chips()

    def _place_chips(self) -> None:
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
