"""Connects the preferences to the session: keys kept, tested, removed, and consent revoked."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from shiboken6 import isValid

from depthstudio.core.errors import DepthStudioError, UsageError
from depthstudio.jobs.session import Session
from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.keychain import KeychainError
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.preferences.dialog import Page, PreferencesDialog
from depthstudio.ui.preferences.key_form import FormState, KeyForm
from depthstudio.ui.preferences.key_hosts import key_hosts
from depthstudio.ui.preferences.key_rows import KeyRow, Known, host_of_row, host_row_id, rows_of
from depthstudio.ui.preferences.keys_page import KeysPage
from depthstudio.ui.preferences.network_page import NetworkPage
from depthstudio.ui.preferences.privacy_page import PrivacyPage
from depthstudio.ui.preferences.secret_lines import icon_button
from depthstudio.ui.window.connection_tests import ConnectionTests
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.network import Network
from depthstudio.ui.window.tasks import Tasks


class Preferences(QObject):
    """One dialog at a time; what it shows follows the session while it is open."""

    def __init__(
        self,
        session: Session,
        window: MainWindow,
        tests: ConnectionTests,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._window = window
        self._tests = tests
        self._tasks = tasks
        self._infos: dict[str, ProviderInfo | HostInfo] = {
            **{provider.info.id: provider.info for provider in session.registry},
            **{host_row_id(host.info.id): host.info for host in session.hosts.values()},
        }
        self.dialog: PreferencesDialog | None = None
        self.keys: KeysPage | None = None
        self.privacy: PrivacyPage | None = None
        self._disconnects: list[Callable[[], object]] = []

    def open(self, row_id: str = "") -> None:
        """Show the dialog, or bring it to the front; with an id, the key of that service."""
        if self.dialog is None:
            self._make()
        dialog, keys = self.dialog, self.keys
        if dialog is None or keys is None:
            return
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        if row_id:
            dialog.show_page(self.tr("Keys"))
            keys.choose(row_id)
        self._tasks.start(self._session.look_up_secrets())

    def open_for_job(self, job_id: str) -> None:
        """Show what keeps a job waiting: the key of its service, or else that of its host."""
        job = self._session.queue.entry(job_id).job
        via = host_row_id(job.host_via)
        ids = [row_id for row_id in (job.provider_id, via) if row_id in self._infos]
        lacking = [row_id for row_id in ids if self._lacks_key(row_id)]
        self.open(next(iter([*lacking, *ids]), ""))

    def _lacks_key(self, row_id: str) -> bool:
        origins = [
            self._session.secrets.origin(secret.name, secret.variable)
            for secret in self._infos[row_id].secrets
            if secret.is_needed
        ]
        return SecretOrigin.ABSENT in origins or SecretOrigin.WITHHELD in origins

    def close(self) -> None:
        """The window goes."""
        if self.dialog is not None:
            self.dialog.close()

    def _make(self) -> None:
        theme, icons = self._window.theme, self._window.icons
        self.keys = keys = KeysPage(theme, icons, self._infos, self._form_state)
        services = [provider.info for provider in self._session.registry]
        self.privacy = privacy = PrivacyPage(theme, icons, services)
        network = NetworkPage(theme, icons)
        self._network = Network(self._session, self._window, self._tests, self._tasks, network)
        test_all = icon_button(icons, "lan-connect", self.tr("Test all"), keys)
        test_all.clicked.connect(self._test_all)
        names = [info.title for info in self._infos.values()]
        words = [*names, self.tr("token password keychain address connection")]
        pages = [
            Page(self.tr("Keys"), "key-outline", keys, words, (test_all,)),
            Page(
                self.tr("Network"),
                "lan",
                network,
                [self.tr("certificate authority proxy tls company pem")],
            ),
            Page(
                self.tr("Privacy"),
                "shield-check-outline",
                privacy,
                [self.tr("host consent web upload revoke")],
            ),
        ]
        self.dialog = dialog = PreferencesDialog(theme, icons, pages, self._window)
        dialog.finished.connect(self._forget)
        keys.form_made.connect(self._connect_form)
        keys.refresh_asked.connect(self._show)
        keys.ask_keychain_again.connect(lambda: self._tasks.start(self._ask_again()))
        privacy.revoked.connect(self._window.agreed_hosts.revoke)
        self._follow()
        self._show()
        self._show_hosts()

    def _follow(self) -> None:
        session, window = self._session, self._window
        self._tests.changed.connect(self._show)
        window.inspector.server_changed.connect(self._on_server)
        window.host_addresses.changed.connect(self._on_host)
        window.inspector.host_allowed.connect(self._on_host_allowed)
        window.agreed_hosts.changed.connect(self._show_hosts)
        self._disconnects = [
            session.secrets.changed.connect(lambda name: self._show()),
            session.secrets.status_changed.connect(self._show),
            session.runner.holds_changed.connect(self._show),
            lambda: self._tests.changed.disconnect(self._show),
            lambda: window.inspector.server_changed.disconnect(self._on_server),
            lambda: window.host_addresses.changed.disconnect(self._on_host),
            lambda: window.inspector.host_allowed.disconnect(self._on_host_allowed),
            lambda: window.agreed_hosts.changed.disconnect(self._show_hosts),
        ]

    def _forget(self) -> None:
        """The dialog was closed, and deletes itself."""
        for disconnect in self._disconnects:
            disconnect()
        self._disconnects = []
        self.dialog = self.keys = self.privacy = None

    def _show(self) -> None:
        if self.keys is not None:
            self.keys.show_rows(self._rows(), self._session.secrets.status)

    def _show_hosts(self) -> None:
        if self.privacy is not None:
            hosts = self._session.hosts
            agreed = self._window.agreed_hosts.agreed
            self.privacy.show_hosts([hosts[name].info for name in agreed if name in hosts])

    def _rows(self) -> list[KeyRow]:
        known = Known(
            secrets=self._session.secrets,
            news=self._tests.news,
            holds=self._session.runner.holds,
            endpoints=self._endpoints,
            now=utc_now(),
        )
        hosts = [host.info for host in self._session.hosts.values()]
        return rows_of((provider.info for provider in self._session.registry), hosts, known)

    def _form_state(self, row: KeyRow) -> FormState:
        secrets = self._session.secrets
        return FormState(
            row=row,
            origins={s.name: secrets.origin(s.name, s.variable) for s in row.secrets},
            status=secrets.status,
            news=self._tests.news(row.tested_id) if row.tested_id else None,
        )

    def _connect_form(self, row_id: str) -> None:
        if self.keys is None:
            return
        form, row = self.keys.forms[row_id], self.keys.row(row_id)
        start = self._tasks.start
        form.save_asked.connect(
            lambda name, text, lasting: start(self._save(form, name, text, lasting=lasting))
        )
        form.move_asked.connect(
            lambda name, lasting: start(self._move(form, name, lasting=lasting))
        )
        form.remove_asked.connect(lambda name: start(self._remove(form, name)))
        form.test_asked.connect(lambda: self._tests.start(row.tested_id))
        form.test_cancelled.connect(lambda: self._tests.cancel(row.tested_id))
        form.page_asked.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        form.host_allowed.connect(self._window.inspector.allow_host)
        form.endpoints_changed.connect(lambda endpoints: self._set_endpoints(row_id, endpoints))
        if form.connection is not None:
            form.connection.set_plain_hosts(self._window.inspector.plain_hosts())
            self._show_endpoints(form, row_id)

    def _endpoints(self, row_id: str) -> dict[str, str]:
        """What the user chose in place of the addresses of a service's or host's own."""
        if host_id := host_of_row(row_id):
            return self._window.host_addresses.of(host_id)
        return self._window.inspector.endpoints(row_id)

    def _set_endpoints(self, row_id: str, endpoints: Mapping[str, str]) -> None:
        if host_id := host_of_row(row_id):
            self._window.host_addresses.put(host_id, endpoints)
        else:
            self._window.inspector.set_endpoints(row_id, endpoints)

    def _on_host(self, host_id: str) -> None:
        self._on_server(host_row_id(host_id))

    def _on_server(self, row_id: str) -> None:
        form = self.keys.forms.get(row_id) if self.keys is not None else None
        if form is not None:
            self._show_endpoints(form, row_id)
        self._show()

    def _show_endpoints(self, form: KeyForm, row_id: str) -> None:
        if form.connection is not None:
            endpoints, host_id = self._endpoints(row_id), host_of_row(row_id)
            form.connection.set_endpoints(endpoints)
            session = self._session
            service = session.hosts[host_id] if host_id else session.registry[row_id]
            form.connection.show_key_hosts(key_hosts(service, endpoints))

    def _on_host_allowed(self, host: str) -> None:
        if self.keys is not None:
            self.keys.set_plain_hosts(self._window.inspector.plain_hosts())

    def _test_all(self) -> None:
        """Test every service that has what a test needs."""
        for row in self._rows():
            if row.tested_id == row.id and row.can_test:
                self._tests.start(row.id)

    async def _save(self, form: KeyForm, name: str, text: str, *, lasting: bool) -> None:
        """Keep a new key; one that lasts as long as the program leaves the kept one alone."""
        secrets = self._session.secrets
        try:
            if lasting:
                await secrets.keep(name, text)
            else:
                secrets.give(name, text)
        except (KeychainError, UsageError) as error:
            self._say_wrong(form, name, error)
        else:
            if isValid(form):
                form.secrets[name].edit.wipe()
                form.test.setFocus()

    async def _move(self, form: KeyForm, name: str, *, lasting: bool) -> None:
        """Keep a key elsewhere; where there is none of ours, the next one is meant."""
        secrets = self._session.secrets
        value, origin = secrets.get(name), secrets.origin(name)
        try:
            if lasting and origin is SecretOrigin.SESSION:
                await secrets.keep(name, value)
            elif not lasting and origin is SecretOrigin.KEYCHAIN:
                await secrets.remove(name)
                secrets.give(name, value)
        except KeychainError as error:
            self._say_wrong(form, name, error)
            self._show()

    async def _remove(self, form: KeyForm, name: str) -> None:
        try:
            await self._session.secrets.remove(name)
        except KeychainError as error:
            self._say_wrong(form, name, error)

    def _say_wrong(self, form: KeyForm, name: str, error: DepthStudioError) -> None:
        if isValid(form):  # else the dialog was closed meanwhile
            form.secrets[name].say_wrong(f"{error}.", error.hint)
        else:
            self._window.status.say(f"{error}. {error.hint}", "error")

    async def _ask_again(self) -> None:
        self._session.secrets.ask_again()
        await self._session.look_up_secrets()
