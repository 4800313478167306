"""The chip of a view strip: what is shown, in one or two words that can change."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Radius, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel


class StripChip(QWidget):
    """An icon and a word on the chip ground; it can shorten itself to a second text."""

    _ICON_GAP = 5

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self._icon = QLabel()
        self._text = ToneLabel(theme, tone="text", font="secondary")
        self._text.setFont(theme.font("secondary", tabular=True))
        self._icon_name = ""
        self._long_text = self._short_text = ""
        self._compact = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.S, 2, Space.S, 2)
        layout.setSpacing(self._ICON_GAP)
        layout.addWidget(self._icon)
        layout.addWidget(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._draw_icon)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_text(self, text: str, *, icon: str = "", short: str = "", tip: str = "") -> None:
        """Show `text`, or `short` while compact; an empty text hides the chip."""
        self._long_text, self._short_text = text, short or text
        self._icon_name = icon
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self._icon.setVisible(bool(icon))
        self._draw_icon()
        self.set_compact(self._compact)

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self._text.setText(self._short_text if compact else self._long_text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("chip"))
        painter.drawRoundedRect(self.rect(), Radius.CHIP, Radius.CHIP)

    def _draw_icon(self) -> None:
        if self._icon_name:
            ratio = self.devicePixelRatioF()
            pixmap = self._icons.pixmap(self._icon_name, IconSize.STATE, "text2", ratio=ratio)
            self._icon.setPixmap(pixmap)
