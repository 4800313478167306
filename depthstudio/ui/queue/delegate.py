"""Paints a row of the queue, and knows what was clicked in it."""

from pathlib import Path
from time import monotonic
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from depthstudio.core.job import JobState, JobStatus
from depthstudio.jobs.queue import QueueEntry
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Theme
from depthstudio.ui.parts.row_painter import RowPainter
from depthstudio.ui.parts.thumbnails import Thumbnails, stand_in_for
from depthstudio.ui.queue.actions import RowAction, row_actions
from depthstudio.ui.queue.layout import RowFonts, RowLayout, lay_out
from depthstudio.ui.queue.model import QueueRole
from depthstudio.ui.queue.words import RowText, progress_is_unknown

Index = QModelIndex | QPersistentModelIndex
Align = Qt.AlignmentFlag
Elide = Qt.TextElideMode
State = QStyle.StateFlag

BLOCK_SHARE = 0.2  # of the bar, when the fraction is unknown
BLOCK_PERIOD_S = 2.0
SELECTION_BAR = 3


class QueueDelegate(QStyledItemDelegate):
    """Draws rows as in `look`: thumbnail, name and service, state and actions, progress.

    `hovered` is the job and action under the mouse, `animated` whether unknown progress moves;
    the view sets both.
    """

    def __init__(self, theme: Theme, icons: Icons, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._thumbnails = thumbnails
        self._fonts = RowFonts.of(theme)
        self.hovered: tuple[str, RowAction] | None = None
        self.animated = True

    def refresh_fonts(self) -> None:
        """Take over the application's font after it changed."""
        self._fonts = RowFonts.of(self._theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._fonts.row_height)

    def layout(self, rect: QRect, index: Index, direction: Qt.LayoutDirection) -> RowLayout:
        """Where the parts of a row lie that fills `rect`."""
        entry: QueueEntry = index.data(QueueRole.ENTRY)
        return lay_out(
            rect,
            self._fonts,
            index.data(QueueRole.TEXT),
            index.data(QueueRole.PROVIDER),
            row_actions(entry.status, index.data(QueueRole.HOLD)),
            direction,
        )

    def action_at(
        self, rect: QRect, index: Index, direction: Qt.LayoutDirection, position: QPoint
    ) -> RowAction | None:
        """The action at a point of the view, in a row that fills `rect`."""
        for action, part in self.layout(rect, index, direction).actions:
            if part.adjusted(-2, -3, 2, 3).contains(position):
                return action
        return None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option  # PySide's stubs leave the fields of style options untyped
        entry: QueueEntry = index.data(QueueRole.ENTRY)
        layout = self.layout(opt.rect, index, opt.direction)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = RowPainter(painter, self._theme, self._icons)
        _paint_ground(row, opt)
        self._paint_thumb(row, layout.thumb, entry, painter.device().devicePixelRatioF())
        self._paint_text(row, layout, index)
        self._paint_actions(row, layout, index)
        _paint_progress(row, layout.bar, entry.status, animated=self.animated)
        painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        is_tip = event.type() is QEvent.Type.ToolTip
        if not (is_tip and isinstance(index, QModelIndex) and index.isValid()):
            return super().helpEvent(event, view, option, index)
        rect = view.visualRect(index)
        action = self.action_at(rect, index, view.layoutDirection(), event.pos())
        tip = action.tip if action else index.data(Qt.ItemDataRole.ToolTipRole)
        QToolTip.showText(event.globalPos(), tip, view)
        return True

    def _paint_thumb(self, row: RowPainter, rect: QRect, entry: QueueEntry, ratio: float) -> None:
        if rect.isEmpty():
            return
        sources = entry.job.sources
        first = sources[0] if sources else None
        pixmap = self._thumbnails.of_source(first, ratio) if first else None
        if on_its_way := _picture_on_its_way(entry.status):
            # What is there already stays until the newer picture has been read.
            pixmap = self._thumbnails.get(on_its_way, ratio) or pixmap
        row.picture(rect, pixmap, stand_in_for(first))
        if len(sources) > 1:
            row.badge(rect.adjusted(0, 0, -2, -2), self._fonts.badge, str(len(sources)))

    def _paint_text(self, row: RowPainter, layout: RowLayout, index: Index) -> None:
        fonts = self._fonts
        text: RowText = index.data(QueueRole.TEXT)
        service = index.data(QueueRole.PROVIDER)
        row.text(layout.name, fonts.name, "text", index.data(), elide=Elide.ElideMiddle)
        row.text(layout.service, fonts.service, "text3", service, align=Align.AlignRight)
        row.icon(layout.icon, text.icon, text.colour_role)
        row.text(layout.word, fonts.word, text.colour_role, text.word)
        row.text(layout.detail, fonts.detail, "text2", self._fitting(text, layout.detail))
        row.text(layout.right, fonts.detail, "text2", text.right, align=Align.AlignRight)

    def _fitting(self, text: RowText, room: QRect) -> str:
        metrics = QFontMetrics(self._fonts.detail)
        fits = metrics.horizontalAdvance(text.detail) <= room.width()
        if fits or not text.short:
            return text.detail
        # As much of the whole as leaves the time in sight.
        cut = metrics.elidedText(text.detail, Elide.ElideRight, room.width())
        time = text.short.rpartition(" ")[2]
        return text.detail if time in cut else text.short

    def _paint_actions(self, row: RowPainter, layout: RowLayout, index: Index) -> None:
        job_id = index.data(QueueRole.ENTRY).job.id
        for action, rect in layout.actions:
            hovered = self.hovered == (job_id, action)
            if action is RowAction.CANCEL:
                square = QRect(0, 0, IconSize.FIELD, IconSize.FIELD)
                square.moveCenter(rect.center())
                row.icon(square, action.icon, "text" if hovered else "text2")
                continue
            font = QFont(self._fonts.service)
            font.setUnderline(hovered)
            row.text(rect, font, "accent", action.label)


def _picture_on_its_way(status: JobStatus) -> Path | None:
    if status.state is not JobState.RUNNING or status.progress is None:
        return None
    return status.progress.picture


def _paint_ground(row: RowPainter, opt: Any) -> None:
    rect: QRect = opt.rect
    selected = bool(opt.state & State.State_Selected)
    if selected:
        row.fill(rect, "selection")
    elif opt.state & State.State_MouseOver:
        row.fill(rect, "hover")
    row.fill(QRect(rect.left(), rect.bottom(), rect.width(), 1), "hairline")
    if selected:
        bar = QRect(rect.left(), rect.top(), SELECTION_BAR, rect.height())
        row.fill(QStyle.visualRect(opt.direction, rect, bar), "accent")
    if opt.state & State.State_HasFocus and opt.state & State.State_KeyboardFocusChange:
        row.frame(rect, "accent", width=2)


def _paint_progress(row: RowPainter, bar: QRect, status: JobStatus, *, animated: bool) -> None:
    if status.state is not JobState.RUNNING:
        return
    if progress_is_unknown(status):
        if animated:
            row.progress(bar, *moving_block(monotonic()))
    elif status.progress and status.progress.fraction is not None:
        row.progress(bar, 0, min(1.0, max(0.0, status.progress.fraction)))


def moving_block(time_s: float) -> tuple[float, float]:
    """Start and end of the block that runs along a bar of unknown progress, 0 to 1."""
    start = time_s % BLOCK_PERIOD_S / BLOCK_PERIOD_S * (1 + BLOCK_SHARE) - BLOCK_SHARE
    return max(0.0, start), min(1.0, start + BLOCK_SHARE)
