"""The list of providers: closed one line, open two lines each."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.controls import Combo

ROW_PX = 44
ID_ROLE = Qt.ItemDataRole.UserRole
LINE_ROLE = Qt.ItemDataRole.UserRole + 1


class ProviderCombo(Combo):
    """Picks one provider by its id."""

    picked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        providers: Sequence[ProviderInfo],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName(self.tr("Provider"))
        view = QListView(self)
        view.setUniformItemSizes(True)
        self.setView(view)
        self.setItemDelegate(ProviderDelegate(theme, self))
        for info in providers:
            self.addItem(icons.icon(info.icon), info.title, info.id)
            row = self.count() - 1
            line = f"{info.subtitle} · {info.price}" if info.price else info.subtitle
            self.setItemData(row, line, LINE_ROLE)
            spoken = f"{info.title}, {line}"
            self.setItemData(row, spoken, Qt.ItemDataRole.AccessibleTextRole)
            self.setItemData(row, line, Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(lambda _: self.picked.emit(self.provider_id()))

    def provider_id(self) -> str:
        """The id of the provider that is chosen; empty when there is none."""
        return str(self.currentData(ID_ROLE) or "")

    def set_provider(self, provider_id: str) -> None:
        """Choose a provider without saying `picked`; ValueError for an unknown id."""
        row = self.findData(provider_id, ID_ROLE)
        if row < 0:
            raise ValueError(f"there is no provider “{provider_id}”")
        self.setCurrentIndex(row)


class ProviderDelegate(QStyledItemDelegate):
    """Paints a provider in two lines: name, then kind and price."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        lines = sum(QFontMetrics(font).height() for font in self._fonts())
        return QSize(0, max(ROW_PX, lines + Space.S))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        # The stubs leave out the fields that QStyleOption itself declares.
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        theme = self._theme
        painter.save()
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, theme.colour("selection" if is_current else "field"))
        if is_current:
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme.colour("accent"))
        inner = rect.adjusted(Space.S, Space.XS, -Space.S, -Space.XS)
        square = QRect(inner.left() + 2, inner.top(), IconSize.TOOLBAR, inner.height())
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            icon.paint(painter, square)
        words = inner.adjusted(IconSize.TOOLBAR + Space.M, 0, 0, 0)
        self._paint_words(painter, words, index)
        painter.restore()

    def _paint_words(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        texts = (index.data(Qt.ItemDataRole.DisplayRole), index.data(LINE_ROLE))
        half = rect.height() // 2
        for line, (text, font, tone) in enumerate(
            zip(texts, self._fonts(), ("text", "text2"), strict=True)
        ):
            painter.setFont(font)
            painter.setPen(self._theme.colour(tone))
            place = QRect(rect.left(), rect.top() + line * half, rect.width(), half)
            shown = painter.fontMetrics().elidedText(
                str(text), Qt.TextElideMode.ElideMiddle, place.width()
            )
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)

    def _fonts(self) -> tuple[QFont, QFont]:
        return self._theme.font("name"), self._theme.font("secondary")
