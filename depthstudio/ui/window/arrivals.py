"""What comes into the window: dropped, opened, pasted or handed over."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from depthstudio.core.errors import DepthStudioError, UsageError
from depthstudio.core.job import Source
from depthstudio.formats import media_type
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Intake, Unusable, fitting
from depthstudio.jobs.web_source import source_from_address
from depthstudio.providers.accepting import refusal
from depthstudio.ui.window.drop_target import DropTarget
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.runs import Runs
from depthstudio.ui.window.showing import Showing
from depthstudio.ui.window.tasks import Tasks

Place = Path | Source


class Arrivals(QObject):
    """Looks at what comes off the GUI thread, then shows it and makes it the next inputs."""

    def __init__(
        self,
        session: Session,
        window: MainWindow,
        tasks: Tasks,
        showing: Showing,
        runs: Runs,
        report: Callable[[DepthStudioError], None],
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._tasks = tasks
        self._showing = showing
        self._runs = runs
        self._report = report
        self._offer_number = 0
        self._drop = DropTarget(window)
        self._drop.dropped.connect(self._take_drop)
        self._drop.entered.connect(self._consider)

    def open_places(self, places: Sequence[Place], *, only_view: bool = False) -> None:
        """Take in files, folders and what lies on the web, as a drop does."""
        self._tasks.start(self._open(places, only_view=only_view))

    def paste(self) -> None:
        """Take in the address on the clipboard, or several, one a line."""
        text = QGuiApplication.clipboard().text().strip()
        if not text:
            self._report(UsageError("The clipboard holds no address", hint="Copy one first"))
            return
        self._take_drop([line for line in text.splitlines() if line.strip()], False)

    def _take_drop(self, places: Sequence[Path | str], only_view: bool) -> None:
        try:
            self.open_places(_as_places(places), only_view=only_view)
        except UsageError as error:
            self._report(error)

    def _consider(self, places: Sequence[Path | str]) -> None:
        try:
            self._tasks.start(self._offer(_as_places(places)))
        except UsageError:
            self._tasks.start(self._offer([]))  # the drop itself says what is wrong

    async def _offer(self, places: Sequence[Place]) -> None:
        """Say what dropping these would do, once the files have been looked at."""
        from depthstudio.ui.window.drop_page import DropOffer

        self._offer_number += 1
        number = self._offer_number
        intake = await self._session.take_in(places)
        if number != self._offer_number:
            return  # another drag came meanwhile
        provider = self._runs.provider
        sources = fitting(provider, intake.sources, places)
        files = [source for source in sources if not source.is_remote]
        self._window.centre.drop.set_offer(
            DropOffer(
                photos=sum(s.media_type in media_type.PICTURES for s in files),
                videos=sum(s.media_type in media_type.VIDEOS for s in files),
                addresses=len(sources) - len(files),
                scenes=len(intake.scenes),
                skipped=len(intake.unusable) + intake.skipped,
                provider_title=provider.title,
                refusal=refusal(provider, sources),
            )
        )

    async def _open(self, places: Sequence[Place], *, only_view: bool) -> None:
        intake = await self._session.take_in(places)
        self._say_skipped(intake)
        provider = self._runs.provider
        sources = fitting(provider, intake.sources, places)
        if len(sources) < len(intake.sources):
            self._window.status.say(refusal(provider, intake.sources))
        if intake.scenes:
            self._tasks.start(self._showing.show_scene(intake.scenes[0]))
        elif film := _film_among(sources):
            self._tasks.start(self._showing.show_film(film))
        else:
            self._showing.show_inputs(sources)
        if sources:
            self._runs.set_inputs(sources)
        if only_view:
            for unusable in intake.unusable:
                self._report(unusable.error)
            return
        await self._keep_unusable(intake.unusable)
        if sources:
            self._runs.run_dropped(sources)

    async def _keep_unusable(self, unusable: Sequence[Unusable]) -> None:
        for path in unusable:
            await self._session.add_unusable(path, self._runs.order())

    def _say_skipped(self, intake: Intake) -> None:
        if intake.skipped:
            text = self.tr("{count} files skipped: neither photo, video nor scene")
            self._window.status.say(text.format(count=intake.skipped))
        elif len(intake.scenes) > 1:
            text = self.tr("{count} scenes found: the first one is shown")
            self._window.status.say(text.format(count=len(intake.scenes)))


def _as_places(places: Sequence[Path | str]) -> list[Place]:
    """Paths as they are, and addresses as the sources they name."""
    return [place if isinstance(place, Path) else source_from_address(place) for place in places]


def _film_among(sources: Sequence[Source]) -> Path | None:
    """The first input, where it is a video of this computer."""
    first = sources[0] if sources else None
    if first is None or first.is_remote or first.media_type not in media_type.VIDEOS:
        return None
    return first.path
