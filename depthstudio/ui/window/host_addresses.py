"""Where the hosts are that files are put on, for those the user moved elsewhere."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import QObject, Signal

from depthstudio.core.address import usable_addresses


class HostAddresses(QObject):
    """What the settings remember of it, while the window is open."""

    changed = Signal(str)  # the id of a host

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._by_host: dict[str, dict[str, str]] = {}

    def of(self, host_id: str) -> dict[str, str]:
        """The addresses in place of a host's own, by the names of its endpoints."""
        return dict(self._by_host.get(host_id, {}))

    def by_host(self) -> dict[str, dict[str, str]]:
        """All of them, for the settings."""
        return {host_id: dict(chosen) for host_id, chosen in self._by_host.items() if chosen}

    def restore(
        self, by_host: Mapping[str, Mapping[str, str]], plain_hosts: Collection[str]
    ) -> None:
        """Take over what an earlier session remembers, but for what is no address to use.

        `plain_hosts` may be spoken to without encryption.
        """
        self._by_host = {
            host_id: usable_addresses(chosen, plain_hosts) for host_id, chosen in by_host.items()
        }

    def put(self, host_id: str, endpoints: Mapping[str, str]) -> None:
        """Put other addresses in place of a host's own; empty for none."""
        if dict(endpoints) != self.of(host_id):
            self._by_host[host_id] = dict(endpoints)
            self.changed.emit(host_id)
