"""What the centre shows: every wish is numbered, and only the newest may show."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import JobState, Source
from depthstudio.core.result import Result
from depthstudio.core.views import ImageSequence, Views
from depthstudio.formats import media_type
from depthstudio.jobs.session import Session
from depthstudio.providers.base import Licence
from depthstudio.scene.summary import SceneSummary, summarise
from depthstudio.ui.parts.amounts import utc_now
from depthstudio.ui.result.facts import ResultFacts, counts_of, sent_to, unit_of
from depthstudio.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAY_BUSY_AFTER_S = 0.3  # sooner it would only flicker


class Showing(QObject):
    """Loads off the GUI thread, then fills the centre and names it in the window's title."""

    shown = Signal(str)  # the title of what is on screen now
    replaced = Signal(str)  # the id of the result on screen now; empty for an input or a file

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._number = 0
        self._followed = ""  # the running job whose pictures are shown as they come
        self._on_its_way: Path | None = None
        panel, centre = window.result_panel, window.centre
        panel.hidden_wanted.connect(lambda hidden: centre.scene_page.set_hidden(hidden))
        panel.own_colours_wanted.connect(lambda own: centre.scene_page.set_own_part_colours(own))

    def follow_scene(self) -> None:
        """Let the Result dock follow what the 3D page hides; once that page is there."""
        page, panel = self._window.centre.scene_page, self._window.result_panel
        page.hidden_changed.connect(lambda: panel.set_hidden(page.hidden))
        panel.show_nothing()

    def show_inputs(self, sources: Sequence[Source]) -> None:
        """Show inputs that have no result yet, as far as there is something to see of them."""
        photos = [s for s in sources if s.media_type in media_type.PICTURES and not s.is_remote]
        remote = [s for s in sources if s.is_remote]
        if photos:
            self._begin()
            self._show_files([source.path for source in photos])
        elif remote:
            self._begin()
            self._show_elsewhere(remote[0])

    def _show_elsewhere(self, source: Source) -> None:
        """Say of something on the web where it is: this program does not fetch it."""
        self._window.status.end_busy()
        name = source.path.name
        self._window.centre.show_elsewhere(name, source.host)
        self._name_window(name)
        self._window.result_panel.show_nothing()
        self.replaced.emit("")

    def follow_job(self, job_id: str) -> None:
        """Show what a job has made so far, until something else is shown."""
        self._followed, self._on_its_way = job_id, None
        self.job_changed(job_id)

    def job_changed(self, job_id: str) -> None:
        """There is news of a job, perhaps a new picture."""
        if not job_id or job_id != self._followed or job_id not in self._session.queue:
            return
        entry = self._session.queue.entry(job_id)
        progress = entry.status.progress
        if entry.status.state is not JobState.RUNNING or progress is None:
            return
        if progress.picture is not None and progress.picture != self._on_its_way:
            self._number += 1  # what is being opened meanwhile is older news
            self._on_its_way = progress.picture
            self._show_files([progress.picture], title=entry.job.name)

    async def show_film(self, path: Path) -> None:
        """Show a video that has no result yet, to be stepped and played.

        Raises
        ------
        InputError, FormatError
            when it cannot be read, and nothing newer was wished meanwhile
        """
        number = self._begin()
        try:
            film = await self._session.open_film(path)
        except DepthStudioError:
            if number != self._number:
                return
            raise
        if number == self._number:
            self._show_photos(film, path.name)

    def _show_files(self, paths: Sequence[Path], title: str = "") -> None:
        photos = ImageSequence(
            names=tuple(path.name for path in paths), load=lambda i: _photo(paths[i])
        )
        self._show_photos(photos, title or paths[0].name)

    def _show_photos(self, photos: ImageSequence, title: str) -> None:
        self._window.status.end_busy()
        self._window.centre.show_photo(photos, title)
        self._name_window(title)
        self._window.result_panel.show_nothing()
        self.replaced.emit("")

    async def show_scene(self, path: Path) -> None:
        """Read a scene file and show it.

        Raises
        ------
        FormatError
            when the file is damaged and nothing newer was wished meanwhile
        """
        facts = ResultFacts(path.name)
        await self._show(self._begin(), facts, "", lambda: self._session.open_scene(path))

    async def show_result(self, result_id: str) -> None:
        """Decode a stored result and show it.

        Raises
        ------
        LibraryError, FormatError
            when it is gone or damaged and nothing newer was wished meanwhile
        """
        number = self._begin()
        result = await self._session.result(result_id)
        facts = ResultFacts(
            result.name,
            provider_title=result.provider_title,
            created_at=result.created_at,
            licence=self._licence_of(result),
            warnings=result.warnings,
            sent_to=sent_to(result.sources, self._host_title, utc_now()),
        )
        await self._show(number, facts, result.id, lambda: self._session.load(result))

    def _begin(self) -> int:
        self._number += 1
        self._followed = ""
        return self._number

    async def _show(
        self,
        number: int,
        facts: ResultFacts,
        result_id: str,
        load: Callable[[], Awaitable[Views]],
    ) -> None:
        name = facts.name
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
            self._list_parts(facts, views, summary)
            self._name_window(name)
            self.replaced.emit(result_id)
            self.shown.emit(name)

    def _list_parts(self, facts: ResultFacts, views: Views, summary: SceneSummary) -> None:
        page = self._window.centre.scene_page
        known = replace(
            facts,
            unit=unit_of(views, summary),
            counts=counts_of(views, summary),
            warnings=facts.warnings + views.notes,
        )
        self._window.result_panel.show_result(known, page.items, page.hidden)

    def _host_title(self, host_id: str) -> str:
        hosts = self._session.hosts
        return hosts[host_id].info.title if host_id in hosts else host_id

    def _licence_of(self, result: Result) -> Licence:
        """As it was when the result was made; what it allows, only where nothing changed."""
        registry = self._session.registry
        if result.provider_id in registry:
            licence = registry[result.provider_id].info.licence
            if licence.text == result.licence:
                return licence
        return Licence(result.licence, commercial=None)

    def _say_busy(self, number: int, name: str) -> None:
        if number == self._number:
            self._window.status.say_busy(self.tr("Opening {name}…").format(name=name))

    def _name_window(self, name: str) -> None:
        self._window.setWindowTitle(f"{name} – DepthStudio")


def _photo(path: Path) -> "NDArray[np.uint8]":
    # Brings numpy and Pillow, in the worker that decodes: the window starts without them.
    from depthstudio.formats.image import read_photo

    return read_photo(path)
