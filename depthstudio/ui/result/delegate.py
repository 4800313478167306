"""Paints a layer or part, and knows what was clicked in its row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from depthstudio.scene.items import SceneItem
from depthstudio.scene.options import Layer
from depthstudio.scene.part_colours import part_colour
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.row_painter import RowPainter
from depthstudio.ui.result.model import ItemRole

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag

SWATCH_PX = 14
BUTTON_PX = 24  # the icon alone would be too small to hit
SELECTION_BAR_PX = 3
LAYER_ICONS = {
    Layer.SURFACE: "image-filter-hdr",
    Layer.CLOUD: "dots-hexagon",
    Layer.LINES: "camera-outline",
}


class ItemAction(StrEnum):
    """What a click in a row can mean beside choosing it."""

    TOGGLE = "toggle"
    ISOLATE = "isolate"


@dataclass(frozen=True)
class ItemLayout:
    """Rectangles of one row, in the view's coordinates."""

    swatch: QRect
    name: QRect
    count: QRect
    isolate: QRect
    eye: QRect


class ItemDelegate(QStyledItemDelegate):
    """Swatch, name, count, and two buttons: alone, and seen or not.

    `own_colours` are those of the file, which are not ours to show in a swatch.
    """

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self.own_colours = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = QFontMetrics(self._theme.font("base")).height() + Space.S
        return QSize(0, max(Height.PARAMETER, height))

    def layout(self, rect: QRect, index: Index, direction: Qt.LayoutDirection) -> ItemLayout:
        """Where the parts of a row lie that fills `rect`."""
        inner = rect.adjusted(Space.M, 0, -Space.S, 0)
        swatch = QRect(inner.left(), 0, SWATCH_PX, SWATCH_PX)
        swatch.moveTop(rect.center().y() - SWATCH_PX // 2)
        eye = QRect(inner.right() - BUTTON_PX + 1, rect.top(), BUTTON_PX, rect.height())
        isolate = eye.translated(-BUTTON_PX, 0)
        text = inner.adjusted(SWATCH_PX + Space.S, 0, 0, 0)
        text.setRight(isolate.left() - Space.XS)
        metrics = QFontMetrics(self._theme.font("secondary", tabular=True))
        width = metrics.horizontalAdvance(index.data(ItemRole.COUNT)) + 1
        count = QRect(text)
        count.setLeft(max(text.left() + text.width() // 3, text.right() - width + 1))
        name = QRect(text)
        name.setRight(count.left() - Space.S)

        def seen(part: QRect) -> QRect:
            return QStyle.visualRect(direction, rect, part)

        return ItemLayout(seen(swatch), seen(name), seen(count), seen(isolate), seen(eye))

    def action_at(
        self, rect: QRect, index: Index, direction: Qt.LayoutDirection, position: QPoint
    ) -> ItemAction | None:
        """What a click at a point of the view means, in a row that fills `rect`."""
        layout = self.layout(rect, index, direction)
        if layout.eye.contains(position):
            return ItemAction.TOGGLE
        if layout.isolate.contains(position) and index.model().rowCount() > 1:
            return ItemAction.ISOLATE
        return None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        item: SceneItem = index.data(ItemRole.ITEM)
        is_shown = index.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
        layout = self.layout(opt.rect, index, opt.direction)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = RowPainter(painter, self._theme, self._icons)
        _paint_ground(row, opt)
        self._paint_swatch(painter, row, layout.swatch, item, is_shown=is_shown)
        tone, quiet = ("text", "text2") if is_shown else ("disabled", "disabled")
        align = QStyle.visualAlignment(opt.direction, Qt.AlignmentFlag.AlignLeft)
        middle = Qt.TextElideMode.ElideMiddle
        row.text(layout.name, self._theme.font("base"), tone, item.name, elide=middle, align=align)
        row.text(
            layout.count,
            self._theme.font("secondary", tabular=True),
            quiet,
            index.data(ItemRole.COUNT),
            align=QStyle.visualAlignment(opt.direction, Qt.AlignmentFlag.AlignRight),
        )
        under_mouse = bool(opt.state & (State.State_MouseOver | State.State_Selected))
        is_alone = index.data(ItemRole.IS_ALONE)
        if (under_mouse or is_alone) and index.model().rowCount() > 1:
            _paint_icon(row, layout.isolate, "target", "accent" if is_alone else "text2")
        eye = "eye-outline" if is_shown else "eye-off-outline"
        _paint_icon(row, layout.eye, eye, "text2" if is_shown else "disabled")
        painter.restore()

    def editorEvent(
        self, event: QEvent, model: Any, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Keys do what Qt's check mark does; the mouse has buttons of our own."""
        if isinstance(event, QMouseEvent):
            return False
        return super().editorEvent(event, model, option, index)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        is_tip = event.type() is QEvent.Type.ToolTip
        if not (is_tip and isinstance(index, QModelIndex) and index.isValid()):
            return super().helpEvent(event, view, option, index)
        rect = view.visualRect(index)
        action = self.action_at(rect, index, view.layoutDirection(), event.pos())
        QToolTip.showText(event.globalPos(), _tip(action, index), view)
        return True

    def _paint_swatch(
        self, painter: QPainter, row: RowPainter, rect: QRect, item: SceneItem, *, is_shown: bool
    ) -> None:
        if item.part is None or self.own_colours:
            icon = "puzzle-outline" if item.part is not None else LAYER_ICONS[item.layer]
            row.icon(rect, icon, "text2" if is_shown else "disabled")
            return
        plate = QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5)
        colour = QColor(part_colour(item.part))
        painter.setPen(QPen(self._theme.colour("control_edge") if is_shown else colour, 1))
        painter.setBrush(colour if is_shown else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(plate, 2, 2)


def _paint_ground(row: RowPainter, opt: Any) -> None:
    rect: QRect = opt.rect
    selected = bool(opt.state & State.State_Selected)
    if selected:
        row.fill(rect, "selection")
    elif opt.state & State.State_MouseOver:
        row.fill(rect, "hover")
    if selected:
        bar = QRect(rect.left(), rect.top(), SELECTION_BAR_PX, rect.height())
        row.fill(QStyle.visualRect(opt.direction, rect, bar), "accent")
    if opt.state & State.State_HasFocus and opt.state & State.State_KeyboardFocusChange:
        row.frame(rect, "accent", width=2)


def _paint_icon(row: RowPainter, button: QRect, name: str, role: str) -> None:
    square = QRect(0, 0, IconSize.FIELD, IconSize.FIELD)
    square.moveCenter(button.center())
    row.icon(square, name, role)


def _tip(action: ItemAction | None, index: QModelIndex) -> str:
    if action is ItemAction.TOGGLE:
        shown = index.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
        return _tr("Hide (Space)") if shown else _tr("Show (Space)")
    if action is ItemAction.ISOLATE:
        alone = index.data(ItemRole.IS_ALONE)
        return _tr("Show everything again (Enter)") if alone else _tr("Show only this (Enter)")
    return index.data(Qt.ItemDataRole.ToolTipRole)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ItemDelegate", text)
