"""The Privacy page: which hosts the user lets put files on the web."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from depthstudio.providers.hosting.base import HostInfo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.empty_state import EmptyState
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.preferences.card import Card


class PrivacyPage(QWidget):
    """One card for each host that was agreed to."""

    revoked = Signal(str)  # the id of a host

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: dict[str, QWidget] = {}
        self.buttons: dict[str, QPushButton] = {}
        self._column = QVBoxLayout()
        self._empty = EmptyState(
            theme,
            icons,
            icon="shield-check-outline",
            title=self.tr("No host has your consent"),
            text=self.tr("You are asked before a file of yours is first put on the web."),
        )
        self._lay_out()

    def show_hosts(self, hosts: Sequence[HostInfo]) -> None:
        """Show these hosts, and no others."""
        for card in self._cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = {host.id: self._card(host) for host in hosts}
        self.buttons = {k: v for k, v in self.buttons.items() if k in self._cards}
        for place, card in enumerate(self._cards.values()):
            self._column.insertWidget(place, card)
        self._empty.setVisible(not hosts)

    def _card(self, host: HostInfo) -> QWidget:
        card = Card(self._theme, self)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(ToneLabel(self._theme, host.title, tone="text", font="name", parent=card))
        privacy = ToneLabel(self._theme, host.privacy, parent=card)
        privacy.setWordWrap(True)
        words.addWidget(privacy)
        revoke = QPushButton(self.tr("Revoke"), card)
        revoke.setAutoDefault(False)
        revoke.setAccessibleName(self.tr("Revoke: {host}").format(host=host.title))
        revoke.setToolTip(self.tr("You are asked again before the next file goes there"))
        revoke.clicked.connect(lambda: self.revoked.emit(host.id))
        self.buttons[host.id] = revoke
        line = QHBoxLayout(card)
        line.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        line.setSpacing(Space.L)
        line.addLayout(words, 1)
        line.addWidget(revoke, 0, Qt.AlignmentFlag.AlignVCenter)
        return card

    def _lay_out(self) -> None:
        title = ToneLabel(self._theme, self.tr("Privacy"), tone="text", font="page", parent=self)
        intro = ToneLabel(
            self._theme,
            self.tr(
                "Some services fetch their input from the web. These hosts may take files of yours "
                "for that; nothing is taken back from where it is already."
            ),
            font="base",
            parent=self,
        )
        intro.setWordWrap(True)
        self._column.setSpacing(Space.S)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._column)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumSize(QSize(0, 0))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.L, Space.XL, Space.S)
        layout.setSpacing(Space.S)
        layout.addWidget(title)
        layout.addWidget(intro)
        layout.addSpacing(Space.XS)
        layout.addWidget(scroll, 1)
