"""Labels in a tone of the theme: whole, or elided where there is no room."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from depthstudio.ui.look.theme import FontRole, Theme
from depthstudio.ui.parts.whole_text import tells_whole_text

LEAST_CHARACTERS = 3


class ToneLabel(QLabel):
    """Plain text in one colour of the theme, which it follows."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        tone: str = "text2",
        font: FontRole = "secondary",
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._tone = tone
        self._role: FontRole = font
        self._is_tabular = tabular
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._dress()
        theme.changed.connect(self._dress)

    def set_tone(self, tone: str) -> None:
        """Show the same text in another colour of the theme."""
        self._tone = tone
        self._dress()

    def _dress(self) -> None:
        self.setFont(self._theme.font(self._role, tabular=self._is_tabular))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colour(self._tone))
        disabled = self._theme.colour("disabled")
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, disabled)
        self.setPalette(palette)


def settle(widget: QWidget) -> None:
    """Give a widget the room it asks for, and no other.

    Then a new text that needs no other room is only painted. Otherwise Qt asks everything around
    it anew how large it wants to be, up to the window with all its docks.
    """
    widget.setFixedSize(widget.sizeHint())


class SettledLabel(ToneLabel):
    """For a number that changes often."""

    def setText(self, text: str) -> None:
        super().setText(text)
        settle(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            settle(self)


class ElidedLabel(ToneLabel):
    """One line that gives way: what does not fit is left out of the middle.

    While something is left out, the whole text is its tip, unless it was given another.
    """

    def minimumSizeHint(self) -> QSize:
        least_px = self.fontMetrics().averageCharWidth() * LEAST_CHARACTERS
        return QSize(least_px, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """What stands on screen at the present width."""
        return self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, self.contentsRect().width()
        )

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.shown_text() != self.text():
            return tells_whole_text(self, event, self.text()) or super().event(event)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text())
        painter.end()
