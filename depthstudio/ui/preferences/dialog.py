"""The preferences: a list of pages with a search, the page, and a line of buttons."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.row_painter import RowPainter

FIRST_SIZE = QSize(1072, 748)  # with eight rows of keys, and all of a form below
LIST_PX = 208
FOOT_PX = 52
PAGE_ROW_PX = 36
SELECTION_BAR_PX = 3
ICON_ROLE = Qt.ItemDataRole.UserRole
WORDS_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Page:
    """One page: its name in the list, and the words it is found by."""

    name: str
    icon: str
    widget: QWidget
    words: Sequence[str] = ()
    buttons: Sequence[QPushButton] = ()  # at the left end of the foot while it shows


class PreferencesDialog(QDialog):
    """Not modal: what is chosen holds at once, and the window goes on meanwhile."""

    def __init__(
        self, theme: Theme, icons: Icons, pages: Sequence[Page], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pages = list(pages)
        self.search = QLineEdit(self)
        self.list = QListWidget(self)
        self._stack = QStackedWidget(self)
        self._side = QWidget(self)
        self._foot = QWidget(self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.setWindowTitle(self.tr("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize()))
        self._fill(icons)
        self._lay_out(icons)
        self.search.textChanged.connect(self._find)
        self.list.currentRowChanged.connect(self._show_page)
        self.close_button.clicked.connect(self.close)
        theme.changed.connect(self._dress)
        self._dress()
        self.list.setCurrentRow(0)

    def show_page(self, name: str) -> None:
        """Go to a page by its name; ValueError for one that is not there."""
        self.search.clear()
        self.list.setCurrentRow([page.name for page in self._pages].index(name))

    def page_name(self) -> str:
        """The name of the page that shows."""
        return self._pages[self._stack.currentIndex()].name

    def _fill(self, icons: Icons) -> None:
        for page in self._pages:
            item = QListWidgetItem(page.name)
            item.setData(ICON_ROLE, page.icon)
            item.setData(WORDS_ROLE, " ".join([page.name, *page.words]).casefold())
            self.list.addItem(item)
            self._stack.addWidget(page.widget)
        self.list.setItemDelegate(_PageDelegate(self._theme, icons, self.list))
        self.list.setObjectName("pageList")
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setMouseTracking(True)

    def _lay_out(self, icons: Icons) -> None:
        self.search.setPlaceholderText(self.tr("Find a setting"))
        self.search.setAccessibleName(self.tr("Find a setting"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setFixedHeight(Height.FIELD)
        self._side.setFixedWidth(LIST_PX)
        self._side.setAutoFillBackground(True)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, Space.M, 0, 0)
        side.setSpacing(Space.S)
        framed = QHBoxLayout()
        framed.setContentsMargins(Space.S, 0, Space.S, 0)
        framed.addWidget(self.search)
        side.addLayout(framed)
        side.addWidget(self.list, 1)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._side)
        body.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(body, 1)
        layout.addWidget(self._foot)
        self._lay_out_foot()

    def _lay_out_foot(self) -> None:
        self._foot.setFixedHeight(FOOT_PX)
        self._foot.setAutoFillBackground(True)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(Space.M, 0, Space.L, 0)
        foot.setSpacing(Space.S)
        for page in self._pages:
            for button in page.buttons:
                button.setAutoDefault(False)
                foot.addWidget(button)
        foot.addStretch(1)
        self.close_button.setAutoDefault(False)
        foot.addWidget(self.close_button)

    def _show_page(self, row: int) -> None:
        if row < 0:
            return
        self._stack.setCurrentIndex(row)
        for place, page in enumerate(self._pages):
            for button in page.buttons:
                button.setVisible(place == row)

    def _find(self, text: str) -> None:
        """Leave the pages that have the word, and show the first of them."""
        wanted = text.strip().casefold()
        found = [row for row in range(self.list.count()) if wanted in self._words(row)]
        for row in range(self.list.count()):
            self.list.item(row).setHidden(row not in found)
        if found and self.list.currentRow() not in found:
            self.list.setCurrentRow(found[0])

    def _words(self, row: int) -> str:
        return str(self.list.item(row).data(WORDS_ROLE))

    def _dress(self) -> None:
        for part, role in ((self._side, "header"), (self._foot, "bar")):
            palette = QPalette(part.palette())
            palette.setColor(QPalette.ColorRole.Window, self._theme.colour(role))
            part.setPalette(palette)
        self.list.viewport().update()


class _PageDelegate(QStyledItemDelegate):
    """Icon and name; the chosen one on the selection's ground."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, PAGE_ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        # The stubs leave out the fields that QStyleOption itself declares.
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        direction: Qt.LayoutDirection = option.direction  # pyright: ignore[reportAttributeAccessIssue]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = RowPainter(painter, self._theme, self._icons)

        def seen(part: QRect) -> QRect:
            return QStyle.visualRect(direction, rect, part)

        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            row.fill(rect, "selection" if chosen else "hover")
        if chosen:
            bar = QRect(rect.left(), rect.top(), SELECTION_BAR_PX, rect.height())
            row.fill(seen(bar), "accent")
        square = QRect(rect.left() + Space.L, 0, IconSize.FIELD, IconSize.FIELD)
        square.moveTop(rect.center().y() - IconSize.FIELD // 2 + 1)
        row.icon(seen(square), index.data(ICON_ROLE), "text" if chosen else "text2")
        words = rect.adjusted(Space.L + IconSize.FIELD + Space.M, 0, -Space.S, 0)
        align = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
        font = self._theme.font("name" if chosen else "base")
        row.text(seen(words), font, "text" if chosen else "text2", str(index.data()), align=align)
        focused = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if state & focused == focused:
            row.frame(rect, "accent", width=2)
        painter.restore()
