"""The queue dock: the rows, what can be done with them, and errors in full."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QStyle, QVBoxLayout, QWidget

from depthstudio.core.job import Hold, JobState
from depthstudio.jobs.lost import can_look, is_lost
from depthstudio.jobs.queue import JobQueue, QueueEntry
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import DockWidth, Theme
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.parts.thumbnails import Thumbnails
from depthstudio.ui.queue.actions import RowAction, menu_actions
from depthstudio.ui.queue.delegate import QueueDelegate
from depthstudio.ui.queue.explaining import Explaining
from depthstudio.ui.queue.layout import THUMB_HEIGHT, THUMB_WIDTH
from depthstudio.ui.queue.model import JobQueueModel
from depthstudio.ui.queue.view import QueueView
from depthstudio.ui.queue.words import counts_time, progress_is_unknown

if TYPE_CHECKING:
    from depthstudio.ui.queue.details import DetailsPanel

COUNT_EVERY_MS = 1000
MOVE_EVERY_MS = 80


class QueuePanel(QWidget):
    """Shows a `JobQueue`. Changes nothing itself: every wish leaves as a signal with a job id."""

    count_changed = Signal(int)
    selected = Signal(str)
    show_requested = Signal(str)
    details_requested = Signal(str)
    retry_requested = Signal(str)
    run_again_requested = Signal(str)
    try_now_requested = Signal(str)
    give_key_requested = Signal(str)
    look_requested = Signal(str)
    send_again_requested = Signal(str)
    mark_lost_requested = Signal(str)
    cancel_requested = Signal(str)
    remove_requested = Signal(str)
    page_requested = Signal(str)  # an https address to open

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        queue: JobQueue,
        provider_title: Callable[[str], str] = str,
        service_of: Callable[[str], ProviderInfo | None] = lambda provider_id: None,
        *,
        schema_of: Callable[[str], Mapping[str, Any] | None] = lambda provider_id: None,
        now: Callable[[], datetime] = utc_now,
        beat: Beat | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._queue = queue
        self._service_of = service_of
        self.explaining = Explaining(theme, icons, service_of, now, schema_of)
        self.thumbnails = Thumbnails(QSize(THUMB_WIDTH, THUMB_HEIGHT), self)
        self.model = JobQueueModel(queue, provider_title, now=now, parent=self)
        self._beat = beat or Beat(self)
        self.view = QueueView(theme, icons, self._beat)
        self._delegate = QueueDelegate(theme, icons, self.thumbnails, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        self._empty = EmptyState(
            theme,
            icons,
            icon="inbox-multiple-outline",
            title=self.tr("Nothing queued"),
            text=self.tr("Files you add wait here, run, and stay until you clear them."),
        )
        self._pages = QStackedWidget()
        self._column = QVBoxLayout(self)
        self._timer = QTimer(self)
        self._arrange()
        self._connect()
        self._follow_rows()

    @property
    def details(self) -> "DetailsPanel":
        """The error of a failed job in full; made when first asked for."""
        return self.explaining.details

    @property
    def selected_id(self) -> str:
        """The job of the current row; empty when there is none."""
        index = self.view.currentIndex()
        return self.model.entry(index).job.id if index.isValid() else ""

    @property
    def repaint_every_ms(self) -> int:
        """How often rows are repainted without news; 0 when none in sight needs it."""
        if self._beat.has(self._follow_time):
            self._follow_time()
        return self._timer.interval() if self._timer.isActive() else 0

    def select(self, job_id: str) -> None:
        """Make a row the current one and scroll it into sight; no row for an empty id."""
        index = self.model.index_of(job_id)
        if index.isValid() or not job_id:
            self.view.setCurrentIndex(index)

    def set_holds(self, holds: Mapping[str, Hold]) -> None:
        """Say which providers nothing is sent to at the moment, by their ids."""
        self.model.set_holds(holds)
        self._follow_time()

    def show_details(self, job_id: str) -> None:
        """Open, below the list, the error of a failed job or the question it waits with."""
        if self.explaining.explain(self._queue.entry(job_id)):
            self.view.scrollTo(self.model.index_of(job_id))

    def close_queue(self) -> None:
        """Stop listening and reading, before the window goes."""
        self._timer.stop()
        for work in (self._follow_time, self._follow_count, self._tick):
            self._beat.forget(work)
        self.model.close()
        self.thumbnails.close()

    def menu_for(self, entry: QueueEntry) -> QMenu:
        """The context menu of a row: the same wishes as its buttons, and more."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        hold, history = self.model.hold_of(entry), self._history_of(entry)
        looks = can_look(entry.status.hold, self._service_of(entry.job.provider_id))
        for action in menu_actions(entry.status, hold, has_history=bool(history), can_look=looks):
            item = menu.addAction(self._icons.icon(action.icon), action.label)
            item.setToolTip(action.tip)
            item.triggered.connect(
                lambda checked=False, wish=action: self._trigger(entry.job.id, wish)
            )
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.explaining.job_id:
            self.explaining.close_all()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.FontChange:
            self._delegate.refresh_fonts()
            self.view.scheduleDelayedItemsLayout()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_time()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _arrange(self) -> None:
        self.setMinimumWidth(DockWidth.LEFT_MIN)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.view)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._pages, 1)
        self._column.addWidget(self.explaining)

    def _connect(self) -> None:
        self.view.triggered.connect(lambda job_id, wish: self._trigger(job_id, RowAction(wish)))
        self.view.enter_pressed.connect(self._enter)
        self.view.delete_pressed.connect(self._delete)
        self.view.doubleClicked.connect(lambda index: self._enter(self.model.entry(index).job.id))
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.selectionModel().currentChanged.connect(self._tell_selected)
        self.view.verticalScrollBar().valueChanged.connect(self._follow_time)
        self.thumbnails.arrived.connect(lambda path: self._beat.do(self._repaint))
        self.model.rowsInserted.connect(self._follow_rows)
        self.model.rowsRemoved.connect(self._follow_rows)
        self.model.dataChanged.connect(self._follow_change)
        explaining = self.explaining
        explaining.retry_requested.connect(self.retry_requested)
        explaining.run_again_requested.connect(self.run_again_requested)
        explaining.remove_requested.connect(self.remove_requested)
        explaining.look_requested.connect(self.look_requested)
        explaining.send_again_requested.connect(self.send_again_requested)
        explaining.mark_lost_requested.connect(self.mark_lost_requested)
        explaining.page_requested.connect(self.page_requested)
        self._timer.timeout.connect(lambda: self._beat.do_or_join(self._tick))
        self._theme.changed.connect(self.view.viewport().update)

    def _history_of(self, entry: QueueEntry) -> str:
        """Where the service shows what was run there; empty where it does not."""
        info = self._service_of(entry.job.provider_id)
        return info.history if info is not None else ""

    def _trigger(self, job_id: str, action: RowAction) -> None:
        if action is RowAction.OPEN_HISTORY:
            self.page_requested.emit(self._history_of(self._queue.entry(job_id)))
            return
        if action is RowAction.DETAILS:
            self.show_details(job_id)
        self._signal(action).emit(job_id)

    def _signal(self, action: RowAction) -> SignalInstance:
        return {
            RowAction.SHOW: self.show_requested,
            RowAction.DETAILS: self.details_requested,
            RowAction.RETRY: self.retry_requested,
            RowAction.RUN_AGAIN: self.run_again_requested,
            RowAction.TRY_NOW: self.try_now_requested,
            RowAction.GIVE_KEY: self.give_key_requested,
            RowAction.SEND_AGAIN: self.send_again_requested,
            RowAction.LOOK: self.look_requested,
            RowAction.MARK_LOST: self.mark_lost_requested,
            RowAction.CANCEL: self.cancel_requested,
            RowAction.REMOVE: self.remove_requested,
        }[action]

    def _enter(self, job_id: str) -> None:
        status = self._queue.entry(job_id).status
        if status.state is JobState.DONE:
            self._trigger(job_id, RowAction.SHOW)
        elif status.state is JobState.FAILED or is_lost(status.hold):
            self._trigger(job_id, RowAction.DETAILS)

    def _delete(self, job_id: str) -> None:
        is_final = self._queue.entry(job_id).status.state.is_final
        self._trigger(job_id, RowAction.REMOVE if is_final else RowAction.CANCEL)

    def _open_menu(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if not index.isValid():
            return
        self.menu_for(self.model.entry(index)).popup(self.view.viewport().mapToGlobal(position))

    def _tell_selected(self, current: QModelIndex) -> None:
        self.selected.emit(self.model.entry(current).job.id if current.isValid() else "")

    def _follow_rows(self) -> None:
        is_empty = not len(self._queue)
        # A page out of sight asks for no height, which what opens below the list then has.
        vertical = QSizePolicy.Policy.Preferred if is_empty else QSizePolicy.Policy.Ignored
        self._empty.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self._pages.setCurrentWidget(self._empty if is_empty else self.view)
        self._beat.do(self._follow_count)
        if self.explaining.job_id and self.explaining.job_id not in self._queue:
            self.explaining.close_all()
        self._beat.do(self._follow_time)

    def _follow_count(self) -> None:
        self.count_changed.emit(len(self._queue))

    def _follow_change(self, top: QModelIndex) -> None:
        self.explaining.follow(self.model.entry(top))
        # To know what is in sight the view lays out every row: not with each change.
        self._beat.do(self._follow_time)

    def _follow_time(self) -> None:
        """Run the timer only while a row in sight changes without news."""
        self._beat.forget(self._follow_time)
        self._delegate.animated = self._animates()
        if not self._is_in_sight():
            self._timer.stop()
            return
        rows = [self._queue.at(row) for row in self.view.rows_in_sight()]
        if self._delegate.animated and any(progress_is_unknown(entry.status) for entry in rows):
            self._set_timer(MOVE_EVERY_MS)
        elif any(self._counts_time(entry) for entry in rows):
            self._set_timer(COUNT_EVERY_MS)
        else:
            self._timer.stop()

    def _counts_time(self, entry: QueueEntry) -> bool:
        return counts_time(entry.status, self.model.hold_of(entry))

    def _is_in_sight(self) -> bool:
        return self.isVisible() and not self.window().isMinimized()

    def _set_timer(self, interval_ms: int) -> None:
        if not self._timer.isActive() or self._timer.interval() != interval_ms:
            self._timer.start(interval_ms)

    def _repaint(self) -> None:
        self.view.viewport().update()

    def _tick(self) -> None:
        for row in self.view.rows_in_sight():
            entry = self._queue.at(row)
            if self._counts_time(entry) or progress_is_unknown(entry.status):
                self.view.update(self.model.index(row))
        self._follow_time()

    def _animates(self) -> bool:
        """False where the user asked the system for reduced motion."""
        return self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
