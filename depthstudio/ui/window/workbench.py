"""Connects the window to the session: wishes become jobs, news becomes pictures."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import JobState, Source
from depthstudio.core.params import Json
from depthstudio.core.resources import resource
from depthstudio.core.result import Result
from depthstudio.core.views import ImageSequence, Views
from depthstudio.formats.image import read_photo
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Intake, Unusable, grouped
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.library.shelf import LibraryShelf
from depthstudio.ui.window.centre import Tab
from depthstudio.ui.window.drop_page import DropOffer
from depthstudio.ui.window.drop_target import DropTarget
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.tasks import Tasks

PICTURE_FILTER = "Photos and scenes (*.jpg *.jpeg *.png *.webp *.tif *.tiff *.glb *.ply *.npz)"


class Workbench(QObject):
    """What the window does. Every long step is a task; the newest wish decides what shows."""

    shown = Signal(str)  # the title of what is on screen now

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._tasks = Tasks(self._report)
        self._shelf = LibraryShelf(session, window)
        self._inputs: tuple[Source, ...] = ()
        self._inputs_number = 0
        self._known_id = ""  # the result that answers what Run would ask
        self._show_number = 0
        self._awaited = ""  # the job whose result is shown as soon as it is there
        self._drop = DropTarget(window)
        self._connect_window()
        self._connect_panels()
        session.queue.changed.connect(self._job_changed)
        for event in (session.queue.inserted, session.queue.removed):
            event.connect(lambda row: self._update_commands())
        self._update_commands()
        self._tasks.start(self._shelf.fill())

    async def aclose(self) -> None:
        """Stop everything that was started for the window."""
        await self._tasks.aclose()

    def open_paths(self, paths: Sequence[Path], *, only_view: bool = False) -> None:
        """Take in files and folders, as a drop does."""
        self._tasks.start(self._open_paths(paths, only_view=only_view))

    def run_sample(self) -> None:
        """Run the bundled photo."""
        self.open_paths([resource("sample", "view_0.jpg")])

    @property
    def _provider(self) -> ProviderInfo:
        return self._session.registry[self._window.inspector.provider_id()].info

    @property
    def _values(self) -> dict[str, Json]:
        return self._window.inspector.form().values()

    def _connect_window(self) -> None:
        window, first_run = self._window, self._window.centre.first_run
        self._drop.dropped.connect(lambda paths, view: self.open_paths(paths, only_view=view))
        self._drop.entered.connect(lambda paths: self._tasks.start(self._offer(paths)))
        first_run.open_files.connect(self._choose_files)
        first_run.open_folder.connect(self._choose_folder)
        first_run.try_sample.connect(self.run_sample)
        for name, slot in (
            ("open", self._choose_files),
            ("open_folder", self._choose_folder),
            ("sample", self.run_sample),
            ("run", self._run),
            ("cancel", lambda: self._on_selected(self._session.cancel)),
            ("retry", lambda: self._on_selected(self._session.retry)),
            ("remove", lambda: self._on_selected(self._session.remove)),
            ("clear", lambda: self._tasks.start(self._clear())),
            ("fit", window.centre.scene_page.fit),
            ("show_scene", lambda: window.centre.show_tab(Tab.SCENE)),
            ("show_depth", lambda: window.centre.show_tab(Tab.DEPTH)),
            ("show_photo", lambda: window.centre.show_tab(Tab.PHOTO)),
            ("reset_layout", window.reset_layout),
            ("quit", window.close),
        ):
            window.action(name).triggered.connect(lambda checked=False, slot=slot: slot())

    def _connect_panels(self) -> None:
        panel, inspector = self._window.queue_panel, self._window.inspector
        session, start = self._session, self._tasks.start
        panel.cancel_requested.connect(lambda job: start(session.cancel(job)))
        panel.retry_requested.connect(lambda job: start(session.retry(job)))
        panel.remove_requested.connect(lambda job: start(session.remove(job)))
        panel.run_again_requested.connect(lambda job: start(self._again(job)))
        panel.send_again_requested.connect(lambda job: start(session.send_again(job)))
        panel.mark_lost_requested.connect(lambda job: start(session.mark_lost(job)))
        panel.try_now_requested.connect(
            lambda job: start(session.runner.try_now(session.queue.entry(job).job.provider_id))
        )
        panel.show_requested.connect(self._show_job)
        panel.selected.connect(self._job_selected)
        self._window.library_panel.open_requested.connect(
            lambda result_id: start(self._show_result(result_id))
        )
        self._window.library_panel.remove_requested.connect(
            lambda result_id: start(self._shelf.remove(result_id))
        )
        inspector.run_requested.connect(self._run)
        inspector.run_again_requested.connect(lambda: self._run(again=True))
        inspector.show_requested.connect(lambda: start(self._show_result(self._known_id)))
        inspector.grouping_changed.connect(lambda one_scene: self._update_commands())
        inspector.params_changed.connect(self._look_up)
        inspector.provider_changed.connect(lambda provider_id: self._look_up())

    def _choose_files(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr(PICTURE_FILTER), self.tr("All files (*)")])
        self._open_dialog(dialog)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._open_dialog(dialog)

    def _open_dialog(self, dialog: QFileDialog) -> None:
        # Never exec(): a nested event loop under a running coroutine breaks the loop.
        dialog.filesSelected.connect(lambda names: self.open_paths([Path(n) for n in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _offer(self, paths: Sequence[Path]) -> None:
        """Say what dropping these would do, once the files have been looked at."""
        intake = await self._session.take_in(paths)
        self._window.centre.drop.set_offer(
            DropOffer(
                photos=len(intake.sources),
                scenes=len(intake.scenes),
                skipped=len(intake.unusable) + intake.skipped,
                provider_title=self._provider.title,
            )
        )

    async def _open_paths(self, paths: Sequence[Path], *, only_view: bool) -> None:
        intake = await self._session.take_in(paths)
        if intake.scenes:
            await self._show_scene(intake.scenes[0])
        elif intake.sources:
            self._show_input(intake.sources)
        await self._keep_unusable(intake.unusable)
        if intake.sources:
            self._set_inputs(intake.sources)
        if intake.sources and not only_view and self._provider.runs_locally:
            await self._enqueue(intake.sources, again=False)
        self._say_skipped(intake)

    async def _keep_unusable(self, unusable: Sequence[Unusable]) -> None:
        for path in unusable:
            await self._session.add_unusable(path, self._provider.id, self._values)

    def _say_skipped(self, intake: Intake) -> None:
        if intake.skipped:
            text = self.tr("{count} files skipped: neither photo nor scene")
            self._window.status.say(text.format(count=intake.skipped))
        elif len(intake.scenes) > 1:
            text = self.tr("{count} scenes found: the first one is shown")
            self._window.status.say(text.format(count=len(intake.scenes)))

    def _set_inputs(self, sources: Sequence[Source]) -> None:
        self._inputs = tuple(sources)
        self._window.inspector.set_inputs(self._inputs)
        self._look_up()

    def _look_up(self) -> None:
        """Ask whether the library knows the answer to what Run would ask."""
        self._inputs_number += 1
        self._known_id = ""
        if len(self._inputs) == 1:
            self._tasks.start(self._known(self._inputs[0], self._inputs_number))
        self._update_commands()

    async def _known(self, source: Source, number: int) -> None:
        inspector = self._window.inspector
        if inspector.run_box.state().reason:
            return
        try:
            known = await self._session.known_result(source, self._provider.id, self._values)
        except DepthStudioError:
            return  # Run will say it, where it matters
        if number == self._inputs_number and known is not None:
            self._known_id = known.id
            inspector.set_known(True)

    def _run(self, *, again: bool = False) -> None:
        self._tasks.start(self._enqueue(self._inputs, again=again))

    async def _enqueue(self, sources: Sequence[Source], *, again: bool) -> None:
        """Make jobs of what the inspector says now; the first one is shown when it is done."""
        provider, values, first = self._provider, self._values, ""
        one_scene = self._window.inspector.is_one_scene()
        for group in grouped(sources, provider.max_sources, one_scene=one_scene):
            job = await self._session.add(group, provider.id, values, again=again)
            first = first or job.id
        if first:
            self._awaited = first
            self._window.queue_panel.select(first)

    async def _again(self, job_id: str) -> None:
        if self._session.queue.entry(job_id).status.state is JobState.DONE:
            job_id = (await self._session.run_again(job_id)).id
        else:
            await self._session.retry(job_id)
        self._awaited = job_id

    async def _clear(self) -> None:
        for entry in self._session.queue:
            if entry.status.state.is_final:
                await self._session.remove(entry.job.id)

    def _on_selected(self, wish: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        job_id = self._window.queue_panel.selected_id
        if job_id:
            self._tasks.start(wish(job_id))

    def _job_selected(self, job_id: str) -> None:
        self._update_commands()
        if not job_id:
            return
        entry = self._session.queue.entry(job_id)
        if entry.status.state is JobState.DONE:
            self._show_job(job_id)

    def _job_changed(self, job_id: str, row: int) -> None:
        entry = self._session.queue.at(row)
        self._update_commands()
        if entry.status.state is JobState.DONE and job_id == self._awaited:
            self._awaited = ""
            self._show_job(job_id)
            self._look_up()

    def _show_job(self, job_id: str) -> None:
        result_id = self._session.queue.entry(job_id).status.result_id
        if result_id:
            self._tasks.start(self._show_result(result_id))

    def _show_input(self, sources: Sequence[Source]) -> None:
        self._begin_showing()
        paths = [source.path for source in sources]
        photos = ImageSequence(
            names=tuple(path.name for path in paths), load=lambda i: read_photo(paths[i])
        )
        self._window.centre.show_photo(photos, paths[0].name)

    async def _show_scene(self, path: Path) -> None:
        number = self._begin_showing()
        views = await self._session.open_scene(path)
        self._show_if_newest(number, views, path.name)

    async def _show_result(self, result_id: str) -> None:
        number = self._begin_showing()
        result: Result = await self._session.result(result_id)
        views = await self._session.load(result)
        self._show_if_newest(number, views, result.name)

    def _begin_showing(self) -> int:
        self._show_number += 1
        return self._show_number

    def _show_if_newest(self, number: int, views: Views, title: str) -> None:
        if number == self._show_number:
            self._window.centre.show_views(views, title)
            self.shown.emit(title)
            self._update_commands()

    def _report(self, error: DepthStudioError) -> None:
        hint = f". {error.hint}" if error.hint else ""
        self._window.status.say(f"{error}{hint}", "error")

    def _update_commands(self) -> None:
        window, queue = self._window, self._session.queue
        job_id = window.queue_panel.selected_id
        state = queue.entry(job_id).status.state if job_id in queue else None
        window.set_command("run", enabled=not window.inspector.run_box.state().reason)
        window.set_command("cancel", enabled=state is not None and not state.is_final)
        window.set_command("retry", enabled=state in (JobState.FAILED, JobState.CANCELLED))
        window.set_command("remove", enabled=state is not None)
        window.set_command("clear", enabled=any(e.status.state.is_final for e in queue))
        window.set_command("fit", enabled=window.centre.scene_page.is_ready)
