"""What the centre shows: every wish is numbered, and only the newest may show."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import Source
from depthstudio.core.views import ImageSequence, Views
from depthstudio.jobs.session import Session
from depthstudio.scene.summary import summarise
from depthstudio.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAY_BUSY_AFTER_S = 0.3  # sooner it would only flicker


class Showing(QObject):
    """Loads off the GUI thread, then fills the centre and names it in the window's title."""

    shown = Signal(str)  # the title of what is on screen now

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._number = 0

    def show_photos(self, sources: Sequence[Source]) -> None:
        """Show inputs that have no result yet."""
        self._begin()
        self._window.status.end_busy()
        paths = [source.path for source in sources]
        photos = ImageSequence(
            names=tuple(path.name for path in paths), load=lambda i: _photo(paths[i])
        )
        self._window.centre.show_photo(photos, paths[0].name)
        self._name_window(paths[0].name)

    async def show_scene(self, path: Path) -> None:
        """Read a scene file and show it.

        Raises
        ------
        FormatError
            when the file is damaged and nothing newer was wished meanwhile
        """
        await self._show(self._begin(), path.name, lambda: self._session.open_scene(path))

    async def show_result(self, result_id: str) -> None:
        """Decode a stored result and show it.

        Raises
        ------
        LibraryError, FormatError
            when it is gone or damaged and nothing newer was wished meanwhile
        """
        number = self._begin()
        result = await self._session.result(result_id)
        await self._show(number, result.name, lambda: self._session.load(result))

    def _begin(self) -> int:
        self._number += 1
        return self._number

    async def _show(self, number: int, name: str, load: Callable[[], Awaitable[Views]]) -> None:
        busy = asyncio.get_running_loop().call_later(SAY_BUSY_AFTER_S, self._say_busy, number, name)
        try:
            views = await load()
            # Reads every position, which takes a while for millions of them.
            summary = await asyncio.to_thread(summarise, views)
        except DepthStudioError:
            if number != self._number:
                return  # nobody waits for this any more
            raise
        finally:
            busy.cancel()
            if number == self._number:
                self._window.status.end_busy()
        if number == self._number:
            self._window.centre.show_views(views, name, summary)
            self._name_window(name)
            self.shown.emit(name)

    def _say_busy(self, number: int, name: str) -> None:
        if number == self._number:
            self._window.status.say_busy(self.tr("Opening {name}…").format(name=name))

    def _name_window(self, name: str) -> None:
        self._window.setWindowTitle(f"{name} – DepthStudio")


def _photo(path: Path) -> "NDArray[np.uint8]":
    # Brings numpy and Pillow, in the worker that decodes: the window starts without them.
    from depthstudio.formats.image import read_photo

    return read_photo(path)
