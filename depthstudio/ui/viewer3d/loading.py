"""Brings the 3D view's heavy imports in without holding up the window."""

from importlib import import_module

from PySide6.QtCore import QObject, QRectF, Qt, QThread
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from depthstudio.ui.look.theme import Theme


class ModuleLoader(QThread):
    """Imports one module in a thread of its own; `error` says why it could not."""

    def __init__(self, module: str, parent: QObject) -> None:
        super().__init__(parent)
        self._module = module
        self.error: ImportError | None = None

    def run(self) -> None:
        try:
            import_module(self._module)
        except ImportError as error:
            self.error = error


class Ground(QWidget):
    """The ground of the 3D view with a line of text on it, before and instead of 3D."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self._text = text
        self.setAccessibleName(text)
        theme.changed.connect(self.update)

    @property
    def text(self) -> str:
        return self._text

    def say(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        gradient = QLinearGradient(0, 0, 0, self.height())
        gradient.setColorAt(0, QColor(tokens.ground_top))
        gradient.setColorAt(1, QColor(tokens.ground_bottom))
        painter = QPainter(self)
        painter.fillRect(self.rect(), gradient)
        painter.setPen(QColor(tokens.tag_text))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(24, 24, -24, -24), int(flags), self._text)
