"""How fields are drawn: one rounded box, one focus ring and one mirror for every control."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QPainter, QPen
from PySide6.QtWidgets import QStyle, QWidget

from depthstudio.ui.look.theme import BASE_PX, Radius, Theme

RING_WIDTH_PX = 2


def scaled_px(width_px: int, font: QFont) -> int:
    """A width of the look for its own text size, grown when the user's text is larger."""
    return max(width_px, round(width_px * QFontInfo(font).pixelSize() / BASE_PX))


def has_keyboard_focus(widget: QWidget) -> bool:
    """Focus that came by keyboard: only then is a ring drawn."""
    by_keyboard = widget.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    return widget.hasFocus() and by_keyboard


def placed(widget: QWidget, rect: QRect) -> QRect:
    """Where a part of a widget goes: mirrored where the language runs from right to left."""
    return QStyle.visualRect(widget.layoutDirection(), widget.rect(), rect)


def is_invalid(widget: QWidget) -> bool:
    """Whether its row says that this control's value cannot be used."""
    return bool(widget.property("invalid"))


def paint_box(painter: QPainter, widget: QWidget, theme: Theme, fill_role: str = "field") -> None:
    """Draw the box of a field over the whole widget: border by state, ring on focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rect = QRectF(widget.rect())
    fill = theme.colour(fill_role if widget.isEnabled() else "panel")
    painter.setBrush(fill)
    painter.setPen(QPen(_border(widget, theme), 1))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), Radius.FIELD, Radius.FIELD)
    if has_keyboard_focus(widget):
        paint_ring(painter, rect, theme)


def paint_ring(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Draw the focus ring just inside `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("accent"), RING_WIDTH_PX))
    inset = RING_WIDTH_PX / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), Radius.FIELD, Radius.FIELD)


def text_colour(widget: QWidget, theme: Theme, role: str = "text") -> QColor:
    """The colour of text in a control, quieter when it is disabled."""
    return theme.colour(role if widget.isEnabled() else "disabled")


def _border(widget: QWidget, theme: Theme) -> QColor:
    if not widget.isEnabled():
        return theme.colour("hairline")
    if is_invalid(widget):
        return theme.colour("failed")
    return theme.colour("control_edge" if widget.underMouse() else "border")
