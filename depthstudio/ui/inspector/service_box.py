"""The connection of a service: its server, its keys, and whether they work."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.providers.base import ProviderInfo
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.inspector.connection_test import ConnectionTest
from depthstudio.ui.inspector.group import GroupHead
from depthstudio.ui.inspector.secret_field import SecretField
from depthstudio.ui.inspector.server_field import ServerField
from depthstudio.ui.inspector.service_line import endpoint_label
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme


class ServiceBox(QWidget):
    """What a provider that leaves this computer needs beside parameters."""

    endpoints_changed = Signal()
    secrets_changed = Signal()  # what is known of them, never the secret itself
    host_allowed = Signal(str)
    secret_given = Signal(str, str)  # name and secret; "" forgets it

    def __init__(
        self, theme: Theme, icons: Icons, info: ProviderInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.info = info
        self.head = GroupHead(theme, self.tr("Connection"), self)
        self.test = ConnectionTest(theme, icons, self)
        self._body = QWidget(self)
        self._wiring: dict[str, str] = {}  # which the Keys page edits
        self._servers = {
            name: ServerField(
                theme,
                icons,
                self._label(name),
                default,
                takes_space=name in info.space_endpoints,
                parent=self,
            )
            for name, default in info.endpoints.items()
        }
        self._secrets = {s.name: SecretField(theme, s, self) for s in info.secrets}
        self._lay_out()
        self._connect()
        self._show_servers()

    def endpoints(self) -> dict[str, str]:
        """The addresses the user put in place of the provider's own, by their name.

        Among them is what else of the connection was changed, elsewhere.
        """
        chosen = {name: f.address() for name, f in self._servers.items() if f.address()}
        return {**chosen, **self._wiring}

    def set_endpoints(self, endpoints: Mapping[str, str]) -> None:
        """Show other addresses, without saying `endpoints_changed`."""
        self._wiring = {name: endpoints[name] for name in self.info.wiring if name in endpoints}
        for name, field in self._servers.items():
            field.set_address(endpoints.get(name, ""))
        self._show_servers()

    def set_recent(self, servers: Sequence[Mapping[str, str]]) -> None:
        """The addresses of the servers that were met, newest first."""
        for name, field in self._servers.items():
            field.set_recent([server[name] for server in servers if name in server])

    def set_plain_hosts(self, hosts: Collection[str]) -> None:
        """The hosts that the user lets be spoken to without encryption."""
        for field in self._servers.values():
            field.set_plain_hosts(hosts)

    def show_secret(self, name: str, origin: SecretOrigin) -> None:
        """Say where a secret comes from."""
        field = self._secrets[name]
        if origin is not field.origin():
            field.show_origin(origin)
            self.secrets_changed.emit()

    def server(self, name: str) -> ServerField:
        """The field of one address; KeyError if there is none."""
        return self._servers[name]

    def secret(self, name: str) -> SecretField:
        """The field of one secret; KeyError if there is none."""
        return self._secrets[name]

    def wrong_server(self) -> str:
        """The label of the first address that cannot be used, empty when all can."""
        return next((f.label for f in self._servers.values() if f.error()), "")

    def missing(self) -> str:
        """The label of a secret that only the user can give and nothing runs without."""
        for field in self._secrets.values():
            is_absent = field.origin() in (SecretOrigin.ABSENT, SecretOrigin.WITHHELD)
            if field.secret.is_needed and is_absent:
                return field.secret.label
        return ""

    def order_tabs(self, after: QWidget) -> QWidget:
        """Let Tab go through from top to bottom, coming from `after`; returns the last stop."""
        stops = [after, self.head]
        for field in (*self._servers.values(), *self._secrets.values()):
            stops += field.tab_stops()
        stops.append(self.test.button)
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)
        return stops[-1]

    def _label(self, name: str) -> str:
        is_first = name == next(iter(self.info.endpoints))
        return self.tr("Server") if is_first else endpoint_label(name)

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(Space.M, Space.XS, Space.M, Space.M)
        inside.setSpacing(Space.S)
        for field in (*self._servers.values(), *self._secrets.values()):
            inside.addWidget(field)
        inside.addWidget(self.test)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self._body)

    def _connect(self) -> None:
        self.head.toggled.connect(self._body.setVisible)
        self.head.toggled.connect(self._show_summary)
        self.test.changed.connect(self._show_summary)
        for field in self._servers.values():
            field.changed.connect(self.endpoints_changed)
            field.host_allowed.connect(self.host_allowed)
        for name, field in self._secrets.items():
            field.given.connect(lambda text, name=name: self.secret_given.emit(name, text))

    def _show_summary(self) -> None:
        """Folded, only the head can say how the connection is."""
        self.head.set_summary("" if self.head.isChecked() else self.test.summary())

    def _show_servers(self) -> None:
        """The first address is everybody's; the others show where they are not the usual ones."""
        for place, field in enumerate(self._servers.values()):
            field.setVisible(not place or bool(field.address()) or bool(field.error()))
