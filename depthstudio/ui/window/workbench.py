"""Connects the window to the session: wishes become jobs, news becomes pictures."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.job import JobState
from depthstudio.core.resources import resource
from depthstudio.jobs.session import Session
from depthstudio.ui.library.shelf import LibraryShelf
from depthstudio.ui.window.arrangement import move_to_pane, reset_docks
from depthstudio.ui.window.arrivals import Arrivals
from depthstudio.ui.window.centre import Tab
from depthstudio.ui.window.connection_tests import ConnectionTests
from depthstudio.ui.window.job_wishes import JobWishes, clears
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.measure import Measuring
from depthstudio.ui.window.polarity import PolarityKeeping
from depthstudio.ui.window.runs import Runs
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
        self._polarity = PolarityKeeping(session, window.centre, self._tasks.start)
        self._runs = Runs(session, window, self._tasks)
        self._arrivals = Arrivals(
            session, window, self._tasks, self._showing, self._runs, self._report
        )
        self._wishes = JobWishes(session, window, self._tasks, self._showing, self._runs)
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

    def ask_before_closing(self, leave: Callable[[], object]) -> None:
        """From now on ask, while jobs run, what becomes of them; `leave` lets the window go."""
        from depthstudio.ui.window.quitting import Quitting

        quitting = Quitting(self._session, self._window, self._tasks, leave)
        self._window.close_requested.connect(quitting.ask)

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
        self._window.beat.forget(self._update_commands)
        self._window.beat.forget(self._runs.look_up)
        await self._tasks.aclose()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Take in files and folders, as a drop does."""
        self._arrivals.open_places(paths)

    def run_sample(self) -> None:
        """Run the bundled photo."""
        self.open_paths([resource("sample", "view_0.jpg")])

    def _connect_window(self) -> None:
        window, start_page = self._window, self._window.centre.start_page
        session, wishes = self._session, self._wishes
        self._showing.shown.connect(self.shown)
        self._showing.replaced.connect(self._measuring.offer_for)
        self._showing.replaced.connect(self._polarity.follow)
        self._runs.changed.connect(self._commands_due.start)
        self._runs.started.connect(self._wishes.wait_for)
        window.status.state_clicked.connect(self._wishes.select_first)
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
            ("paste", self._arrivals.paste),
            ("sample", self.run_sample),
            ("run", window.inspector.run_box.activate),
            ("cancel", lambda: wishes.on_selected(session.cancel)),
            ("retry", lambda: wishes.on_selected(wishes.retry)),
            ("remove", lambda: wishes.on_selected(wishes.remove)),
            ("clear", lambda: self._tasks.start(wishes.clear())),
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
        session, wishes, start = self._session, self._wishes, self._tasks.start
        for signal, wish in (
            (panel.cancel_requested, session.cancel),
            (panel.retry_requested, wishes.retry),
            (panel.remove_requested, wishes.remove),
            (panel.run_again_requested, wishes.run_again),
            (panel.look_requested, session.look_for),
            (panel.send_again_requested, session.send_again),
            (panel.mark_lost_requested, session.mark_lost),
            (panel.try_now_requested, wishes.try_now),
            (panel.show_requested, wishes.show),
            (library.open_requested, self._showing.show_result),
        ):
            signal.connect(lambda id_, wish=wish: start(wish(id_)))
        panel.selected.connect(self._job_selected)
        panel.page_requested.connect(_open_page)
        panel.give_key_requested.connect(lambda job_id: self.preferences.open_for_job(job_id))
        library.remove_requested.connect(self._ask_to_remove)

    def _connect_inspector(self) -> None:
        inspector, runs = self._window.inspector, self._runs
        inspector.run_requested.connect(runs.run)
        inspector.run_again_requested.connect(lambda: runs.run(again=True))
        inspector.show_requested.connect(
            lambda: self._tasks.start(self._showing.show_result(runs.known_id))
        )
        inspector.run_box.order_requested.connect(runs.ask_for_order)
        inspector.run_box.host_requested.connect(runs.choose_host)
        inspector.page_requested.connect(_open_page)
        inspector.grouping_changed.connect(lambda one_scene: runs.look_up())
        inspector.params_changed.connect(runs.look_up)
        inspector.provider_changed.connect(lambda provider_id: runs.look_up())
        inspector.keys_requested.connect(lambda id_: self.preferences.open(id_))

    def _follow_session(self) -> list[Callable[[], None]]:
        session, later = self._session, self._window.beat.do
        return [
            session.queue.changed.connect(self._job_changed),
            session.queue.inserted.connect(lambda row: later(self._update_commands)),
            session.queue.removed.connect(lambda row: later(self._update_commands)),
            session.result_added.connect(lambda result: later(self._runs.look_up)),
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

    def _show_holds(self) -> None:
        holds = self._session.runner.holds
        self._window.queue_panel.set_holds(holds)
        self._window.status.set_holds(holds)

    def _ask_to_remove(self, result_id: str) -> None:
        from depthstudio.ui.window.dialogs import ask_to_remove

        name = self._window.library_panel.name_of(result_id)
        icons = self._window.icons
        ask_to_remove(self._window, icons, name, lambda: self._tasks.start(self._remove(result_id)))

    async def _remove(self, result_id: str) -> None:
        await self._shelf.remove(result_id)
        self._runs.look_up()

    def _job_selected(self, job_id: str) -> None:
        self._commands_due.start()
        self._wishes.follow_selection(job_id)

    def _job_changed(self, job_id: str, row: int) -> None:
        self._window.beat.do(self._update_commands)
        self._wishes.follow_change(job_id)

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
        window.set_command("clear", enabled=any(clears(e.status) for e in queue))
        window.set_command("fit", enabled=window.centre.can_fit and window.centre.offers(Tab.SCENE))
        for tab, name in VIEW_COMMANDS.items():
            window.set_command(name, enabled=window.centre.offers(tab))


def _open_page(address: str) -> None:
    QDesktopServices.openUrl(QUrl(address))
