"""The library dock: a search and a grid of cards."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from depthstudio.ui.library.delegate import THUMB_SIZE, LibraryDelegate
from depthstudio.ui.library.model import LibraryFilter, LibraryItem, LibraryModel, LibraryRole
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.parts.list_keys import DELETE_KEYS, ENTER_KEYS
from depthstudio.ui.parts.thumbnails import Thumbnails

LARGEST_RATIO = 2  # thumbnails are read larger than a narrow column shows them
MIN_COLUMN = 120


class LibraryView(QListView):
    """A grid whose columns share the width there is."""

    enter_pressed = Signal(str)  # result id
    delete_pressed = Signal(str)  # result id

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Results"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit_columns()
        super().resizeEvent(event)

    def fit_columns(self) -> None:
        """Give every column the same share of the width."""
        delegate = self.itemDelegate()
        if not isinstance(delegate, LibraryDelegate):
            return
        room = self.viewport().width() - 1
        columns = max(1, room // MIN_COLUMN)
        if columns > 2:
            columns = max(2, room // (THUMB_SIZE.width() + Space.S))
        delegate.set_column_width(room // columns - Space.XS)
        self.setGridSize(QSize(room // columns, delegate.card_height() + Space.S))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in ENTER_KEYS:
            self.enter_pressed.emit(index.data(LibraryRole.ITEM).result_id)
        elif index.isValid() and event.key() in DELETE_KEYS:
            self.delete_pressed.emit(index.data(LibraryRole.ITEM).result_id)
        else:
            super().keyPressEvent(event)


class LibraryPanel(QWidget):
    """Shows results. Changes nothing on disk: every wish leaves as a signal with a result id."""

    count_changed = Signal(int)
    selected = Signal(str)
    open_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        *,
        now: Callable[[], datetime] = utc_now,
        beat: Beat | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._beat = beat or Beat(self)
        self.thumbnails = Thumbnails(THUMB_SIZE * LARGEST_RATIO, self)
        self.model = LibraryModel(self)
        self.filter = LibraryFilter(self)
        self.filter.setSourceModel(self.model)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search results"))
        self.search.setAccessibleName(self.tr("Search results"))
        self.search.addAction(icons.icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.view = LibraryView()
        self._delegate = LibraryDelegate(theme, icons, self.thumbnails, self.view, now=now)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.filter)
        self._is_read = False
        self._pages = QStackedWidget()
        self._arrange()
        self._connect()
        self._follow_rows()

    def set_items(self, items: Iterable[LibraryItem]) -> None:
        """Replace all cards; the newest comes first. Before that, nobody knows there are none."""
        self._is_read = True
        self.model.set_items(items)

    def add_items(self, items: Sequence[LibraryItem]) -> None:
        """Put new cards first, the last of these before the others."""
        self.model.add_items(items)

    def remove_item(self, result_id: str) -> None:
        """Take a card away."""
        self.model.remove_item(result_id)

    def name_of(self, result_id: str) -> str:
        """What the card of a result is called; empty if there is none."""
        return self.model.index_of(result_id).data() or ""

    def select(self, result_id: str) -> None:
        """Make a card the current one and scroll it into sight."""
        index = self.filter.mapFromSource(self.model.index_of(result_id))
        if index.isValid():
            self.view.setCurrentIndex(index)

    def close_library(self) -> None:
        """Stop reading thumbnails, before the window goes."""
        self._beat.forget(self._repaint)
        self.thumbnails.close()

    def _arrange(self) -> None:
        self.search.setFixedHeight(max(Height.FIELD, self.search.sizeHint().height()))
        self._pages.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, 0, 0)
        layout.setSpacing(Space.S)
        field = QWidget()
        field_layout = QVBoxLayout(field)
        field_layout.setContentsMargins(0, 0, Space.M, 0)
        field_layout.addWidget(self.search)
        layout.addWidget(field)
        layout.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.view.enter_pressed.connect(self.open_requested)
        self.view.delete_pressed.connect(self.remove_requested)
        self.view.doubleClicked.connect(lambda index: self.open_requested.emit(_result_id(index)))
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.selectionModel().currentChanged.connect(
            lambda current: self.selected.emit(_result_id(current))
        )
        self.thumbnails.arrived.connect(lambda path: self._beat.do(self._repaint))
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._follow_rows)
        self._theme.changed.connect(self.view.viewport().update)

    def _repaint(self) -> None:
        self.view.viewport().update()

    def _search(self, text: str) -> None:
        self.search.setClearButtonEnabled(True)  # no sooner: its icons take long to read
        self.filter.search(text)
        self._show_page()

    def _follow_rows(self) -> None:
        # Now, in the frame of whatever else is new. It would be the next frame that has them.
        self.view.executeDelayedItemsLayout()
        self.count_changed.emit(self.model.rowCount())
        self._show_page()

    @cached_property
    def _empty(self) -> EmptyState:
        page = EmptyState(self._theme, self._icons, icon="view-grid-outline", title="")
        self._pages.addWidget(page)
        return page

    def _show_page(self) -> None:
        if self.filter.rowCount() or not self._is_read:
            self._pages.setCurrentWidget(self.view)
            return
        self._pages.setCurrentWidget(self._empty)
        if self.model.rowCount():
            self._empty.say(self.tr("Nothing matches"), self.tr("Try fewer or other words."))
        else:
            self._empty.say(
                self.tr("No results yet"),
                self.tr("Every finished job is kept on this computer and opens without a network."),
            )

    def _open_menu(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if index.isValid():
            self.menu_for(_result_id(index)).popup(self.view.viewport().mapToGlobal(position))

    def menu_for(self, result_id: str) -> QMenu:
        """The context menu of a card."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        open_item = menu.addAction(self._icons.icon("eye-outline"), self.tr("Open"))
        open_item.triggered.connect(lambda: self.open_requested.emit(result_id))
        remove_item = menu.addAction(self._icons.icon("trash-can-outline"), self.tr("Remove…"))
        remove_item.triggered.connect(lambda: self.remove_requested.emit(result_id))
        return menu

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.FontChange:
            self._delegate.refresh_fonts()
            self.view.fit_columns()
        super().changeEvent(event)


def _result_id(index: QModelIndex) -> str:
    return index.data(LibraryRole.ITEM).result_id if index.isValid() else ""
