"""Where the servers of a service are: its address, and under a fold what else can be changed."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.ui.inspector.group import GroupHead
from depthstudio.ui.inspector.server_field import BUTTON_PX, ServerField
from depthstudio.ui.inspector.service_line import endpoint_label
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ElidedLabel
from depthstudio.ui.preferences.secret_lines import FIELD_PX, LABEL_PX
from depthstudio.ui.preferences.wiring_field import WiringField

# With the two buttons of a server field and the space before each.
SERVER_PX = LABEL_PX + Space.S + FIELD_PX + 2 * (BUTTON_PX + Space.XS)


class ConnectionForm(QWidget):
    """Edits the addresses and the wiring of one provider or host. What is good holds at once."""

    endpoints_changed = Signal()
    host_allowed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        info: ProviderInfo | HostInfo,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.info = info
        is_provider = isinstance(info, ProviderInfo)
        spaces = info.space_endpoints if is_provider else frozenset[str]()
        wiring = info.wiring if is_provider else {}
        self._servers = {
            name: ServerField(
                theme,
                icons,
                self._label(name),
                default,
                takes_space=name in spaces,
                label_px=LABEL_PX + Space.XS,
                parent=self,
            )
            for name, default in info.endpoints.items()
        }
        self._wiring = {
            name: WiringField(theme, icons, name, default, self) for name, default in wiring.items()
        }
        self._sent_to = ElidedLabel(theme, tone="text2", parent=self)
        self.head = GroupHead(theme, self.tr("Connection details"), self, margin_px=0)
        self.more = QWidget(self)
        self.more_layout = QVBoxLayout(self.more)
        self._lay_out()
        self._connect()

    def server(self, name: str) -> ServerField:
        """The field of one address; KeyError if there is none."""
        return self._servers[name]

    def wiring(self, name: str) -> WiringField:
        """The field of what else there is; KeyError if there is none."""
        return self._wiring[name]

    def endpoints(self) -> dict[str, str]:
        """What the user put in place of the provider's own, by name."""
        addresses = {name: field.address() for name, field in self._servers.items()}
        wiring = {name: field.value() for name, field in self._wiring.items()}
        return {name: text for name, text in {**addresses, **wiring}.items() if text}

    def set_endpoints(self, endpoints: Mapping[str, str]) -> None:
        """Show other ones, without saying `endpoints_changed`."""
        if dict(endpoints) == self.endpoints():
            return  # what is being typed must not be replaced
        for name, field in self._servers.items():
            field.set_address(endpoints.get(name, ""))
        for name, field in self._wiring.items():
            field.set_value(endpoints.get(name, ""))

    def show_key_hosts(self, hosts: Sequence[str]) -> None:
        """Say who gets to see the key; nothing where that is nobody."""
        if len(hosts) < 2:
            said = self.tr("The key is sent to this host only.") if hosts else ""
        else:
            first, last = ", ".join(hosts[:-1]), hosts[-1]
            said = self.tr("The key is sent to {first} and {last} only.")
            said = said.format(first=first, last=last)
        self._sent_to.setText(said)

    def set_plain_hosts(self, hosts: Collection[str]) -> None:
        """The hosts that the user lets be spoken to without encryption."""
        for field in self._servers.values():
            field.set_plain_hosts(hosts)

    def show_details(self, *, has_more: bool) -> None:
        """Offer the fold where there is something under it."""
        is_there = has_more or bool(self._wiring) or len(self._servers) > 1
        self.head.setVisible(is_there)
        self.more.setVisible(is_there and self.head.isChecked())

    def _label(self, name: str) -> str:
        is_first = name == next(iter(self.info.endpoints))
        return self.tr("Address") if is_first else endpoint_label(name)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        self.more_layout.setContentsMargins(0, 0, 0, 0)
        self.more_layout.setSpacing(Space.S)
        for place, field in enumerate(self._servers.values()):
            field.setFixedWidth(SERVER_PX)
            if place:
                self.more_layout.addWidget(field)
                continue
            line = QHBoxLayout()
            line.setSpacing(Space.S)
            line.addWidget(field)
            line.addWidget(self._sent_to, 1)
            layout.addLayout(line)
        for field in self._wiring.values():
            self.more_layout.addWidget(field)
        layout.addWidget(self.head)
        layout.addWidget(self.more)
        self.head.setChecked(False)

    def _connect(self) -> None:
        self.head.toggled.connect(self.more.setVisible)
        for field in self._servers.values():
            field.changed.connect(self.endpoints_changed)
            field.host_allowed.connect(self.host_allowed)
        for field in self._wiring.values():
            field.changed.connect(self.endpoints_changed)
