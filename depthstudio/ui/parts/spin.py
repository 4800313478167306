"""A number field with its unit, drawn like every other field."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QSizePolicy,
    QStyle,
    QStyleOptionSpinBox,
    QWidget,
)

from depthstudio.ui.look.icons import paint_glyph
from depthstudio.ui.look.theme import Height, Theme
from depthstudio.ui.parts.amounts import unit_suffix
from depthstudio.ui.parts.paint import paint_box, scaled_px, text_colour

WIDTH_PX = 80  # at the normal text size, beside a slider
LARGEST = 2.0**53  # whole numbers up to here are exact
CHEVRON_PX = 12
EDGE_GAP_PX = 2
GROUPED_FROM = 10_000  # numbers this long get thousands separators


class NumberSpin(QDoubleSpinBox):
    """Edits a number within its bounds, whole or with `decimals` digits after the point.

    Whole numbers use it too: Qt's integer spin box ends at 2**31, below many a seed.
    """

    rings_itself = True  # so FocusRing leaves it alone

    def __init__(
        self,
        theme: Theme,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float = 1.0,
        decimals: int = 0,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        # The frame is drawn here; for Qt it keeps the line of text inside off the edge.
        self._dress()
        theme.changed.connect(self._dress)
        self.setFixedHeight(Height.FIELD)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setDecimals(decimals)
        self.setRange(
            -LARGEST if minimum is None else minimum, LARGEST if maximum is None else maximum
        )
        self.setSingleStep(step)
        self.setGroupSeparatorShown(self.maximum() >= GROUPED_FROM)
        self.setSuffix(unit_suffix(unit))

    def sizeHint(self) -> QSize:
        return QSize(scaled_px(WIDTH_PX, self.font()), Height.FIELD)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 6 + 2 * CHEVRON_PX, Height.FIELD)

    def _dress(self) -> None:
        font = self._theme.font("base", tabular=True)
        self.setFont(font)
        self.lineEdit().setFont(font)  # its own style sheet keeps it from following

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        painter = QPainter(self)
        paint_box(painter, self, self._theme)
        control = QStyle.ComplexControl.CC_SpinBox
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        from_edge_px = EDGE_GAP_PX if is_mirrored else -EDGE_GAP_PX
        parts = (
            (QStyle.SubControl.SC_SpinBoxUp, "chevron-up", 2),
            (QStyle.SubControl.SC_SpinBoxDown, "chevron-down", -2),
        )
        for part, icon, towards_middle_px in parts:
            rect = self.style().subControlRect(control, option, part, self)
            square = QRect(0, 0, CHEVRON_PX, CHEVRON_PX)
            square.moveCenter(rect.center())
            square.translate(from_edge_px, towards_middle_px)
            paint_glyph(painter, square, icon, text_colour(self, self._theme, "text2"))
        painter.end()
