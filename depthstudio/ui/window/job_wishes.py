"""What the user wants of the jobs in the queue: shown, tried again, run again, cleared."""

from collections.abc import Callable, Coroutine
from typing import Any

from depthstudio.core.job import JobState, JobStatus
from depthstudio.jobs.session import Session
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.runs import Runs
from depthstudio.ui.window.showing import Showing
from depthstudio.ui.window.tasks import Tasks


def clears(status: JobStatus) -> bool:
    """Is nothing of a job to come any more, so that its row can go unasked?"""
    return status.state.is_final and not status.may_come


class JobWishes:
    """Carries them out, and shows what comes of the job the user waits for."""

    def __init__(
        self, session: Session, window: MainWindow, tasks: Tasks, showing: Showing, runs: Runs
    ) -> None:
        self._session = session
        self._window = window
        self._tasks = tasks
        self._showing = showing
        self._runs = runs
        self._awaited = ""  # the job whose result is shown as soon as it is there

    def wait_for(self, job_id: str) -> None:
        """Select a job and show its result as soon as it is there, or now if it is."""
        self._awaited = job_id
        self._window.queue_panel.select(job_id)
        self._showing.follow_job(job_id)
        self._show_awaited(job_id)

    def follow_selection(self, job_id: str) -> None:
        """The user looks at another row."""
        if job_id == self._awaited:
            return
        self._awaited = ""  # who looks at another job must not be called away from it
        self._showing.follow_job(job_id)
        if job_id and self._session.queue.entry(job_id).status.state is JobState.DONE:
            self._tasks.start(self.show(job_id))

    def follow_change(self, job_id: str) -> None:
        """There is news of a job."""
        self._showing.job_changed(job_id)
        self._show_awaited(job_id)

    def select_first(self, state: str) -> None:
        """Go to the first job in a state, as its counter in the status bar asks."""
        for entry in self._session.queue:
            if entry.status.state.value == state:
                self._window.queue_panel.select(entry.job.id)
                return

    def on_selected(self, wish: Callable[[str], Coroutine[Any, Any, object]]) -> None:
        """Carry out a wish on the job of the current row."""
        job_id = self._window.queue_panel.selected_id
        if job_id:
            self._tasks.start(wish(job_id))

    async def show(self, job_id: str) -> None:
        """Show the result of a job, if there is one."""
        result_id = self._session.queue.entry(job_id).status.result_id
        if result_id:
            await self._showing.show_result(result_id)

    async def run_again(self, job_id: str) -> None:
        """Ask the same once more."""
        entry = self._session.queue.entry(job_id)
        if entry.status.state is JobState.CANCELLED and not entry.status.may_come:
            await self.retry(job_id)  # in the same row: there is nothing else of it
            return
        start = self._tasks.start
        self._runs.with_consent(entry.job, lambda host: start(self._once_more(job_id, host)))

    async def retry(self, job_id: str) -> None:
        """Try a job again that failed or was cancelled, or follow what the service has of it."""
        job, start = self._session.queue.entry(job_id).job, self._tasks.start
        if not await self._session.host_for_retry(job_id):
            await self._retried(job_id)
            return

        def agreed(host_id: str) -> None:
            same = host_id == job.host_via
            start(self._retried(job_id) if same else self._once_more(job_id, host_id))

        self._runs.with_consent(job, agreed)

    async def try_now(self, job_id: str) -> None:
        """Do not wait for the end of the hold of a job's provider."""
        provider_id = self._session.queue.entry(job_id).job.provider_id
        await self._session.runner.try_now(provider_id)

    async def remove(self, job_id: str) -> None:
        """Take a row out; asked first where only it leads to what a service may still bring."""
        session, window = self._session, self._window
        if await session.remove(job_id, unless_may_come=True):
            return
        from depthstudio.ui.window.dialogs import ask_to_forget

        entry = session.queue.entry(job_id)
        provider_id = entry.job.provider_id
        known = provider_id in session.registry
        service = session.registry[provider_id].info.title if known else provider_id
        start = self._tasks.start
        ask_to_forget(
            window, window.icons, entry.job.name, service, lambda: start(session.remove(job_id))
        )

    async def clear(self) -> None:
        """Take out every job that has ended, but for those whose work may still come."""
        # Or the selection would wander over the rows below, and each would be opened.
        self._window.queue_panel.select("")
        for entry in self._session.queue:
            if clears(entry.status):
                await self._session.remove(entry.job.id)

    def _show_awaited(self, job_id: str) -> None:
        queue = self._session.queue
        if job_id != self._awaited or job_id not in queue:
            return
        if queue.entry(job_id).status.state is JobState.DONE:
            self._awaited = ""
            self._tasks.start(self.show(job_id))

    async def _once_more(self, job_id: str, host_id: str) -> None:
        job = self._session.queue.entry(job_id).job
        # An order keeps the addresses it was given with; another host is where it is now.
        elsewhere = self._window.host_addresses.of(host_id) if host_id != job.host_via else None
        again = await self._session.run_again(job_id, host_via=host_id, host_endpoints=elsewhere)
        self.wait_for(again.id)

    async def _retried(self, job_id: str) -> None:
        self.wait_for((await self._session.retry(job_id))[0].id)
