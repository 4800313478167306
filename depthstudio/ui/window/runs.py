"""What the next Run would be: its inputs, whether its answer is known, and who gets the files."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from depthstudio.core.job import Job, Source
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import grouped
from depthstudio.providers.accepting import needs_host
from depthstudio.providers.base import ProviderInfo
from depthstudio.ui.parts.amounts import utc_now, when_text
from depthstudio.ui.window.known_answer import KnownAnswer, Question
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.tasks import Tasks


class Runs(QObject):
    """Turns what the inspector says into jobs. Nothing is put on a host nobody agreed to."""

    changed = Signal()  # what would run, or what is known of it
    started = Signal(str)  # the first job of a Run

    def __init__(self, session: Session, window: MainWindow, tasks: Tasks) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._tasks = tasks
        self._inputs: tuple[Source, ...] = ()
        self._known = KnownAnswer(session, tasks, self._show_known)
        window.agreed_hosts.changed.connect(self._show_host)
        self._show_host()

    @property
    def provider(self) -> ProviderInfo:
        """The chosen provider."""
        return self._session.registry[self._window.inspector.provider_id()].info

    @property
    def known_id(self) -> str:
        """The result that answers already what Run would ask; empty for none."""
        return self._known.result.id if self._known.result is not None else ""

    def order(self, *, again: bool = False) -> Order:
        """What the inspector says now."""
        inspector = self._window.inspector
        return Order(
            inspector.provider_id(),
            inspector.form().values(),
            {**inspector.endpoints(), **self._window.host_addresses.of(self._host_id)},
            again=again,
            host_via=self._host_id,
        )

    def set_inputs(self, sources: Sequence[Source]) -> None:
        """Choose what would run."""
        self._inputs = tuple(sources)
        self._window.inspector.set_inputs(self._inputs)
        self.look_up()

    def look_up(self) -> None:
        """Ask whether the library knows the answer to what Run would ask."""
        question = None
        if len(self._inputs) == 1 and not self._window.inspector.run_box.state().reason:
            question = Question(self._inputs, self.order())
        self._known.ask(question)
        self.changed.emit()

    def run(self, *, again: bool = False) -> None:
        """Run the inputs; a file that would have to be put on the web is asked about first."""
        self._run(self._inputs, again=again)

    def run_dropped(self, sources: Sequence[Source]) -> None:
        """What is dropped runs at once, unless it would leave this computer or cannot run."""
        reason = self._window.inspector.run_box.state().reason
        if reason:
            self._window.status.say(reason, "caution")
        elif self.provider.runs_locally:
            self._run(sources)

    def ask_for_order(self) -> None:
        """Let the user put the photos of one scene in order."""
        from depthstudio.ui.queue.order_dialog import ask_for_order

        window = self._window
        ask_for_order(window, window.theme, window.icons, self._inputs, self.set_inputs)

    def choose_host(self) -> None:
        """Let the user choose another host, without running anything."""
        self._ask_for_host(self._inputs, lambda host_id: None, self._take_address)

    def with_consent(self, job: Job, then: Callable[[str], object]) -> None:
        """Call `then` with the host of an older job, or with one agreed to in its place.

        Consent may have been taken back since, or have been given for one command only.
        """
        agreed = self._window.agreed_hosts.agreed
        if not job.host_via or job.host_via in agreed:
            then(job.host_via)
            return
        info = self._session.registry.get(job.provider_id).info
        self._ask_for_host(job.sources, then, lambda source: None, info)

    def _run(self, sources: Sequence[Source], *, again: bool = False) -> None:
        if needs_host(self.provider, sources) and not self._host_id:
            self._ask_for_host(
                sources,
                lambda host_id: self._start(sources, again=again),
                lambda source: self._run_address(source, again=again),
            )
        else:
            self._start(sources, again=again)

    def _start(self, sources: Sequence[Source], *, again: bool) -> None:
        self._tasks.start(self._enqueue(sources, self.order(again=again)))

    async def _enqueue(self, sources: Sequence[Source], order: Order) -> None:
        """Make jobs of these sources; the first one is shown when it is done."""
        one_scene, first = self._window.inspector.is_one_scene(), ""
        for group in grouped(sources, self.provider.max_sources, one_scene=one_scene):
            jobs = await self._session.enqueue(group, order)
            if not first and jobs:
                first = jobs[0].id
                self.started.emit(first)

    def _ask_for_host(
        self,
        sources: Sequence[Source],
        then: Callable[[str], object],
        with_address: Callable[[Source], object],
        service: ProviderInfo | None = None,
    ) -> None:
        """Ask; the question of an older job, whose `service` it is, takes no other address."""
        from depthstudio.ui.window.host_dialog import HostQuestion, ask_for_host

        def agree(host_id: str) -> None:
            self._window.agreed_hosts.agree(host_id)
            then(host_id)

        info = service or self.provider
        question = HostQuestion(
            service=info.title,
            files=tuple(source for source in sources if not source.is_remote),
            hosts=tuple(host.info for host in self._session.hosts.values()),
            chosen=self._host_id,
            takes_address=service is None and info.takes_urls and len(sources) == 1,
        )
        ask_for_host(self._window, question, self._session.secrets, agree, with_address)

    def _run_address(self, source: Source, *, again: bool) -> None:
        self._take_address(source)
        self._start([source], again=again)

    def _take_address(self, source: Source) -> None:
        self.set_inputs([source])

    @property
    def _host_id(self) -> str:
        """The host that was agreed to; empty where it is none, or none any more."""
        chosen = self._window.agreed_hosts.chosen
        return chosen if chosen in self._session.hosts else ""

    def _show_host(self) -> None:
        host_id = self._host_id
        title = self._session.hosts[host_id].info.title if host_id else ""
        self._window.inspector.set_host(title)

    def _show_known(self) -> None:
        if (known := self._known.result) is not None:
            self._window.inspector.set_known(True, when_text(known.created_at, utc_now()))
