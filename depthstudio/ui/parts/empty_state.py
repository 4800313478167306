"""What a list says while there is nothing in it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel

SIDE_MARGIN = 40  # short lines read better than one long and a leftover word


class EmptyState(QWidget):
    """An icon, a title and up to two lines of text, in the middle."""

    def __init__(
        self, theme: Theme, icons: Icons, *, icon: str, title: str, text: str = ""
    ) -> None:
        super().__init__()
        self._icons = icons
        self._icon_name = icon
        self._icon = QLabel()
        self._title = ToneLabel(theme, title, tone="text", font="head")
        self._text = ToneLabel(theme, text)
        self._text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE_MARGIN, Space.XL, SIDE_MARGIN, Space.XL)
        layout.setSpacing(Space.S)
        layout.addStretch()
        for label in (self._icon, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addStretch()
        theme.changed.connect(self._show_icon)

    @property
    def title(self) -> str:
        """The line in bold."""
        return self._title.text()

    def say(self, title: str, text: str = "", *, icon: str = "") -> None:
        """Change the words, and the icon if one is named."""
        self._title.setText(title)
        self._text.setText(text)
        if icon and icon != self._icon_name:
            self._icon_name = icon
            self._icon.clear()  # drawn when it is seen
            if self.isVisible():
                self._show_icon()

    def showEvent(self, event: QShowEvent) -> None:
        if self._icon.pixmap().isNull():  # most are never seen
            self._show_icon()
        super().showEvent(event)

    def _show_icon(self) -> None:
        self._icon.setPixmap(self._icons.pixmap(self._icon_name, IconSize.EMPTY, "text3"))
