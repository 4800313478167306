"""Connects the window to the session: wishes become jobs, news becomes pictures."""

from collections.abc import Callable, Coroutine, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import JobState, Source
from depthstudio.core.params import Json
from depthstudio.core.resources import resource
from depthstudio.formats import media_type
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Intake, Unusable, fitting, grouped
from depthstudio.providers.accepting import refusal
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.library.shelf import LibraryShelf
from depthstudio.ui.window.arrangement import move_to_pane, reset_docks
from depthstudio.ui.window.centre import Tab
from depthstudio.ui.window.connection_tests import ConnectionTests
from depthstudio.ui.window.drop_target import DropTarget
from depthstudio.ui.window.known_answer import KnownAnswer, Question
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.measure import Measuring
from depthstudio.ui.window.services import Services
from depthstudio.ui.window.showing import Showing
from depthstudio.ui.window.tasks import Tasks

if TYPE_CHECKING:
    from depthstudio.ui.window.preferences import Preferences

VIEW_COMMANDS = {Tab.SCENE: "show_scene", Tab.DEPTH: "show_depth", Tab.PHOTO: "show_photo"}


class Workbench(QObject):
    """What the window does. Every long step is a task; the newest wish decides what shows."""

    shown = Signal(str)  # the title of what is on screen now

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._tasks = Tasks(self._report)
        self._shelf = LibraryShelf(session, window)
        self._showing = Showing(session, window)
        self._tests = ConnectionTests(session, self._tasks, window.inspector.endpoints, self)
        self._services = Services(session, window.inspector, self._tests, self._tasks, self)
        self._measuring = Measuring(session, window.centre, window.icons, self._tasks.start)
        self._known = KnownAnswer(session, self._tasks, lambda: window.inspector.set_known(True))
        self._inputs: tuple[Source, ...] = ()
        self._offer_number = 0
        self._awaited = ""  # the job whose result is shown as soon as it is there
        self._drop = DropTarget(window)
        # Many changes in one turn of the loop are looked at once.
        self._commands_due = QTimer(self)
        self._commands_due.setSingleShot(True)
        self._commands_due.timeout.connect(self._update_commands)
        self._connect_window()
        self._connect_panels()
        self._connect_inspector()
        self._disconnects = self._follow_session()
        self._update_commands()
        self._show_holds()

    def begin(self) -> None:
        """Bring, after the first frame, the library's cards and what draws in 3D."""
        after_frame, centre = self._window.after_frame, self._window.centre
        after_frame.do(lambda: self._tasks.start(self._session.look_up_secrets()))
        after_frame.do(lambda: self._tasks.start(self._shelf.fill()))
        after_frame.do(lambda: centre.scene_page.ready.connect(self._commands_due.start))
        after_frame.do(self._showing.follow_scene)
        after_frame.do(lambda: centre.scene_page.start_loading())

    async def aclose(self) -> None:
        """Stop everything that was started for the window, before the window goes."""
        for disconnect in self._disconnects:
            disconnect()
        self._shelf.close()
        self._services.close()
        self._tests.close()
        if "preferences" in vars(self):
            self.preferences.close()
        self._commands_due.stop()
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
        window, start_page = self._window, self._window.centre.start_page
        self._showing.shown.connect(self.shown)
        self._showing.replaced.connect(self._measuring.offer_for)
        self._drop.dropped.connect(lambda paths, view: self.open_paths(paths, only_view=view))
        self._drop.entered.connect(lambda paths: self._tasks.start(self._offer(paths)))
        window.status.state_clicked.connect(self._select_first)
        window.status.try_now_requested.connect(
            lambda provider_id: self._tasks.start(self._session.runner.try_now(provider_id))
        )
        window.status.give_key_requested.connect(self._give_key)
        window.centre.offer_changed.connect(self._commands_due.start)
        start_page.open_files.connect(self._choose_files)
        start_page.open_folder.connect(self._choose_folder)
        start_page.try_sample.connect(self.run_sample)
        for name, slot in (
            ("open", self._choose_files),
            ("open_folder", self._choose_folder),
            ("sample", self.run_sample),
            ("run", window.inspector.run_box.activate),
            ("cancel", lambda: self._on_selected(self._session.cancel)),
            ("retry", lambda: self._on_selected(self._retry)),
            ("remove", lambda: self._on_selected(self._session.remove)),
            ("clear", lambda: self._tasks.start(self._clear())),
            ("fit", lambda: window.centre.scene_page.fit()),
            *(
                (name, lambda tab=tab: window.centre.show_tab(tab))
                for tab, name in VIEW_COMMANDS.items()
            ),
            ("next_pane", lambda: move_to_pane(window, 1)),
            ("previous_pane", lambda: move_to_pane(window, -1)),
            ("preferences", lambda: self.preferences.open()),
            ("reset_layout", lambda: reset_docks(window)),
            ("about", self._show_about),
        ):
            window.action(name).triggered.connect(lambda checked=False, slot=slot: slot())

    def _connect_panels(self) -> None:
        panel, library = self._window.queue_panel, self._window.library_panel
        session, start = self._session, self._tasks.start
        for signal, wish in (
            (panel.cancel_requested, session.cancel),
            (panel.retry_requested, self._retry),
            (panel.remove_requested, session.remove),
            (panel.run_again_requested, self._run_again),
            (panel.send_again_requested, session.send_again),
            (panel.mark_lost_requested, session.mark_lost),
            (panel.try_now_requested, self._try_now),
            (panel.show_requested, self._show_job),
            (library.open_requested, self._showing.show_result),
        ):
            signal.connect(lambda id_, wish=wish: start(wish(id_)))
        panel.selected.connect(self._job_selected)
        panel.give_key_requested.connect(lambda job_id: self.preferences.open_for_job(job_id))
        library.remove_requested.connect(self._ask_to_remove)

    def _connect_inspector(self) -> None:
        inspector = self._window.inspector
        inspector.run_requested.connect(self._run)
        inspector.run_again_requested.connect(lambda: self._run(again=True))
        inspector.show_requested.connect(
            lambda: self._tasks.start(self._showing.show_result(self._known.result_id))
        )
        inspector.run_box.order_requested.connect(self._ask_for_order)
        inspector.keys_requested.connect(lambda id_: self.preferences.open(id_))
        inspector.page_requested.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        inspector.grouping_changed.connect(lambda one_scene: self._look_up())
        inspector.params_changed.connect(self._look_up)
        inspector.provider_changed.connect(lambda provider_id: self._look_up())

    def _follow_session(self) -> list[Callable[[], None]]:
        session, later = self._session, self._commands_due.start
        return [
            session.queue.changed.connect(self._job_changed),
            session.queue.inserted.connect(lambda row: later()),
            session.queue.removed.connect(lambda row: later()),
            session.result_added.connect(lambda result: self._look_up()),
            session.runner.holds_changed.connect(self._show_holds),
        ]

    @cached_property
    def preferences(self) -> "Preferences":
        """What opens them; made for the first time they are wanted."""
        from depthstudio.ui.window.preferences import Preferences

        return Preferences(self._session, self._window, self._tests, self._tasks, self)

    def _give_key(self, provider_id: str) -> None:
        """Go to the key that keeps the jobs of a provider waiting."""
        for entry in self._session.queue:
            if entry.job.provider_id == provider_id and entry.status.hold is not None:
                self.preferences.open_for_job(entry.job.id)
                return
        self.preferences.open(provider_id)

    # Dialogs are imported when they open: the first frame must not wait for them.

    def _choose_files(self) -> None:
        from depthstudio.ui.window.dialogs import choose_files

        choose_files(self._window, self.open_paths)

    def _choose_folder(self) -> None:
        from depthstudio.ui.window.dialogs import choose_folder

        choose_folder(self._window, self.open_paths)

    def _show_about(self) -> None:
        from depthstudio.ui.window.dialogs import show_about

        show_about(self._window, self._window.icons, self._session.home)

    async def _offer(self, paths: Sequence[Path]) -> None:
        """Say what dropping these would do, once the files have been looked at."""
        from depthstudio.ui.window.drop_page import DropOffer

        self._offer_number += 1
        number = self._offer_number
        intake = await self._session.take_in(paths)
        if number != self._offer_number:
            return  # another drag came meanwhile
        sources = fitting(self._provider, intake.sources, paths)
        self._window.centre.drop.set_offer(
            DropOffer(
                photos=sum(s.media_type in media_type.PICTURES for s in sources),
                videos=sum(s.media_type in media_type.VIDEOS for s in sources),
                scenes=len(intake.scenes),
                skipped=len(intake.unusable) + intake.skipped,
                provider_title=self._provider.title,
                refusal=refusal(self._provider, sources),
            )
        )

    async def _open_paths(self, paths: Sequence[Path], *, only_view: bool) -> None:
        intake = await self._session.take_in(paths)
        self._say_skipped(intake)
        sources = fitting(self._provider, intake.sources, paths)
        if len(sources) < len(intake.sources):
            self._window.status.say(refusal(self._provider, intake.sources))
        if intake.scenes:
            self._tasks.start(self._showing.show_scene(intake.scenes[0]))
        elif photos := [s for s in sources if s.media_type in media_type.PICTURES]:
            self._showing.show_photos(photos)
        if sources:
            self._set_inputs(sources)
        if only_view:
            for unusable in intake.unusable:
                self._report(unusable.error)
            return
        await self._keep_unusable(intake.unusable)
        if sources:
            await self._run_dropped(sources)

    async def _run_dropped(self, sources: Sequence[Source]) -> None:
        """What is dropped runs at once, unless it would leave this computer or cannot run."""
        reason = self._window.inspector.run_box.state().reason
        if reason:
            self._window.status.say(reason, "caution")
        elif self._provider.runs_locally:
            await self._enqueue(sources)

    async def _keep_unusable(self, unusable: Sequence[Unusable]) -> None:
        for path in unusable:
            await self._session.add_unusable(
                path,
                self._provider.id,
                self._values,
                endpoints=self._window.inspector.endpoints(),
            )

    def _say_skipped(self, intake: Intake) -> None:
        if intake.skipped:
            text = self.tr("{count} files skipped: neither photo, video nor scene")
            self._window.status.say(text.format(count=intake.skipped))
        elif len(intake.scenes) > 1:
            text = self.tr("{count} scenes found: the first one is shown")
            self._window.status.say(text.format(count=len(intake.scenes)))

    def _set_inputs(self, sources: Sequence[Source]) -> None:
        self._inputs = tuple(sources)
        self._window.inspector.set_inputs(self._inputs)
        self._look_up()

    def _ask_for_order(self) -> None:
        from depthstudio.ui.queue.order_dialog import ask_for_order

        window = self._window
        ask_for_order(window, window.theme, window.icons, self._inputs, self._set_inputs)

    def _look_up(self) -> None:
        """Ask whether the library knows the answer to what Run would ask."""
        question = None
        if len(self._inputs) == 1 and not self._window.inspector.run_box.state().reason:
            endpoints = self._window.inspector.endpoints()
            question = Question(self._inputs[0], self._provider.id, self._values, endpoints)
        self._known.ask(question)
        self._commands_due.start()

    def _run(self, *, again: bool = False) -> None:
        self._tasks.start(self._enqueue(self._inputs, again=again))

    async def _enqueue(self, sources: Sequence[Source], *, again: bool = False) -> None:
        """Make jobs of what the inspector says now; the first one is shown when it is done."""
        provider, values, first = self._provider, self._values, ""
        endpoints = self._window.inspector.endpoints()
        one_scene = self._window.inspector.is_one_scene()
        for group in grouped(sources, provider.max_sources, one_scene=one_scene):
            jobs = await self._session.enqueue(
                group, provider.id, values, endpoints=endpoints, again=again
            )
            if not first and jobs:
                first = jobs[0].id
                self._await(first)

    def _await(self, job_id: str) -> None:
        """Select a job and show its result as soon as it is there, or now if it is."""
        self._awaited = job_id
        self._window.queue_panel.select(job_id)
        self._showing.follow_job(job_id)
        self._show_awaited(job_id)

    def _show_awaited(self, job_id: str) -> None:
        queue = self._session.queue
        if job_id != self._awaited or job_id not in queue:
            return
        if queue.entry(job_id).status.state is JobState.DONE:
            self._awaited = ""
            self._tasks.start(self._show_job(job_id))

    async def _run_again(self, job_id: str) -> None:
        if self._session.queue.entry(job_id).status.state is JobState.DONE:
            self._await((await self._session.run_again(job_id)).id)
        else:
            await self._retry(job_id)

    async def _retry(self, job_id: str) -> None:
        jobs = await self._session.retry(job_id)
        self._await(jobs[0].id)

    async def _try_now(self, job_id: str) -> None:
        provider_id = self._session.queue.entry(job_id).job.provider_id
        await self._session.runner.try_now(provider_id)

    def _show_holds(self) -> None:
        holds = self._session.runner.holds
        self._window.queue_panel.set_holds(holds)
        self._window.status.set_holds(holds)

    async def _clear(self) -> None:
        # Or the selection would wander over the rows below, and each would be opened.
        self._window.queue_panel.select("")
        for entry in self._session.queue:
            if entry.status.state.is_final:
                await self._session.remove(entry.job.id)

    def _on_selected(self, wish: Callable[[str], Coroutine[Any, Any, object]]) -> None:
        job_id = self._window.queue_panel.selected_id
        if job_id:
            self._tasks.start(wish(job_id))

    def _select_first(self, state: str) -> None:
        """Go to the first job in a state, as its counter in the status bar asks."""
        for entry in self._session.queue:
            if entry.status.state.value == state:
                self._window.queue_panel.select(entry.job.id)
                return

    def _ask_to_remove(self, result_id: str) -> None:
        from depthstudio.ui.window.dialogs import ask_to_remove

        name = self._window.library_panel.name_of(result_id)
        icons = self._window.icons
        ask_to_remove(self._window, icons, name, lambda: self._tasks.start(self._remove(result_id)))

    async def _remove(self, result_id: str) -> None:
        await self._shelf.remove(result_id)
        self._look_up()

    def _job_selected(self, job_id: str) -> None:
        self._commands_due.start()
        if job_id == self._awaited:
            return
        self._awaited = ""  # who looks at another job must not be called away from it
        self._showing.follow_job(job_id)
        if job_id and self._session.queue.entry(job_id).status.state is JobState.DONE:
            self._tasks.start(self._show_job(job_id))

    def _job_changed(self, job_id: str, row: int) -> None:
        self._commands_due.start()
        self._showing.job_changed(job_id)
        self._show_awaited(job_id)

    async def _show_job(self, job_id: str) -> None:
        result_id = self._session.queue.entry(job_id).status.result_id
        if result_id:
            await self._showing.show_result(result_id)

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
        window.set_command("fit", enabled=window.centre.can_fit and window.centre.offers(Tab.SCENE))
        for tab, name in VIEW_COMMANDS.items():
            window.set_command(name, enabled=window.centre.offers(tab))
