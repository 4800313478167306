"""The Privacy page: which hosts may put files on the web, and what services get."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.card import Card
from depthstudio.ui.parts.labels import ToneLabel


class PrivacyPage(QWidget):
    """One card for each host that was agreed to, and one for each service."""

    revoked = Signal(str)  # the id of a host

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        services: Sequence[ProviderInfo],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._cards: list[QWidget] = []
        self.buttons: dict[str, QPushButton] = {}
        self._hosts = QVBoxLayout()
        self._nobody = ToneLabel(
            theme,
            self.tr("None. You are asked before a file of yours is first put on the web."),
            parent=self,
        )
        self._lay_out(services)

    def show_hosts(self, hosts: Sequence[HostInfo]) -> None:
        """Show these hosts, and no others."""
        for card in self._cards:
            self._hosts.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.buttons = {host.id: self._revoke_button(host) for host in hosts}
        self._cards = [
            self._card(host.title, host.privacy, self.buttons[host.id]) for host in hosts
        ]
        for card in self._cards:
            self._hosts.addWidget(card)
        self._nobody.setVisible(not hosts)

    def _revoke_button(self, host: HostInfo) -> QPushButton:
        revoke = QPushButton(self.tr("Revoke"), self)
        revoke.setAutoDefault(False)
        revoke.setAccessibleName(self.tr("Revoke: {host}").format(host=host.title))
        revoke.setToolTip(self.tr("You are asked again before the next file goes there"))
        revoke.clicked.connect(lambda: self.revoked.emit(host.id))
        return revoke

    def _card(self, title: str, text: str, button: QPushButton | None = None) -> QWidget:
        card = Card(self._theme, self)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(ToneLabel(self._theme, title, tone="text", font="name", parent=card))
        said = ToneLabel(self._theme, text, parent=card)
        said.setWordWrap(True)
        words.addWidget(said)
        line = QHBoxLayout(card)
        line.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        line.setSpacing(Space.L)
        line.addLayout(words, 1)
        if button is not None:
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return card

    def _head(self, text: str) -> ToneLabel:
        return ToneLabel(self._theme, text, tone="text", font="head", parent=self)

    def _lay_out(self, services: Sequence[ProviderInfo]) -> None:
        title = ToneLabel(self._theme, self.tr("Privacy"), tone="text", font="page", parent=self)
        intro = ToneLabel(
            self._theme,
            self.tr("Nothing leaves this computer but what a job you start sends to its service."),
            font="base",
            parent=self,
        )
        intro.setWordWrap(True)
        self._hosts.setSpacing(Space.S)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, Space.S)
        column.setSpacing(Space.S)
        column.addWidget(self._head(self.tr("Hosts that may put your files on the web")))
        column.addWidget(self._nobody)
        column.addLayout(self._hosts)
        column.addSpacing(Space.M)
        column.addWidget(self._head(self.tr("What each service gets")))
        for info in services:
            nothing = self.tr("Nothing: it runs on this computer.")
            sent = nothing if info.runs_locally else info.privacy or self.tr("Not stated.")
            column.addWidget(self._card(info.title, sent))
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.L, Space.XL, Space.S)
        layout.setSpacing(Space.S)
        layout.addWidget(title)
        layout.addWidget(intro)
        layout.addSpacing(Space.XS)
        layout.addWidget(scroll, 1)
