"""Drop-down list and check box in the look of the program."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from depthstudio.ui.look.icons import paint_glyph
from depthstudio.ui.look.theme import Height, IconSize, Radius, Space, Theme
from depthstudio.ui.parts.paint import (
    has_keyboard_focus,
    paint_box,
    paint_ring,
    placed,
    text_colour,
)

BOX_PX = 16


class Combo(QComboBox):
    """A drop-down list drawn as a field, with an icon in front if the item has one."""

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(Height.FIELD)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one ignores the style sheet

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_box(painter, self, self._theme)
        inner = self.rect().adjusted(Space.S, 0, -Space.S, 0)
        chevron = QRect(inner.right() - IconSize.FIELD + 1, 0, IconSize.FIELD, self.height())
        text = inner.adjusted(0, 0, -IconSize.FIELD - Space.XS, 0)
        icon = self.itemIcon(self.currentIndex())
        if not icon.isNull():
            edge = QRect(inner.left(), 0, IconSize.FIELD, self.height())
            icon.paint(painter, placed(self, edge))
            text.setLeft(text.left() + IconSize.FIELD + Space.S)
        colour = text_colour(self, self._theme)
        paint_glyph(painter, placed(self, chevron), "chevron-down", colour)
        painter.setPen(colour)
        start = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        aligned = QStyle.visualAlignment(self.layoutDirection(), start)
        shown = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideMiddle, text.width()
        )
        painter.drawText(placed(self, text), aligned, shown)
        painter.end()


class CheckBox(QCheckBox):
    """A check box with a phrase that says what it does."""

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(self, theme: Theme, phrase: str, parent: QWidget | None = None) -> None:
        super().__init__(phrase, parent)
        self._theme = theme
        self.setFixedHeight(Height.FIELD)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(BOX_PX, Height.FIELD)

    def sizeHint(self) -> QSize:
        text_px = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(BOX_PX + Space.S + text_px + Space.XS, Height.FIELD)

    def hitButton(self, pos: QPoint) -> bool:
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = placed(self, QRect(0, (self.height() - BOX_PX) // 2, BOX_PX, BOX_PX))
        self._paint_mark(painter, box)
        text = self.rect().adjusted(BOX_PX + Space.S, 0, 0, 0)
        painter.setPen(text_colour(self, self._theme))
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, text.width()
        )
        start = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        aligned = QStyle.visualAlignment(self.layoutDirection(), start)
        painter.drawText(placed(self, text), aligned, shown)
        if has_keyboard_focus(self):
            paint_ring(painter, QRectF(self.rect()).adjusted(-1, 2, 1, -2), self._theme)
        painter.end()

    def _paint_mark(self, painter: QPainter, box: QRect) -> None:
        theme, is_on = self._theme, self.isChecked()
        fill = "field" if not is_on else "accent" if self.isEnabled() else "disabled"
        edge = fill if is_on else "control_edge" if self.isEnabled() else "border"
        painter.setBrush(theme.colour(fill))
        painter.setPen(QPen(theme.colour(edge), 1))
        painter.drawRoundedRect(
            QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), Radius.CHIP, Radius.CHIP
        )
        if is_on:
            paint_glyph(
                painter, box.adjusted(1, 1, -1, -1), "check-bold", theme.colour("on_accent")
            )
