"""Connects what the inspector says of services to the session: servers, keys, tests."""

from PySide6.QtCore import QObject

from depthstudio.core.errors import UsageError
from depthstudio.jobs.session import Session
from depthstudio.ui.inspector.inspector import Inspector
from depthstudio.ui.inspector.service_box import ServiceBox
from depthstudio.ui.window.connection_tests import ConnectionTests
from depthstudio.ui.window.tasks import Tasks


class Services(QObject):
    """Nothing here goes to the network unless the user asks for a test."""

    def __init__(
        self,
        session: Session,
        inspector: Inspector,
        tests: ConnectionTests,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._inspector = inspector
        self._tests = tests
        self._tasks = tasks
        inspector.page_made.connect(self._take)
        inspector.server_changed.connect(self._on_server)
        tests.changed.connect(self._show_test)
        tests.described.connect(self._on_described)
        secrets = session.secrets
        self._stop_listening = [
            secrets.changed.connect(lambda name: self._show_secrets()),
            secrets.status_changed.connect(self._show_secrets),
        ]
        for provider_id in inspector.provider_ids():
            self._take(provider_id)

    def close(self) -> None:
        """Listen no more: the window goes."""
        for stop in self._stop_listening:
            stop()

    def _take(self, provider_id: str) -> None:
        """Bring the connection of a provider to life, if there is one to see."""
        box = self._inspector.service(provider_id)
        if box is None:
            return
        box.test.asked.connect(lambda: self._tests.start(provider_id))
        box.test.cancelled.connect(lambda: self._tests.cancel(provider_id))
        box.secret_given.connect(lambda name, text: self._give(box, name, text))
        self._show_secrets()
        self._show_test(provider_id)
        self._tasks.start(self._recall(provider_id, box))

    def _give(self, box: ServiceBox, name: str, text: str) -> None:
        try:
            self._session.secrets.give(name, text)
        except UsageError as error:
            box.secret(name).show_error(f"{error}. {error.hint}")

    def _on_server(self, provider_id: str) -> None:
        self._tests.forget(provider_id)
        if box := self._inspector.service(provider_id):
            self._tasks.start(self._recall(provider_id, box))

    def _show_secrets(self) -> None:
        secrets = self._session.secrets
        for provider_id in self._inspector.provider_ids():
            if box := self._inspector.service(provider_id):
                for secret in box.info.secrets:
                    origin = secrets.origin(secret.name, secret.variable)
                    box.show_secret(secret.name, origin)

    def _show_test(self, provider_id: str) -> None:
        box = self._inspector.service(provider_id)
        if box is None:
            return
        news = self._tests.news(provider_id)
        if news is None:
            box.test.clear()
        elif news.trouble is not None:
            box.test.show_trouble(news.trouble)
        elif news.health is not None:
            box.test.show_health(news.health)
        else:
            box.test.show_busy()

    def _on_described(self, provider_id: str, schema: dict[str, object]) -> None:
        self._inspector.set_live_schema(provider_id, schema)
        if box := self._inspector.service(provider_id):
            self._tasks.start(self._recall_servers(provider_id, box))

    async def _recall(self, provider_id: str, box: ServiceBox) -> None:
        """Show what is remembered of the chosen server, and which others were met."""
        endpoints = self._inspector.endpoints(provider_id)
        server = await self._session.services.server(provider_id, endpoints)
        await self._recall_servers(provider_id, box)
        if self._inspector.endpoints(provider_id) != endpoints:
            return  # who chose another one meanwhile asked for that one too
        schema = server.schema if server is not None else {}
        self._inspector.set_live_schema(provider_id, schema or None)

    async def _recall_servers(self, provider_id: str, box: ServiceBox) -> None:
        recent = await self._session.services.recent(provider_id)
        box.set_recent([known.endpoints for known in recent])
