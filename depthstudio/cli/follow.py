"""Follows jobs until each has had its last word."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import replace

from depthstudio.cli import exit_codes
from depthstudio.cli.output import Output
from depthstudio.core.job import Hold, HoldKind, Job, JobState, JobStatus
from depthstudio.core.param_schema import schema_of
from depthstudio.core.result import Result
from depthstudio.core.setting_words import setting_words
from depthstudio.jobs.lost import LostSubmit, is_looked_for, is_lost, lost_submit
from depthstudio.jobs.promising import UNUSABLE_TYPE
from depthstudio.jobs.session import Session

TIMED_OUT = "--timeout ran out; `depthstudio resume` goes on from here"
NOT_WAITED_FOR = "not finished"


class Follower:
    """Reports the news of some jobs, exactly one last word for each."""

    def __init__(self, session: Session, output: Output) -> None:
        self._session = session
        self._output = output
        self._open: dict[str, JobStatus] = {}
        self._ended: list[tuple[Job, JobStatus]] = []
        self._news = asyncio.Event()
        session.queue.changed.connect(self._changed)
        session.runner.holds_changed.connect(self._look_again)

    def follow(self, job: Job, earlier: Result | None = None) -> None:
        """Report a job from here on; `earlier` is an older answer that is worth a word."""
        self._output.queued(job)
        if earlier is not None:
            self._output.known_earlier(job, earlier)
        self._take(job, self._session.queue.entry(job.id).status)

    def _changed(self, job_id: str, row: int) -> None:
        if job_id in self._open:
            entry = self._session.queue.at(row)
            self._take(entry.job, entry.status)

    def _look_again(self) -> None:
        """A hold of the whole provider concerns the jobs that only wait behind it."""
        for job_id in list(self._open):
            entry = self._session.queue.entry(job_id)
            self._take(entry.job, entry.status)

    def _take(self, job: Job, status: JobStatus) -> None:
        if status.state is JobState.QUEUED:
            status = replace(status, hold=self._session.runner.holds.get(job.provider_id))
        before = self._open.get(job.id)
        self._open[job.id] = status
        if status.state.is_final or _is_for_a_person(status):
            del self._open[job.id]
            self._ended.append((job, status))
        elif status.hold and not is_lost(status.hold) and _is_new(status, before):
            self._output.held(job, status.hold, final=False)
        elif status.progress and (before is None or before.progress != status.progress):
            self._output.progress(job, status.progress)
        self._news.set()

    async def finish(self, timeout_s: float | None = None) -> int:
        """Wait for every job's last word and return the exit status."""
        deadline_s = None if timeout_s is None else asyncio.get_running_loop().time() + timeout_s
        states = await self._last_words()
        while self._open and await self._heard_something(deadline_s):
            states += await self._last_words()
        return exit_status([*states, *self._give_up()])

    async def _heard_something(self, deadline_s: float | None) -> bool:
        """Wait for news; False when there was none in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline_s):
                await self._news.wait()
                self._news.clear()
                return True
        return False

    def _give_up(self) -> list[JobState]:
        """What there is to say of jobs that took longer than the user would wait."""
        waiting, self._open = self._open, {}
        for job_id, status in waiting.items():
            reason = f"{status.hold.reason}; {TIMED_OUT}" if status.hold else TIMED_OUT
            hold = Hold(kind=HoldKind.SERVICE, reason=reason, hint=NOT_WAITED_FOR)
            self._output.held(self._session.queue.entry(job_id).job, hold, final=True)
        return [JobState.HELD for _ in waiting]

    async def _last_words(self) -> list[JobState]:
        ended, self._ended = self._ended, []
        for job, status in ended:
            await self._last_word(job, status)
        return [JobState.HELD if status.hold else status.state for _, status in ended]

    async def _last_word(self, job: Job, status: JobStatus) -> None:
        if status.result_id:
            result = await self._session.result(status.result_id)
            self._output.done(job, result, cached=status.cached)
        elif status.failure:
            source = job.sources[0]
            unusable = source.media_type == UNUSABLE_TYPE
            path = str(source.path) if unusable else None
            self._output.failed(job, status.failure, path=path)
        elif status.hold:
            self._output.held(job, status.hold, final=True, lost=self._lost(job, status.hold))
        else:
            self._output.cancelled(job, status.note, may_come=status.may_come)

    def _lost(self, job: Job, hold: Hold) -> LostSubmit | None:
        if not is_lost(hold):
            return None
        registry = self._session.registry
        if job.provider_id not in registry:
            return lost_submit(job, hold, None)
        provider = registry[job.provider_id]
        lost = lost_submit(job, hold, provider.info)
        return replace(lost, values=setting_words(lost.values, schema_of(provider.params_type)))


def _is_new(status: JobStatus, before: JobStatus | None) -> bool:
    return before is None or before.hold != status.hold


def _is_for_a_person(status: JobStatus) -> bool:
    """Whether only a person can end what a job waits for; a look in a list may still."""
    return status.hold is not None and status.hold.needs_person and not is_looked_for(status)


def exit_status(states: Iterable[JobState]) -> int:
    """0 only when every job is done."""
    all_done = all(state is JobState.DONE for state in states)
    return exit_codes.OK if all_done else exit_codes.NOT_ALL_DONE
