"""Where the sources of a result were sent: a line of words and the address below it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel
from depthstudio.ui.result.facts import SentTo

MOST = 3  # a scene of fifty photos must not push its layers out of sight


class SentToLines(QWidget):
    """The first few places in full; the manifest has them all."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines = QWidget()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._lines)
        self._places: tuple[SentTo, ...] = ()
        self.hide()

    @property
    def places(self) -> tuple[SentTo, ...]:
        """What is told, in full."""
        return self._places

    def show_places(self, places: Sequence[SentTo]) -> None:
        """Replace what is told; nothing takes no room."""
        self._places = tuple(places)
        lines = self._made()
        self._layout.replaceWidget(self._lines, lines)
        self._lines.deleteLater()
        self._lines = lines
        lines.show()  # what replaces another widget stays hidden of itself
        self.setVisible(bool(places))

    def _made(self) -> QWidget:
        lines = QWidget()
        column = QVBoxLayout(lines)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for place in self._places[:MOST]:
            words = ToneLabel(self._theme, place.words)
            words.setWordWrap(True)
            column.addWidget(words)
            column.addWidget(ElidedLabel(self._theme, place.url, tone="text3"))
        if (more := len(self._places) - MOST) > 0:
            column.addWidget(ToneLabel(self._theme, self.tr("and {n} more").format(n=more)))
        return lines
