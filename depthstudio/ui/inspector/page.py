"""One provider in the inspector: its card, its connection, its form."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.core.param_reconcile import reconciled
from depthstudio.core.params import Json
from depthstudio.ui.inspector.entry import ProviderEntry, Schema
from depthstudio.ui.inspector.form import ParamForm
from depthstudio.ui.inspector.provider_card import ProviderCard
from depthstudio.ui.inspector.schema import flat
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme

if TYPE_CHECKING:
    from depthstudio.ui.inspector.service_box import ServiceBox


class ProviderPage(QWidget):
    """Made when its provider is first chosen. A provider on this computer has no `service`."""

    changed = Signal()  # a value, or a server: it is another question now
    state_changed = Signal()  # something else that decides whether it can run
    endpoints_changed = Signal()

    def __init__(
        self, theme: Theme, icons: Icons, entry: ProviderEntry, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.entry = entry
        self._theme = theme
        self._before: QWidget = self  # where Tab comes from
        self._schema = entry.schema
        self._waiting: dict[str, Json] = {}  # values that only a server's schema can hold
        self.card = ProviderCard(theme, icons, entry.info, self)
        self.service: ServiceBox | None = None
        self.form = self._make_form()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)
        framed = QVBoxLayout()
        framed.setContentsMargins(Space.M, 0, Space.M, 0)
        framed.addWidget(self.card)
        self._layout.addLayout(framed)
        if not entry.info.runs_locally:
            self.service = self._make_service(icons)
            self._layout.addWidget(self.service)
        self._layout.addWidget(self.form, 1)

    @property
    def schema(self) -> Schema:
        """The parameters as the chosen server has them, as far as that is known."""
        return self._schema

    def restore(self, values: Mapping[str, Json]) -> None:
        """Take over values of an earlier session, some perhaps only once a server is known."""
        self.form.set_values(values)
        held = flat(self.form.values())
        self._waiting = {k: v for k, v in flat(values).items() if held.get(k) != v}

    def restore_endpoints(self, endpoints: Mapping[str, str], plain_hosts: Collection[str]) -> None:
        """Take over the addresses of an earlier session."""
        if self.service is not None:
            self.service.set_plain_hosts(plain_hosts)
            self.service.set_endpoints(endpoints)

    def set_endpoints(self, endpoints: Mapping[str, str]) -> None:
        """Put other addresses in place of the provider's own."""
        if self.service is not None:
            self.service.set_endpoints(endpoints)
            self._on_endpoints()

    def endpoints(self) -> dict[str, str]:
        """The addresses the user put in place of the provider's own."""
        return self.service.endpoints() if self.service is not None else {}

    def wrong(self) -> str:
        """The label of the first thing to correct before it can run."""
        wrong_server = self.service.wrong_server() if self.service is not None else ""
        return wrong_server or self.form.first_error()

    def set_live(self, live: Schema | None) -> None:
        """Show the form as this server has it; None where nothing is known of it."""
        schema = self.entry.schema if live is None else reconciled(self.entry.schema, live)
        if schema == self._schema:
            return
        self._schema = schema
        old, self.form = self.form, self._make_form()
        if live is not None:
            self.form.set_values(self._waiting)
            self._waiting = {}
        self.form.take_over(old)
        self._layout.replaceWidget(old, self.form)
        old.hide()
        old.deleteLater()
        self.order_tabs()
        self.changed.emit()

    def order_tabs(self, after: QWidget | None = None) -> None:
        """Let Tab go from top to bottom, coming from `after`, or from where it came before."""
        last = self._before = after or self._before
        for button in self.card.buttons:
            QWidget.setTabOrder(last, button)
            last = button
        if self.service is not None:
            last = self.service.order_tabs(last)
        self.form.order_tabs(after=last)

    def _make_form(self) -> ParamForm:
        schema = self._schema
        form = ParamForm(
            schema,
            self._theme,
            validate=lambda values: self.entry.validate(values, schema),
            parent=self,
        )
        form.changed.connect(self.changed)
        return form

    def _make_service(self, icons: Icons) -> "ServiceBox":
        # What runs here needs none of it, and it is the first that is shown.
        from depthstudio.ui.inspector.service_box import ServiceBox

        service = ServiceBox(self._theme, icons, self.entry.info, self)
        service.endpoints_changed.connect(self._on_endpoints)
        service.secrets_changed.connect(self._on_secrets)
        return service

    def _on_endpoints(self) -> None:
        self.endpoints_changed.emit()
        self.changed.emit()

    def _on_secrets(self) -> None:
        if self.service is not None:
            first = self.service.secret(self.entry.info.secrets[0].name).short_words()
            self.card.show_key(first.text, first.tone, is_missing=bool(self.service.missing()))
        self.state_changed.emit()
