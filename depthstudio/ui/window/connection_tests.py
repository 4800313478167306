"""Tests of connections: what came of the last one of each service, wherever it is shown."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from depthstudio.core.errors import ProviderError
from depthstudio.jobs.session import Session
from depthstudio.providers.base import Health
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.preferences.test_news import TestNews
from depthstudio.ui.window.tasks import Tasks


class ConnectionTests(QObject):
    """Asks services when the user says so. A result is that of one server with one key."""

    changed = Signal(str)  # the id of a provider with other news
    described = Signal(str, dict)  # what a server has to offer, as JSON Schema

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        endpoints: Callable[[str], Mapping[str, str]],
        parent: QObject,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`endpoints` says which addresses the user chose for a provider."""
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._endpoints = endpoints
        self._now = now
        self._news: dict[str, TestNews] = {}
        self._running: dict[str, asyncio.Task[object]] = {}
        self._stop_listening = session.secrets.changed.connect(self._forget_all_with)

    def close(self) -> None:
        """Listen no more: the window goes."""
        self._stop_listening()

    def news(self, provider_id: str) -> TestNews | None:
        """What came of the last test, if there was one."""
        return self._news.get(provider_id)

    def start(self, provider_id: str) -> None:
        """Ask whether the server answers and the key is good."""
        if provider_id not in self._running:
            self._tasks.start(self._test(provider_id))

    def cancel(self, provider_id: str) -> None:
        """End a test that is under way."""
        if task := self._running.get(provider_id):
            task.cancel()

    def forget(self, provider_id: str) -> None:
        """The server or the key is another one now."""
        self.cancel(provider_id)
        self._set_news(provider_id, None)

    def _forget_all_with(self, secret_name: str) -> None:
        for provider in self._session.registry:
            if any(secret.name == secret_name for secret in provider.info.secrets):
                self.forget(provider.info.id)

    def _set_news(self, provider_id: str, news: TestNews | None) -> None:
        if news == self._news.get(provider_id):
            return
        if news is None:
            del self._news[provider_id]
        else:
            self._news[provider_id] = news
        self.changed.emit(provider_id)

    async def _test(self, provider_id: str) -> None:
        task = asyncio.current_task()
        if task is None or provider_id in self._running:
            return
        self._running[provider_id] = task
        self._set_news(provider_id, TestNews(self._now()))
        news = None  # of one that was ended, or met what nobody foresaw, which is said elsewhere
        try:
            health = await self._asked(provider_id, self._endpoints(provider_id))
            news = TestNews(self._now(), health=health)
        except ProviderError as error:
            news = TestNews(self._now(), trouble=error)
        finally:
            del self._running[provider_id]
            self._set_news(provider_id, news)

    async def _asked(self, provider_id: str, endpoints: Mapping[str, str]) -> Health:
        health = await self._session.check(provider_id, endpoints)
        if health.ok:
            live = await self._session.describe(provider_id, endpoints)
            self.described.emit(provider_id, dict(live.schema))
        return health
