"""What to know about a provider before Run: what it makes, its licence, its price."""

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from depthstudio.providers.base import Licence, ProviderInfo
from depthstudio.ui.inspector.service_line import link
from depthstudio.ui.look.icons import Icons, paint_glyph
from depthstudio.ui.look.theme import FontRole, IconSize, Radius, Space, Theme
from depthstudio.ui.parts.card import Card
from depthstudio.ui.parts.chips import Chip, ChipStrip
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel

TILE_PX = 32
ROW_PX = 26
LABEL_PX = 54
PRODUCT_ICONS = {
    "depth": "gradient-vertical",
    "cloud": "dots-hexagon",
    "surface": "image-filter-hdr",
    "parts": "puzzle-outline",
    "cameras": "camera-outline",
    "video": "video-outline",
}


class _Tile(QWidget):
    """The provider's icon on a plate."""

    def __init__(self, theme: Theme, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self.setFixedSize(TILE_PX, TILE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("chip"))
        painter.drawRoundedRect(self.rect(), Radius.FIELD, Radius.FIELD)
        square = QRect(0, 0, IconSize.TOOLBAR, IconSize.TOOLBAR)
        square.moveCenter(self.rect().center())
        paint_glyph(painter, square, self._icon, self._theme.colour("text"))
        painter.end()


class ProviderCard(Card):
    """One provider in short."""

    page_requested = Signal(str)  # an https address
    keys_requested = Signal()  # where keys are given

    def __init__(
        self, theme: Theme, icons: Icons, info: ProviderInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self._note_icon: QLabel | None = None
        self._key = ElidedLabel(theme, tone="text", parent=self)
        self._keys = link(self.tr("Keys…"), self)
        self._keys.clicked.connect(self.keys_requested)
        self.buttons: list[QAbstractButton] = []
        self.setAccessibleName(info.title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.M, Space.M, Space.S)
        layout.setSpacing(Space.S)
        layout.addLayout(self._head(info))
        layout.addLayout(self._facts(info))
        if info.note:
            layout.addWidget(_Rule(theme, self))
            layout.addLayout(self._note(info.note))
            layout.addSpacing(Space.XS)
        theme.changed.connect(self._show_note_icon)

    def _head(self, info: ProviderInfo) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._line(info.title, "text", "provider"))
        words.addWidget(self._line(info.subtitle, "text2", "secondary"))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(_Tile(self._theme, info.icon, self))
        head.addLayout(words, 1)
        if info.page:
            head.addWidget(self._page_button(info))
        return head

    def _page_button(self, info: ProviderInfo) -> QToolButton:
        button = QToolButton(self)
        self.buttons.append(button)
        button.setIcon(self._icons.icon("open-in-new"))
        button.setIconSize(QSize(IconSize.FIELD, IconSize.FIELD))
        button.setAccessibleName(self.tr("Open the page of {title}").format(title=info.title))
        button.setToolTip(info.page)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.page_requested.emit(info.page))
        return button

    def _facts(self, info: ProviderInfo) -> QGridLayout:
        price = info.price or self.tr("Not stated")
        is_needed = any(secret.is_needed for secret in info.secrets)
        key = self.tr("Needed") if is_needed else self.tr("Not needed")
        is_token = any("token" in secret.label.lower() for secret in info.secrets)
        self._key.setText(key)
        facts: list[tuple[str, QWidget]] = [
            (self.tr("Makes"), self._products(info)),
            (self.tr("Licence"), licence_chip(self._theme, info.licence, self)),
            (self.tr("Price"), self._line(price, "text", "secondary")),
        ]
        if info.quota:
            facts.append((self.tr("Quota"), self._words(info.quota)))
        if info.privacy:
            facts.append((self.tr("Sends"), self._words(info.privacy)))
        facts.append((self.tr("Token") if is_token else self.tr("Key"), self._key_line(info)))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(facts):
            label = ToneLabel(self._theme, name, parent=self)
            label.setMinimumWidth(LABEL_PX - Space.S)
            label.setMinimumHeight(ROW_PX)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            if isinstance(value, Chip):
                grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignLeading)
            else:
                grid.addWidget(value, row, 1)
            grid.setRowMinimumHeight(row, ROW_PX)
        return grid

    def _key_line(self, info: ProviderInfo) -> QWidget:
        if info.runs_locally:
            self._keys.hide()
            return self._key
        self.buttons.append(self._keys)
        both = QWidget(self)
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(self._key, 1)
        line.addWidget(self._keys)
        return both

    def _line(self, text: str, tone: str, font: FontRole) -> QWidget:
        return ElidedLabel(self._theme, text, tone=tone, font=font, parent=self)

    def _words(self, text: str) -> QWidget:
        """A fact that may be long: it wraps, and its first line stands beside its label."""
        words = ToneLabel(self._theme, text, tone="text", parent=self)
        words.setWordWrap(True)
        above_px = max(0, (ROW_PX - words.fontMetrics().height()) // 2)
        words.setContentsMargins(0, above_px, 0, above_px)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        return words

    def show_key(self, text: str, tone: str, *, is_missing: bool = False) -> None:
        """Say where the key comes from, or that nothing runs without one."""
        self._key.setText(text)
        self._key.set_tone(tone)
        self._keys.setText(self.tr("Give the key…") if is_missing else self.tr("Keys…"))

    def _products(self, info: ProviderInfo) -> QWidget:
        chips = [
            Chip(
                self._theme,
                product.label,
                icon=PRODUCT_ICONS.get(product.kind, "cube-outline"),
                icon_tone="text2",
            )
            for product in info.produces
        ]
        return ChipStrip(chips, ROW_PX, self)

    def _note(self, text: str) -> QHBoxLayout:
        self._note_icon = QLabel(self)
        self._show_note_icon()
        words = ToneLabel(self._theme, text, tone="text", parent=self)
        words.setWordWrap(True)
        words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self._note_icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        return line

    def _show_note_icon(self) -> None:
        if self._note_icon is not None:
            icon = self._icons.pixmap("information-outline", IconSize.FIELD, "held")
            self._note_icon.setPixmap(icon)


class _Rule(QWidget):
    """A line across the card."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("hairline"))
        painter.end()


def licence_chip(theme: Theme, licence: Licence, parent: QWidget | None = None) -> Chip:
    """Plain when commercial use is fine, caution when it is not, a question when unknown."""
    text, icon, tone, icon_tone = licence.text, "check", "text", "done"
    if licence.commercial is None:
        text = _tr("{licence} · use not stated").format(licence=text) if text else _tr("Not stated")
        icon, icon_tone = "help-circle-outline", "text2"
    elif not licence.commercial:
        icon, tone, icon_tone = "scale-balance", "held", "held"
    return Chip(theme, text, icon=icon, tone=tone, icon_tone=icon_tone, parent=parent)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ProviderCard", text)
