"""The two strips around a 2D view: title and controls above, facts about the pixel below."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.chips import Chip
from depthstudio.ui.parts.labels import ElidedLabel


class _Title(ElidedLabel):
    """Gives way to the controls, but stays long enough to be told from its neighbours."""

    _LEAST_CHARACTERS = 11

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().averageCharWidth() * self._LEAST_CHARACTERS
        hint = super().minimumSizeHint()
        return QSize(min(least, self.sizeHint().width()), hint.height())


class ImageStrip(QWidget):
    """36 px above a view: title, chip, then controls on the right."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._title = _Title(theme, tone="text", font="head")
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.chip = Chip(theme, icon_tone="text2")
        self.chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(Height.VIEW_STRIP)
        self.setAutoFillBackground(True)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(Space.M, 0, Space.S, 0)
        self._layout.setSpacing(Space.S)
        self._layout.addWidget(self._title)
        self._layout.addWidget(self.chip)
        self._layout.addStretch(1)

    @property
    def title(self) -> str:
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Name what is shown; a long name loses its middle and keeps it in the tip."""
        self._title.setText(title)

    def add_control(self, control: QWidget) -> None:
        """Put a control at the right end."""
        self._layout.addWidget(control)

    def add_icon_button(self, icon: str, tip: str, *, checkable: bool = False) -> QToolButton:
        """Put a button with an icon alone at the right end; its tip is its name."""
        button = QToolButton()
        button.setIcon(self._icons.icon(icon))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setCheckable(checkable)
        button.setFixedSize(Height.FIELD, Height.FIELD)
        self.add_control(button)
        return button


class InfoStrip(QWidget):
    """28 px below a view: one line of facts, with a second one at the right end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._left = ElidedLabel(theme, tone="text", tabular=True)
        self._right = ElidedLabel(theme, tone="text2", tabular=True)
        for label in (self._left, self._right):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFixedHeight(Height.STATUS)
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.M, 0, Space.M, 0)
        layout.setSpacing(Space.L)
        layout.addWidget(self._left)
        layout.addStretch(1)
        layout.addWidget(self._right)

    @property
    def text(self) -> str:
        """What the left end says, whole even where it is shown shortened."""
        return self._left.text()

    @property
    def right_text(self) -> str:
        """What the right end says."""
        return self._right.text()

    def say(self, text: str) -> None:
        self._left.setText(text)

    def say_right(self, text: str) -> None:
        self._right.setText(text)
