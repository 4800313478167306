"""What of a service's wiring nobody could look up: folded, until somebody has to say it."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.core.wiring import checked_wiring
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.inspector.group import GroupHead
from depthstudio.ui.inspector.server_field import ServerField
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme


class WiringBox(QWidget):
    """A field for each entry of `ProviderInfo.wiring`, under a head that folds them."""

    changed = Signal()

    def __init__(
        self, theme: Theme, icons: Icons, info: ProviderInfo, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.head = GroupHead(theme, self.tr("How it is asked"), self)
        self._body = QWidget(self)
        self.fields = {
            name: ServerField(
                theme,
                icons,
                _label(name),
                default,
                check=lambda text, name=name, default=default: checked_wiring(name, text, default),
                parent=self,
            )
            for name, default in info.wiring.items()
        }
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(Space.M, Space.XS, Space.M, Space.M)
        inside.setSpacing(Space.S)
        for field in self.fields.values():
            inside.addWidget(field)
            field.changed.connect(self._show_summary)
            field.changed.connect(self.changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self._body)
        self.head.toggled.connect(self._body.setVisible)
        self.head.setChecked(False)

    def set_values(self, values: Mapping[str, str]) -> None:
        """Show other entries, without saying `changed`; unfolds where they are not the usual."""
        for name, field in self.fields.items():
            field.set_address(values.get(name, ""))
        self._show_summary()
        if any(field.address() or field.error() for field in self.fields.values()):
            self.head.setChecked(True)

    def order_tabs(self, after: QWidget) -> QWidget:
        """Let Tab go through from top to bottom, coming from `after`; returns the last stop."""
        stops = [after, self.head]
        for field in self.fields.values():
            stops += field.tab_stops()
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)
        return stops[-1]

    def _show_summary(self) -> None:
        count = sum(bool(field.address()) for field in self.fields.values())
        self.head.set_summary(self.tr("{n} changed").format(n=count) if count else "")


def _label(name: str) -> str:
    """“create_path” in one word: the line has no room for two."""
    return name.removeprefix("auth_").removesuffix("_path").replace("_", " ").capitalize()
