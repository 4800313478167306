"""The dashed frame of everything that invites a drop, and the large buttons in it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from depthstudio.ui.look.icons import beside_text
from depthstudio.ui.look.theme import IconSize, Radius, Theme

EDGE_PX = 1.5
DASHES = [5.0, 4.0]  # on and off, in pen widths


class DashedFrame(QWidget):
    """A rounded field with a dashed edge in the colour role `edge`.

    Marked, it takes the selection fill and a closed accent frame.
    """

    def __init__(self, theme: Theme, *, edge: str = "control_edge", fill: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._edge = edge
        self._fill = fill
        self._marked = False
        theme.changed.connect(self.update)

    @property
    def marked(self) -> bool:
        """Whether a drop now would land here."""
        return self._marked

    def set_marked(self, marked: bool) -> None:
        if marked != self._marked:
            self._marked = marked
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.colour("accent" if self._marked else self._edge), EDGE_PX)
        if not self._marked:
            pen.setDashPattern(DASHES)
        painter.setPen(pen)
        fill = "selection" if self._marked else self._fill
        painter.setBrush(self._theme.colour(fill) if fill else Qt.BrushStyle.NoBrush)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(rect, Radius.DROP_ZONE, Radius.DROP_ZONE)


def large_button(icon: QIcon, text: str) -> QPushButton:
    """A button of 36 px with an icon."""
    button = QPushButton(icon, text)
    button.setIconSize(beside_text(IconSize.FIELD))
    button.setProperty("large", True)
    return button
