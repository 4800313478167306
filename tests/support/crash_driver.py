"""One life of the program, in a process of its own that may kill itself at a transition.

Called with a plan as JSON: the home, provider, values and endpoints, the source, the actions
to perform in order, and the transition at which to die (before or after it is on disk, at the
first time it happens or a later one).
Prints where every job stands at the end, if it lives to see it.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import LibraryError
from depthstudio.core.job import JobState, JobStatus
from depthstudio.core.result import Result
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_file import JournalFile
from depthstudio.jobs.lost import is_looked_for
from depthstudio.jobs.order import Order
from depthstudio.jobs.phase import Phase, Transition
from depthstudio.jobs.session import Session
from depthstudio.library.manifest import ResultDraft
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from tests.support.constants import shortened
from tests.support.scripted_provider import Scripted

SETTLED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.HELD)


class MortalJournal(JournalFile):
    """A journal whose process dies at one transition, as if the power had gone."""

    def __init__(self, path: Path, fatal: Transition | None, when: str, nth: int) -> None:
        super().__init__(path)
        self._fatal = fatal
        self._when = when
        self._left = nth

    def _commit(self, transition: Transition, statement: str, values: list[Any]) -> None:
        if transition == self._fatal:
            self._left -= 1
        is_fatal = transition == self._fatal and self._left == 0
        if is_fatal and self._when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super()._commit(transition, statement, values)
        if is_fatal and self._when == "after":
            os.kill(os.getpid(), signal.SIGKILL)


class Life:
    """What happens in one process: actions by name, on the first job of the queue."""

    def __init__(self, plan: dict[str, Any], session: Session) -> None:
        self.plan = plan
        self.session = session
        self.news = asyncio.Event()
        session.queue.changed.connect(lambda job_id, row: self.news.set())

    @property
    def job_id(self) -> str:
        return self.session.queue.at(0).job.id

    async def until(self, settled: Callable[[], bool]) -> None:
        while not settled():
            self.news.clear()
            await self.news.wait()

    async def perform(self, action: str) -> None:
        method: Callable[[], Awaitable[None]] = getattr(self, action.replace("-", "_"))
        await method()

    async def add(self) -> None:
        intake = await self.session.take_in([Path(self.plan["source"])])
        provider, endpoints = self.plan["provider"], self.plan["endpoints"]
        await self.session.add(
            intake.sources,
            Order(
                provider,
                self.plan["values"],
                endpoints=endpoints,
                host_via=self.plan.get("host_via", ""),
            ),
        )

    async def add_unusable(self) -> None:
        intake = await self.session.take_in([Path(self.plan["source"]).with_name("missing.png")])
        await self.session.add_unusable(intake.unusable[0], Order(self.plan["provider"]))

    async def settle(self) -> None:
        """Wait until every job has ended or waits, and nobody looks for one."""
        await self.until(lambda: all(is_settled(e.status) for e in self.session.queue))

    async def busy(self) -> None:
        """Wait until the provider has said what it is busy with."""
        words = ("stalled", "scripted")
        await self.until(
            lambda: any(
                e.status.progress and e.status.progress.message in words for e in self.session.queue
            )
        )

    async def busy_or_settled(self) -> None:
        """Wait until every job runs again, or has ended."""
        running = (*SETTLED, JobState.RUNNING)
        await self.until(lambda: all(e.status.state in running for e in self.session.queue))

    async def cancel(self) -> None:
        await self.session.cancel(self.session.queue.at(len(self.session.queue) - 1).job.id)

    async def retry(self) -> None:
        await self.session.retry(self.job_id)

    async def remove(self) -> None:
        await self.session.remove(self.job_id)

    async def try_now(self) -> None:
        await self.session.runner.try_now(self.plan["provider"])

    async def send_again(self) -> None:
        await self.session.send_again(self.job_id)

    async def mark_lost(self) -> None:
        await self.session.mark_lost(self.job_id)

    async def fill_disk(self) -> None:
        """Let the library refuse, as a full disk makes it; the next life has room again."""

        def refuse(draft: ResultDraft, artifacts: Sequence[Artifact]) -> Result:
            raise LibraryError("The disk is full", hint="Make room and retry")

        self.session.library.store = refuse


async def live(plan: dict[str, Any]) -> list[dict[str, Any]]:
    for name, value in plan.get("constants", {}).items():  # waits nobody needs to wait for
        setattr(*shortened(name, value))
    home = Home.at(Path(plan["home"]))
    home.make_folders()
    fatal = plan["fatal"] and tuple(phase and Phase(phase) for phase in plan["fatal"])
    journal = Journal(
        home.journal_file, lambda path: MortalJournal(path, fatal, plan["when"], plan["nth"])
    )
    session = Session(home, Registry([*Registry.load(), Scripted()]), journal=journal)
    try:
        await session.open(only=set() if plan["alone"] else None)
        life = Life(plan, session)
        for action in plan["actions"]:
            await life.perform(action)
        return [
            {
                "job": entry.job.id,
                "state": entry.status.state,
                "hold": entry.status.hold and entry.status.hold.kind,
                "failure": entry.status.failure and entry.status.failure.type,
                "files": await files(session, entry.status.result_id),
            }
            for entry in session.queue
        ]
    finally:
        await session.aclose()


def is_settled(status: JobStatus) -> bool:
    return status.state in SETTLED and not is_looked_for(status)


async def files(session: Session, result_id: str | None) -> list[str]:
    if result_id is None:
        return []
    result = await session.result(result_id)
    return [artifact.sha256 for artifact in result.artifacts]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(live(json.loads(sys.argv[1])))))
