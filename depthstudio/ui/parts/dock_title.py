"""The head of a dock: its name, how much is in it, and its buttons."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.labels import SettledLabel, ToneLabel

QWIDGETSIZE_MAX = 16_777_215  # Qt's own, which PySide6 does not have


class DockTitle(QWidget):
    """Takes the place of the system's dock title: `QDockWidget.setTitleBarWidget`."""

    def __init__(self, theme: Theme, icons: Icons, text: str, count: int | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self._is_folded = False
        self._text = ToneLabel(theme, text, tone="text", font="head")
        self._count = SettledLabel(theme, tone="text3", tabular=True)
        self.setObjectName("dockTitle")
        self.setAutoFillBackground(True)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(Space.M, 0, Space.S, 0)
        self._layout.setSpacing(Space.XS)
        self._layout.addWidget(self._text)
        self._layout.addSpacing(Space.XS)
        self._layout.addWidget(self._count)
        self._layout.addStretch()
        self.set_count(count)
        theme.changed.connect(self._dress)
        self._dress()

    def set_count(self, count: int | None) -> None:
        """Show a number beside the name, or none."""
        self._count.setText("" if count is None else self.locale().toString(count))

    @property
    def count_text(self) -> str:
        """The number as it is shown; empty for none."""
        return self._count.text()

    def add_button(self, icon: str, tip: str, clicked: Callable[[], object]) -> QToolButton:
        """Add an icon button at the right end."""
        button = QToolButton()
        button.setIcon(self._icons.icon(icon))
        button.setIconSize(QSize(IconSize.FIELD, IconSize.FIELD))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: clicked())
        self._layout.addWidget(button)
        return button

    def set_folded(self, is_folded: bool) -> None:
        """Take no room, where a tab has the name already."""
        if is_folded != self._is_folded:
            self._is_folded = is_folded
            self.setMaximumHeight(0 if is_folded else QWIDGETSIZE_MAX)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        if self._is_folded:
            return QSize(0, 0)
        hint = super().sizeHint()
        return QSize(hint.width(), max(Height.DOCK_HEAD, hint.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def _dress(self) -> None:
        palette = self.palette()
        palette.setColor(self.backgroundRole(), self._theme.colour("header"))
        self.setPalette(palette)
