"""What one running job gives its provider: a folder, a client, a way to keep promises."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from depthstudio.core.errors import (
    ProviderError,
    ProviderHeld,
    SubmitUnknown,
)
from depthstudio.core.job import STARTS_NO_WORK, Checkpoint, Hold, Progress, Source
from depthstudio.core.record import Json
from depthstudio.jobs.hosting import Hosting
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.reach import JobReach
from depthstudio.jobs.recovery import LOST_HINT, LOST_REASON, lost_hold
from depthstudio.jobs.uncut import uncut
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.transport.redaction import hide_queries
from depthstudio.providers.transport.repeat import as_offline

log = logging.getLogger(__name__)

T = TypeVar("T")

INTERVAL_S = 0.1  # between two reports of how far the same thing is
CANCEL_TIMEOUT_S = 5.0
ONLY_ASKED = "only asked the service to stop"
NOT_HEARD = "the service did not hear the cancel; it may go on"


class ThreadFlag:
    """Tells blocking work that nobody waits for it any more."""

    def __init__(self) -> None:
        self._raised = threading.Event()

    def set(self) -> None:
        self._raised.set()

    def check(self) -> None:
        if self._raised.is_set():
            raise asyncio.CancelledError


def _is_news(last: Progress, new: Progress) -> bool:
    """Does a report say something else, or only how far the same thing is?"""
    if (last.stage, last.place, last.picture) != (new.stage, new.place, new.picture):
        return True
    return new.fraction is None and new.message != last.message


@dataclass
class Leaving:
    """Whether the program, and not the user, is what ends the jobs."""

    now: bool = False


@dataclass
class JobContext(JobReach):
    """The `Context` of one attempt at one job."""

    row: JournalRow
    ledger: Ledger
    executor: Executor
    folder: Path
    leaving: Leaving
    meet_server: Callable[["JobContext", str], Awaitable[None]]
    provider_hold: Callable[[], Hold | None]  # what the whole provider waits for now
    hosting: Hosting = field(default_factory=Hosting)
    notes: list[str] = field(default_factory=list[str])
    is_stopped: bool = False  # cancelled, and the service was told in time
    _reported_s: float = float("-inf")
    _last_report: Progress | None = None

    @property
    def job_id(self) -> str:
        return self.row.job.id

    @property
    def checkpoint(self) -> Checkpoint:
        return self.row.checkpoint

    async def met_server(self, profile: str) -> None:
        await self.meet_server(self, profile)

    @property
    def sources(self) -> Sequence[Source]:
        return self.row.job.sources

    async def web_address(self, source: Source, path: Path | None = None) -> str:
        url = source.url or await self.hosting.address_of(self, source, path or source.path)
        hide_queries([url])
        return url

    async def remember(self, step: str, ids: Mapping[str, Json]) -> None:
        checkpoint = self.checkpoint.with_step(step, {**ids, STARTS_NO_WORK: True})
        self.row = await uncut(self.ledger.record(self.job_id, checkpoint=checkpoint))

    def report(self, progress: Progress) -> None:
        """Pass on about ten reports a second, and every one that is more than a fraction.

        A picture is there to be seen until another one comes.
        """
        if progress.picture is None and self._last_report is not None:
            progress = replace(progress, picture=self._last_report.picture)
        now_s = self.clock.monotonic_s()
        last = self._last_report
        if last is None or _is_news(last, progress) or now_s - self._reported_s >= INTERVAL_S:
            self._last_report, self._reported_s = progress, now_s
            self.ledger.progress(self.job_id, progress)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    async def submit(
        self, step: str, send: Callable[[], Awaitable[Mapping[str, Json]]]
    ) -> Mapping[str, Json]:
        if hold := self.provider_hold():
            # Another job learned of it while this one was getting ready.
            raise ProviderHeld(hold.reason, until=hold.until, hint=hold.hint)
        try:
            # A cancel waits until it is known what was sent, so that it can be undone.
            return await uncut(self._submit(step, send))
        except ProviderError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise asyncio.CancelledError from error
            raise

    async def _submit(
        self, step: str, send: Callable[[], Awaitable[Mapping[str, Json]]]
    ) -> Mapping[str, Json]:
        before = self.row.phase
        self.row = await self.ledger.move(self.job_id, Phase.SUBMITTING, intent=step)
        try:
            ids = await send()
        except ProviderError as error:
            if not error.may_have_run:
                self.row = await self.ledger.move(self.job_id, before)
                raise as_offline(error, self.clock.now()) from None
            await self._ask_a_person()
            raise SubmitUnknown(LOST_REASON, hint=LOST_HINT, detail=str(error)) from error
        except BaseException as error:
            await self._ask_a_person()
            raise SubmitUnknown(LOST_REASON, hint=LOST_HINT, detail=repr(error)) from error
        self.row = await self.ledger.move(
            self.job_id,
            Phase.FOLLOWING,
            checkpoint=self.checkpoint.with_step(step, ids),
        )
        return ids

    async def _ask_a_person(self) -> None:
        hold = lost_hold(self.row.intent_at, self.row.intent)
        self.row = await self.ledger.move(self.job_id, Phase.LOST, hold=hold)

    async def cancel_remotely(self, ask: Callable[[], Awaitable[CancelAnswer]]) -> None:
        if not self.leaving.now:
            await uncut(self._ask_to_stop(ask))

    async def _ask_to_stop(self, ask: Callable[[], Awaitable[CancelAnswer]]) -> None:
        try:
            async with asyncio.timeout(CANCEL_TIMEOUT_S):
                answer = await ask()
            self.note(answer.words)
            self.is_stopped = not answer.may_come
        except TimeoutError:
            self.note(ONLY_ASKED)
        except ProviderError:
            self.note(NOT_HEARD)
        except Exception:
            # A mistake in a provider must not turn a cancelled job into a failed one.
            log.exception("job %s: the service could not be told to stop", self.job_id)
            self.note(NOT_HEARD)

    async def in_thread(self, work: Callable[[ThreadFlag], T]) -> T:
        flag = ThreadFlag()
        future = asyncio.get_running_loop().run_in_executor(self.executor, work, flag)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            flag.set()
            # Nobody waits for the thread; its last word must not be called unheard.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
