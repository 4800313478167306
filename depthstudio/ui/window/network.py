"""Connects the Network page to the session: a file of certificates is looked at, then trusted."""

import asyncio
from pathlib import Path

from shiboken6 import isValid

from depthstudio.core.errors import InputError
from depthstudio.jobs.session import Session
from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.preferences.network_page import NetworkPage
from depthstudio.ui.window.connection_tests import ConnectionTests
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.tasks import Tasks


class Network:
    """One page of the preferences; of several wishes the newest is what it shows."""

    def __init__(
        self,
        session: Session,
        window: MainWindow,
        tests: ConnectionTests,
        tasks: Tasks,
        page: NetworkPage,
    ) -> None:
        self._session = session
        self._window = window
        self._tests = tests
        self._page = page
        self._wishes = 0
        self._trusting = asyncio.Lock()  # of two wishes the later one must not come first
        page.given.connect(lambda place: tasks.start(self._trust(place)))
        page.choose_asked.connect(self._choose)
        tasks.start(self._look())

    def _choose(self) -> None:
        from depthstudio.ui.window.dialogs import choose_certificates

        choose_certificates(self._page, lambda places: self._page.give(str(places[0])))

    async def _look(self) -> None:
        """Say what is in the file that is trusted already."""
        place, count = self._window.own_certificates.place, 0
        try:
            if (path := _path(place)) is not None:
                count = await self._session.services.certificates_in(path)
        except InputError as error:
            self._show(0, place, error)
        else:
            self._show(0, place, count)

    async def _trust(self, place: str) -> None:
        self._wishes += 1
        wish = self._wishes
        self._page.show_busy()
        async with self._trusting:
            if wish != self._wishes:
                return  # there is a newer one
            try:
                count = await self._session.services.trust(_path(place))
            except InputError as error:
                self._show(wish, place, error)
                return
            self._window.own_certificates.put(place)
            for provider in self._session.registry:
                self._tests.forget(provider.info.id)  # it may go otherwise now
        self._show(wish, place, count)

    def _show(self, wish: int, place: str, found: int | InputError) -> None:
        """Say what came of a wish, unless there is a newer one or the dialog was closed."""
        if wish != self._wishes or not isValid(self._page):
            return
        if isinstance(found, InputError):
            self._page.show_wrong(place, f"{found}.", found.hint)
        else:
            self._page.show_trusted(place, found)


def _path(place: str) -> Path | None:
    return AppSettings(ca_file=place).own_certificates
