"""Labels in a tone of the theme: wrapped, or elided in the middle with the rest as a tip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from depthstudio.ui.look.theme import FontRole, Theme


class ToneLabel(QLabel):
    """Plain text in one colour of the theme, which it follows."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        tone: str = "text2",
        font: FontRole = "secondary",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(font))
        self._tint()
        theme.changed.connect(self._tint)

    def set_tone(self, tone: str) -> None:
        """Change to another colour of the theme."""
        self._tone = tone
        self._tint()

    def _tint(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colour(self._tone))
        disabled = self._theme.colour("disabled")
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, disabled)
        self.setPalette(palette)


class ElidedLabel(ToneLabel):
    """One line that gives way: what does not fit is left out of the middle."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 3, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """What stands on screen at the present width."""
        return self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, self.contentsRect().width()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text())
        painter.end()
