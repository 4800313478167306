"""Writes what the window remembers: some of it as soon as the user says it, the rest at the end."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from depthstudio.core.errors import DepthStudioError
from depthstudio.settings.app_settings import AppSettings, save_settings
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.remembered import settings_of
from depthstudio.ui.window.tasks import Tasks


class SettingsKeeper:
    """One write at a time, off the loop, and the newest wish is the last one written.

    `kept` is what the file says already; `report` hears of a write that failed while the
    window was open, after which the next one tries again.
    """

    def __init__(
        self, path: Path, kept: AppSettings, report: Callable[[DepthStudioError], None]
    ) -> None:
        self._path = path
        self._kept = self._wanted = kept
        self._writing = asyncio.Lock()
        self._tasks = Tasks(report)

    def follow(self, window: MainWindow) -> None:
        """Keep from now on where the user lets files go, as soon as that is said.

        A crash must not forget it: the next run would ask again, or send to another place.
        """

        def keep() -> None:
            self.keep_soon(settings_of(window, self._wanted))

        window.agreed_hosts.changed.connect(keep)
        window.host_addresses.changed.connect(lambda host_id: keep())
        window.own_certificates.changed.connect(keep)
        window.inspector.host_allowed.connect(lambda host: keep())
        window.inspector.server_changed.connect(lambda provider_id: keep())

    def keep_soon(self, settings: AppSettings) -> None:
        """Write them as soon as what is being written is on disk."""
        self._wanted = settings
        self._tasks.start(self._write())

    async def keep(self, settings: AppSettings) -> None:
        """Write them, after whatever is being written.

        Raises
        ------
        SettingsError
            when the system refuses
        """
        self._wanted = settings
        await self._write()

    async def _write(self) -> None:
        async with self._writing:
            wanted = self._wanted
            if wanted != self._kept:
                await asyncio.to_thread(save_settings, self._path, wanted)
                self._kept = wanted
