"""Connects what the inspector says of services to the session: servers, keys, tests."""

import asyncio
from collections.abc import Mapping

from PySide6.QtCore import QObject

from depthstudio.core.errors import ProviderError
from depthstudio.jobs.session import Session
from depthstudio.providers.base import Health, LiveSchema, Secret
from depthstudio.ui.inspector.inspector import Inspector
from depthstudio.ui.inspector.secret_field import SecretState
from depthstudio.ui.inspector.service_box import ServiceBox
from depthstudio.ui.window.tasks import Tasks


class Services(QObject):
    """Nothing here goes to the network unless the user asks for a test."""

    def __init__(
        self, session: Session, inspector: Inspector, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._inspector = inspector
        self._tasks = tasks
        self._tests: dict[str, asyncio.Task[object]] = {}
        inspector.page_made.connect(self._take)
        inspector.server_changed.connect(self._on_server)
        self._stop_listening = session.secrets.changed.connect(lambda name: self._show_secrets())
        for provider_id in inspector.provider_ids():
            self._take(provider_id)

    def close(self) -> None:
        """Listen no more: the window goes."""
        self._stop_listening()

    def _take(self, provider_id: str) -> None:
        """Bring the connection of a provider to life, if there is one to see."""
        box = self._inspector.service(provider_id)
        if box is None:
            return
        box.test.asked.connect(lambda: self._tasks.start(self._test(provider_id, box)))
        box.test.cancelled.connect(lambda: self._cancel_test(provider_id))
        box.secret_given.connect(self._session.secrets.give)
        box.secrets_changed.connect(lambda: self._forget_test(provider_id, box))
        self._show_secrets()
        self._tasks.start(self._recall(provider_id, box))

    def _on_server(self, provider_id: str) -> None:
        if box := self._inspector.service(provider_id):
            self._forget_test(provider_id, box)
            self._tasks.start(self._recall(provider_id, box))

    def _show_secrets(self) -> None:
        for provider_id in self._inspector.provider_ids():
            if box := self._inspector.service(provider_id):
                for secret in box.info.secrets:
                    box.show_secret(secret.name, self._state_of(secret))

    def _state_of(self, secret: Secret) -> SecretState:
        secrets = self._session.secrets
        if secrets.is_from_environment(secret.name, secret.variable):
            return SecretState.ENVIRONMENT
        has_one = bool(secrets.get(secret.name, secret.variable))
        return SecretState.GIVEN if has_one else SecretState.ABSENT

    async def _recall(self, provider_id: str, box: ServiceBox) -> None:
        """Show what is remembered of the chosen server, and which others were met."""
        services = self._session.services
        endpoints = self._inspector.endpoints(provider_id)
        server = await services.server(provider_id, endpoints)
        recent = await services.recent(provider_id)
        if self._inspector.endpoints(provider_id) != endpoints:
            return  # who chose another one meanwhile asked for that one too
        box.set_recent([known.endpoints for known in recent])
        schema = server.schema if server is not None else {}
        self._inspector.set_live_schema(provider_id, schema or None)

    async def _test(self, provider_id: str, box: ServiceBox) -> None:
        """Ask whether the server answers, and what it has to offer."""
        task = asyncio.current_task()
        if task is None or provider_id in self._tests:
            return
        self._tests[provider_id] = task
        endpoints = self._inspector.endpoints(provider_id)
        box.test.show_busy()
        try:
            health, live = await self._asked(provider_id, endpoints)
            if live is not None:
                self._inspector.set_live_schema(provider_id, live.schema)
                recent = await self._session.services.recent(provider_id)
                box.set_recent([known.endpoints for known in recent])
            box.test.show_health(health)
        except ProviderError as error:
            box.test.show_trouble(error)
        finally:
            del self._tests[provider_id]
            if box.test.is_busy:  # cancelled, or something unforeseen, which is said elsewhere
                box.test.clear()

    async def _asked(
        self, provider_id: str, endpoints: Mapping[str, str]
    ) -> tuple[Health, LiveSchema | None]:
        health = await self._session.check(provider_id, endpoints)
        live = await self._session.describe(provider_id, endpoints) if health.ok else None
        return health, live

    def _cancel_test(self, provider_id: str) -> None:
        if task := self._tests.get(provider_id):
            task.cancel()

    def _forget_test(self, provider_id: str, box: ServiceBox) -> None:
        """A result is that of one server with one key."""
        if provider_id in self._tests:
            self._cancel_test(provider_id)
        else:
            box.test.clear()
