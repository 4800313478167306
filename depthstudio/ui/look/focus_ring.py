"""The ring around whatever the keyboard is in."""

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFocusFrame,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from depthstudio.ui.look.tokens import Radius

RINGED = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)
WIDTH = 2


class FocusRing(QObject):
    """Rings buttons and fields, after the keyboard moved the focus and not after a click.

    Lists and views show their current item themselves; controls that are painted here and
    draw their ring with the rest of them say so by `rings_itself`.
    """

    def __init__(self, app: QApplication, accent: Callable[[], str], parent: QObject) -> None:
        super().__init__(parent)
        self._accent = accent
        self._frame: _Ring | None = None
        app.focusChanged.connect(self._follow)

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if self._frame is not None and shiboken6.isValid(self._frame):
            self._frame.hide()
            self._frame.deleteLater()  # it may live in another window than the next one
        self._frame = None
        if new is not None and _wants_ring(new):
            self._frame = _Ring(self._accent, new)


def _wants_ring(widget: QWidget) -> bool:
    by_keyboard = widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    clicked = QApplication.mouseButtons() != Qt.MouseButton.NoButton
    ringed = isinstance(widget, RINGED) and not isinstance(widget, QScrollBar)
    ringed = ringed and not getattr(widget, "rings_itself", False)
    return ringed and by_keyboard and not clicked


class _Ring(QFocusFrame):
    def __init__(self, accent: Callable[[], str], widget: QWidget) -> None:
        super().__init__(widget.parentWidget())
        self._accent = accent
        self.setWidget(widget)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._accent()), WIDTH))
        half = WIDTH / 2
        ring = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(ring, Radius.FIELD + half, Radius.FIELD + half)
        painter.end()
