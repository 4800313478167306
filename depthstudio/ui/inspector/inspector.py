"""The inspector: which provider, with which parameters, on what, and Run."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from depthstudio.core.job import Source
from depthstudio.core.params import Json
from depthstudio.ui.inspector.entry import ProviderEntry, Schema
from depthstudio.ui.inspector.form import ParamForm
from depthstudio.ui.inspector.page import ProviderPage
from depthstudio.ui.inspector.provider_combo import ProviderCombo
from depthstudio.ui.inspector.run_box import RunBox
from depthstudio.ui.inspector.run_state import run_state
from depthstudio.ui.inspector.schema import read_schema
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import DockWidth, Space, Theme

if TYPE_CHECKING:
    from depthstudio.ui.inspector.service_box import ServiceBox


class Inspector(QWidget):
    """Holds what the next job will be made of. Every provider keeps its own values."""

    provider_changed = Signal(str)
    params_changed = Signal()
    grouping_changed = Signal(bool)  # True: one scene
    run_requested = Signal()
    run_again_requested = Signal()
    show_requested = Signal()
    page_requested = Signal(str)  # an https address to open
    keys_requested = Signal(str)  # the provider whose key is to be given
    host_allowed = Signal(str)  # that may be spoken to without encryption
    page_made = Signal(str)  # the page of a provider, when it is chosen for the first time
    server_changed = Signal(str)  # a provider has another server now

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        providers: Sequence[ProviderEntry],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not providers:
            raise ValueError("the inspector needs at least one provider")
        self._theme = theme
        self._icons = icons
        self._entries = {entry.info.id: entry for entry in providers}
        self._pages: dict[str, ProviderPage] = {}
        self._restored: dict[str, dict[str, Json]] = {}
        self._restored_endpoints: dict[str, dict[str, str]] = {}
        self._plain_hosts: frozenset[str] = frozenset()
        self._sources: tuple[Source, ...] = ()
        self._one_scene = True
        self._is_known = False
        self._known_when = ""
        self._host_title = ""
        self._combo = ProviderCombo(theme, icons, [entry.info for entry in providers], self)
        self._scroll = QScrollArea(self)
        self._pages_layout = QVBoxLayout()
        self.run_box = RunBox(theme, icons, self)
        self._lay_out()
        self._connect()
        self._show_page(providers[0].info.id)

    def provider_ids(self) -> list[str]:
        """The ids of all providers it offers."""
        return list(self._entries)

    def provider_id(self) -> str:
        """The id of the chosen provider."""
        return self._combo.provider_id()

    def set_provider(self, provider_id: str) -> None:
        """Choose a provider; ValueError for an unknown id."""
        if provider_id != self.provider_id():
            self._combo.set_provider(provider_id)
            self._on_provider(provider_id)

    def form(self) -> ParamForm:
        """The form of the chosen provider."""
        return self._pages[self.provider_id()].form

    def values_for(self, provider_id: str) -> dict[str, Json]:
        """A provider's values as they stand in its form; KeyError for an unknown id."""
        entry = self._entries[provider_id]
        if provider_id in self._pages:
            return self._pages[provider_id].form.values()
        fields = {field.name: field for field in read_schema(entry.schema)}
        values = {name: field.default for name, field in fields.items()}
        for name, value in self._restored.get(provider_id, {}).items():
            if name in fields and fields[name].accepts(value):
                values[name] = value
        return values

    def kept_values(self, provider_id: str) -> dict[str, Json]:
        """A provider's values for the next session, also those that only its server takes."""
        if provider_id in self._restored and provider_id not in self._pages:
            return dict(self._restored[provider_id])
        return self.values_for(provider_id)

    def service(self, provider_id: str) -> "ServiceBox | None":
        """The connection of a provider whose page was made; None for one on this computer."""
        page = self._pages.get(provider_id)
        return page.service if page is not None else None

    def endpoints(self, provider_id: str = "") -> dict[str, str]:
        """The addresses the user put in place of a provider's own; of the chosen one if unnamed."""
        wanted = provider_id or self.provider_id()
        if wanted in self._pages:
            return self._pages[wanted].endpoints()
        return dict(self._restored_endpoints.get(wanted, {}))

    def set_endpoints(self, provider_id: str, endpoints: Mapping[str, str]) -> None:
        """Put other addresses in place of a provider's own."""
        if dict(endpoints) == self.endpoints(provider_id):
            return
        page = self._pages.get(provider_id)
        if page is None:
            self._restored_endpoints[provider_id] = dict(endpoints)
            self.server_changed.emit(provider_id)
        else:
            page.set_endpoints(endpoints)

    def plain_hosts(self) -> tuple[str, ...]:
        """The hosts that the user lets be spoken to without encryption."""
        return tuple(sorted(self._plain_hosts))

    def restore_endpoints(
        self, endpoints: Mapping[str, Mapping[str, str]], plain_hosts: Collection[str]
    ) -> None:
        """Take over the addresses of an earlier session, by provider id."""
        self._plain_hosts = frozenset(plain_hosts)
        for provider_id, kept in endpoints.items():
            if provider_id in self._pages:
                self._pages[provider_id].restore_endpoints(kept, plain_hosts)
            elif provider_id in self._entries:
                self._restored_endpoints[provider_id] = dict(kept)
        self._refresh()

    def set_live_schema(self, provider_id: str, live: Schema | None) -> None:
        """Show a form as its server has it; None where nothing is known of that server."""
        if provider_id in self._pages:
            self._pages[provider_id].set_live(live)

    def restore(self, values: Mapping[str, Mapping[str, Json]]) -> None:
        """Take over the values of an earlier session, by provider id. Unknown ids are left out."""
        for provider_id, kept in values.items():
            if provider_id in self._pages:
                self._pages[provider_id].restore(kept)
            elif provider_id in self._entries:
                self._restored[provider_id] = dict(kept)

    def inputs(self) -> tuple[Source, ...]:
        """What would run."""
        return self._sources

    def set_inputs(self, sources: Sequence[Source]) -> None:
        """Choose what would run."""
        if tuple(sources) != self._sources:
            self._sources = tuple(sources)
            self._refresh()

    def is_one_scene(self) -> bool:
        """Whether all inputs go into one job; only true where that is offered."""
        state = self.run_box.state()
        return state.offers_grouping and state.one_scene

    def set_known(self, is_known: bool, when: str = "") -> None:
        """Say that the library has the result of exactly this, and of what moment it is.

        Forgotten at the next change.
        """
        self._is_known, self._known_when = is_known, when
        self._show_state()

    def set_host(self, title: str) -> None:
        """Say which host files are put on, where that is needed; empty for none."""
        self._host_title = title
        self._show_state()

    def show_error(self, name: str, text: str) -> None:
        """Show what a job found wrong with a parameter of the chosen provider."""
        self.form().show_error(name, text)
        self._show_state()

    def _lay_out(self) -> None:
        self.setMinimumWidth(DockWidth.RIGHT_MIN)
        top = QVBoxLayout()
        top.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        top.addWidget(self._combo)
        content = QWidget()
        self._pages_layout.setContentsMargins(0, 0, 0, 0)
        content.setLayout(self._pages_layout)
        self._scroll.setWidget(content)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.run_box)

    def _connect(self) -> None:
        self._combo.picked.connect(self._on_provider)
        self.run_box.grouping_changed.connect(self._on_grouping)
        self.run_box.run_requested.connect(self.run_requested)
        self.run_box.run_again_requested.connect(self.run_again_requested)
        self.run_box.show_requested.connect(self.show_requested)

    def _on_provider(self, provider_id: str) -> None:
        self._show_page(provider_id)
        self.provider_changed.emit(provider_id)

    def _on_params(self, provider_id: str) -> None:
        if provider_id != self.provider_id():
            return  # a server's answer came late
        self._refresh()
        self.params_changed.emit()

    def _on_grouping(self, one_scene: bool) -> None:
        self._one_scene = one_scene
        self._refresh()
        self.grouping_changed.emit(one_scene)

    def _show_page(self, provider_id: str) -> None:
        is_first = provider_id not in self._pages
        if is_first:
            self._pages[provider_id] = self._make_page(self._entries[provider_id])
        for known_id, page in self._pages.items():
            page.setVisible(known_id == provider_id)
        self._scroll.verticalScrollBar().setValue(0)
        self._refresh()
        if is_first:
            self.page_made.emit(provider_id)

    def _make_page(self, entry: ProviderEntry) -> ProviderPage:
        id_ = entry.info.id
        page = ProviderPage(self._theme, self._icons, entry)
        page.restore_endpoints(self._restored_endpoints.pop(id_, {}), self._plain_hosts)
        page.restore(self._restored.pop(id_, {}))
        self._pages_layout.addWidget(page)
        page.order_tabs(after=self._combo)
        page.card.page_requested.connect(self.page_requested)
        page.changed.connect(lambda: self._on_params(id_))
        page.state_changed.connect(self._show_state)
        page.endpoints_changed.connect(lambda: self.server_changed.emit(id_))
        if page.service is not None:
            page.service.host_allowed.connect(self.allow_host)
        page.card.keys_requested.connect(lambda: self.keys_requested.emit(id_))
        return page

    def allow_host(self, host: str) -> None:
        """Let a host be spoken to without encryption, as the user said."""
        if host in self._plain_hosts:
            return
        self._plain_hosts |= {host}
        for page in self._pages.values():
            if page.service is not None:
                page.service.set_plain_hosts(self._plain_hosts)
        self.host_allowed.emit(host)

    def _refresh(self) -> None:
        """Show the Run box anew after a change, which makes it another question."""
        self._is_known = False
        self._show_state()

    def _show_state(self) -> None:
        page = self._pages[self.provider_id()]
        self.run_box.set_state(
            run_state(
                page.entry.info,
                self._sources,
                one_scene=self._one_scene,
                wrong_param=page.wrong(),
                missing_secret=page.service.missing() if page.service else "",
                endpoints=page.endpoints(),
                plan=lambda group: page.entry.plan(group, page.form.values(), page.schema),
                is_known=self._is_known,
                known_when=self._known_when,
                host_title=self._host_title,
            )
        )
