"""One chip in the status bar for every provider that nothing is sent to at the moment."""

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from depthstudio.core.job import Hold, HoldKind
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.labels import settle
from depthstudio.ui.queue.words import hold_icon, hold_text, short_hold_text

TICK_MS = 1000
ROOMY_CHIPS = 2  # more of them say only how long


class HoldChips(QWidget):
    """Counts down while it is on screen. A click opens the reason, and “Try now”."""

    try_now_requested = Signal(str)  # provider id
    give_key_requested = Signal(str)  # provider id

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        provider_title: Callable[[str], str],
        beat: Beat,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self._title = provider_title
        self._beat = beat
        self._now = now
        self._holds: dict[str, Hold] = {}
        self._chips: dict[str, QToolButton] = {}
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(lambda: self._beat.do_or_join(self._tell))
        theme.changed.connect(self._dress)

    @property
    def chips(self) -> dict[str, QToolButton]:
        """The buttons by provider id."""
        return dict(self._chips)

    @property
    def ticks(self) -> bool:
        """Is time being counted?"""
        return self._tick.isActive()

    def set_holds(self, holds: Mapping[str, Hold]) -> None:
        """Show these holds and no others."""
        self._holds = dict(holds)
        for gone in self._chips.keys() - holds.keys():
            chip = self._chips.pop(gone)
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for provider_id in holds:
            if provider_id not in self._chips:
                self._chips[provider_id] = self._make_chip(provider_id)
        self.setVisible(bool(holds))
        self._dress()
        self._follow_time()

    def menu_for(self, provider_id: str) -> QMenu:
        """Why a provider is held, and what the user can do about it."""
        hold = self._holds[provider_id]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for line in (hold.reason, hold.hint):
            if line:
                menu.addAction(line).setEnabled(False)
        menu.addSeparator()
        if hold.kind is HoldKind.NEEDS_KEY:
            give = menu.addAction(self._icons.icon("key-outline"), self.tr("Give key…"))
            give.triggered.connect(lambda: self.give_key_requested.emit(provider_id))
        ask = menu.addAction(self._icons.icon("play"), self.tr("Try now"))
        ask.triggered.connect(lambda: self.try_now_requested.emit(provider_id))
        return menu

    def close_chips(self) -> None:
        """Count no more, before the window goes."""
        self._tick.stop()
        self._beat.forget(self._tell)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow_time()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def _make_chip(self, provider_id: str) -> QToolButton:
        chip = QToolButton()
        chip.setAutoRaise(True)
        chip.setIconSize(beside_text(IconSize.STATE))
        chip.setToolButtonStyle(chip.toolButtonStyle().ToolButtonTextBesideIcon)
        chip.clicked.connect(lambda: self._open_menu(provider_id))
        self._layout.addWidget(chip)
        return chip

    def _open_menu(self, provider_id: str) -> None:
        chip, menu = self._chips[provider_id], self.menu_for(provider_id)
        menu.popup(chip.mapToGlobal(chip.rect().topLeft()) - QPoint(0, menu.sizeHint().height()))

    def _tell(self) -> None:
        for provider_id, chip in self._chips.items():
            hold, title = self._holds[provider_id], self._title(provider_id)
            end = hold_text(hold, self._now())
            is_crowded = len(self._chips) > ROOMY_CHIPS
            chip.setText(
                f"{title} {short_hold_text(hold, self._now())}" if is_crowded else f"{title}: {end}"
            )
            settle(chip)
            chip.setAccessibleName(f"{title}: {hold.reason}, {end}")
            chip.setToolTip(f"{title}: {hold.reason}")

    def _dress(self) -> None:
        for provider_id, chip in self._chips.items():
            chip.setIcon(self._icons.icon(hold_icon(self._holds[provider_id]), "held"))
            chip.setFont(self._theme.font("secondary", tabular=True))
        self._tell()

    def _follow_time(self) -> None:
        counts = any(hold.until is not None for hold in self._holds.values())
        if counts and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()
