"""What Fusion draws with gradients and bevels, drawn flat in the theme's colours."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QStyleOptionComplex, QWidget

from depthstudio.ui.look.tokens import Radius, Tokens

State = QStyle.StateFlag
Primitive = QStyle.PrimitiveElement
Control = QStyle.ComplexControl
Sub = QStyle.SubControl


class StudioStyle(QProxyStyle):
    """Fusion with flat check boxes, radio buttons, combo boxes and spin boxes.

    `tokens` is asked for the colours that hold at the moment of painting.
    """

    def __init__(self, tokens: Callable[[], Tokens]) -> None:
        super().__init__("Fusion")
        self._tokens = tokens

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element is Primitive.PE_IndicatorCheckBox:
            self._draw_check(painter, option)
        elif element is Primitive.PE_IndicatorRadioButton:
            self._draw_radio(painter, option)
        elif element is Primitive.PE_IndicatorArrowDown:
            arrow: Any = option
            self._draw_chevron(painter, arrow.rect, arrow, up=False)
        elif element is not Primitive.PE_FrameFocusRect:  # the ring around it says it
            super().drawPrimitive(element, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if control is Control.CC_ComboBox:
            self._draw_combo(painter, option, widget)
        elif control is Control.CC_SpinBox:
            self._draw_spin(painter, option, widget)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def _draw_check(self, painter: QPainter, option: QStyleOption) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        box = QRectF(opt.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        on = bool(opt.state & (State.State_On | State.State_NoChange))
        self._begin(painter, opt, filled=on)
        painter.drawRoundedRect(box, Radius.CHIP, Radius.CHIP)
        painter.setPen(self._mark_pen(opt))
        if opt.state & State.State_NoChange:
            painter.drawLine(_at(box, 0.28, 0.5), _at(box, 0.72, 0.5))
        elif on:
            painter.drawPolyline(
                QPolygonF([_at(box, 0.22, 0.52), _at(box, 0.42, 0.71), _at(box, 0.78, 0.3)])
            )
        painter.restore()

    def _draw_radio(self, painter: QPainter, option: QStyleOption) -> None:
        opt: Any = option
        ring = QRectF(opt.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        on = bool(opt.state & State.State_On)
        self._begin(painter, opt, filled=on)
        painter.drawEllipse(ring)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._tokens().on_accent))
            painter.drawEllipse(ring.center(), ring.width() * 0.2, ring.width() * 0.2)
        painter.restore()

    def _draw_combo(
        self, painter: QPainter, option: QStyleOptionComplex, widget: QWidget | None
    ) -> None:
        opt: Any = option
        self._draw_field(painter, opt)
        arrow = self._part(Control.CC_ComboBox, option, Sub.SC_ComboBoxArrow, widget)
        self._draw_chevron(painter, arrow, opt, up=False)

    def _draw_spin(
        self, painter: QPainter, option: QStyleOptionComplex, widget: QWidget | None
    ) -> None:
        opt: Any = option
        self._draw_field(painter, opt)
        for part, up in ((Sub.SC_SpinBoxUp, True), (Sub.SC_SpinBoxDown, False)):
            rect = self._part(Control.CC_SpinBox, option, part, widget)
            if opt.subControls & part:
                self._draw_chevron(painter, rect, opt, up=up)

    def _part(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None,
    ) -> QRect:
        nothing: Any = widget  # None is fine for Qt, though the stubs do not say so
        return self.subControlRect(control, option, part, nothing)

    def _draw_field(self, painter: QPainter, opt: Any) -> None:
        tokens = self._tokens()
        focused = opt.state & State.State_HasFocus
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.accent if focused else tokens.border))
        painter.setBrush(QColor(tokens.field if opt.state & State.State_Enabled else tokens.panel))
        frame = QRectF(opt.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, Radius.FIELD, Radius.FIELD)
        painter.restore()

    def _draw_chevron(self, painter: QPainter, rect: QRect, opt: Any, *, up: bool) -> None:
        tokens = self._tokens()
        enabled = opt.state & State.State_Enabled
        middle, rise = QRectF(rect).center(), -1.5 if up else 1.5
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_round_pen(tokens.text2 if enabled else tokens.disabled, 1.5))
        painter.drawPolyline(
            QPolygonF(
                [
                    middle + QPointF(-3, -rise),
                    middle + QPointF(0, rise),
                    middle + QPointF(3, -rise),
                ]
            )
        )
        painter.restore()

    def _begin(self, painter: QPainter, opt: Any, *, filled: bool) -> None:
        """Save the painter and set edge and ground of a box or ring."""
        tokens = self._tokens()
        enabled = bool(opt.state & State.State_Enabled)
        fill, edge = tokens.field, tokens.control_edge
        if filled:
            fill = edge = tokens.accent if enabled else tokens.disabled
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(edge if enabled else tokens.disabled))
        painter.setBrush(QColor(fill))

    def _mark_pen(self, opt: Any) -> QPen:
        tokens = self._tokens()
        enabled = opt.state & State.State_Enabled
        return _round_pen(tokens.on_accent if enabled else tokens.panel, 1.8)


def _round_pen(colour: str, width: float) -> QPen:
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(QColor(colour), width, Qt.PenStyle.SolidLine, cap, join)


def _at(box: QRectF, across: float, down: float) -> QPointF:
    """A point of a box by its share of width and height."""
    return QPointF(box.left() + across * box.width(), box.top() + down * box.height())
