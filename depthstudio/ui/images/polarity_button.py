"""The button that says which end of a picture of depth is near."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from depthstudio.core.views import Polarity
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height


class PolarityButton(QToolButton):
    """Shows what is said now, and lets the user say otherwise. Hidden where nobody may."""

    chosen = Signal(object)  # a Polarity

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icons.icon("contrast-box"))
        self.setFixedSize(Height.FIELD, Height.FIELD)
        self._menu = QMenu(self)
        self._group = QActionGroup(self)
        self._actions = {polarity: self._add(polarity) for polarity in Polarity}
        self._group.triggered.connect(lambda action: self.chosen.emit(Polarity(action.data())))
        # Not with setMenu, which draws an arrow over the icon.
        self.clicked.connect(lambda: self._menu.popup(self.mapToGlobal(self.rect().bottomLeft())))
        self.hide()

    def show_polarity(self, polarity: Polarity | None) -> None:
        """Say what holds, without saying `chosen`; None hides the button."""
        self.setVisible(polarity is not None)
        if polarity is None:
            return
        self._actions[polarity].setChecked(True)
        tip = self.tr("{words}: say otherwise for this result").format(words=words_of(polarity))
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def action(self, polarity: Polarity) -> QAction:
        """The entry of the menu that says it."""
        return self._actions[polarity]

    def _add(self, polarity: Polarity) -> QAction:
        action = self._menu.addAction(words_of(polarity))
        action.setCheckable(True)
        action.setData(polarity)
        self._group.addAction(action)
        return action


def words_of(polarity: Polarity) -> str:
    """What a polarity says."""
    words = {
        Polarity.NEAR_WHITE: _tr("Near is bright"),
        Polarity.NEAR_BLACK: _tr("Near is dark"),
        Polarity.UNKNOWN: _tr("Near is not known"),
    }
    return words[polarity]


def _tr(text: str) -> str:
    return QCoreApplication.translate("PolarityButton", text)
