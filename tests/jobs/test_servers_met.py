"""A job's question depends on the server it is asked; what was accepted first can be refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import ProviderHeld, RemoteJobFailed, ServiceOffline
from depthstudio.core.job import Checkpoint, HoldKind, JobState, Source
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.providers.base import Context
from tests.support.fake_clock import FakeClock
from tests.support.local_provider import Local, LocalParams, one_file
from tests.support.watch import settled, until

pytestmark = pytest.mark.anyio

MakeSource = Callable[..., Source]
SPACE = {"space": "http://127.0.0.1:9"}


class Served(Local):
    """Pretends to have a server, whose shape the test decides."""

    info = replace(Local.info, id="served", endpoints=SPACE, max_parallel=1)

    def __init__(self, profile: str = "seed") -> None:
        super().__init__(one_file)
        self.profile = profile
        self.runs = 0
        self.reattached: list[Checkpoint] = []
        self.trouble: list[Exception] = []

    async def fetch(
        self, sources: Sequence[Source], params: LocalParams, ctx: Context
    ) -> list[Artifact]:
        await ctx.met_server(self.profile)
        return await self._send(ctx)

    async def reattach(
        self, checkpoint: Checkpoint, params: LocalParams, ctx: Context
    ) -> list[Artifact]:
        self.reattached.append(checkpoint)
        assert len(ctx.sources) == 1
        return await self._send(ctx)

    async def _send(self, ctx: Context) -> list[Artifact]:
        if "uploaded" not in ctx.checkpoint.steps:
            await ctx.remember("uploaded", {"folder": "f", "sent_as": ["000000.png"]})

        async def send() -> dict[str, Any]:
            self.runs += 1
            return {"id": self.runs}

        await ctx.submit("run", send)
        if self.trouble:
            raise self.trouble.pop()
        return await one_file(ctx.sources, ctx)


async def ended(session: Session, source: Source) -> tuple[JobState, bool]:
    job = await session.add([source], Order("served"))
    (status,) = await settled(session.queue, job.id)
    return status.state, status.cached


async def test_a_known_answer_needs_no_server(open_session: Any, make_source: MakeSource) -> None:
    served, source = Served(), make_source()
    async with open_session(served) as session:
        assert await ended(session, source) == (JobState.DONE, False)
        served.profile = "never asked"
        assert await ended(session, source) == (JobState.DONE, True)
    assert served.runs == 1


async def test_another_shape_of_server_is_another_question(
    open_session: Any, make_source: MakeSource
) -> None:
    served = Served()
    async with open_session(served) as session:
        await ended(session, make_source("a.png"))
        served.profile = "head"
        other = make_source("b.png", (1, 2, 3))
        assert await ended(session, other) == (JobState.DONE, False)
        # The first answer was one of the server as it was then.
        assert await ended(session, make_source("a.png")) == (JobState.DONE, False)
    assert served.runs == 3


async def test_an_answer_that_only_the_live_server_reveals_is_taken_from_the_library(
    open_session: Any, make_source: MakeSource
) -> None:
    served = Served("seed")
    async with open_session(served) as session:
        await ended(session, make_source("a.png"))
        served.profile = "head"
        await ended(session, make_source("b.png", (1, 2, 3)))
        served.profile = "seed"  # the server went back to what it was
        assert await ended(session, make_source("a.png")) == (JobState.DONE, True)
    assert served.runs == 2


async def test_a_result_says_under_which_name_a_source_was_sent(
    open_session: Any, make_source: MakeSource
) -> None:
    async with open_session(Served()) as session:
        job = await session.add([make_source("été.png")], Order("served"))
        (status,) = await settled(session.queue, job.id)
        result = await session.result(status.result_id)
    assert [(s.name, s.sent_as) for s in result.sources] == [("été.png", "000000.png")]


async def test_a_step_that_was_refused_after_all_is_sent_anew_and_the_rest_is_kept(
    open_session: Any, make_source: MakeSource, clock: FakeClock
) -> None:
    served = Served()
    held = ProviderHeld("Quota", until=clock.now() + timedelta(hours=1), refused_step="run")
    served.trouble = [held]
    async with open_session(served) as session:
        job = await session.add([make_source()], Order("served"))
        await until(
            session.queue, lambda: session.queue.entry(job.id).status.state is JobState.HELD
        )
        clock.advance(3600)
        await until(
            session.queue, lambda: session.queue.entry(job.id).status.state is JobState.DONE
        )

    assert served.runs == 2
    assert [set(checkpoint.steps) for checkpoint in served.reattached] == [{"uploaded"}]


async def test_a_service_that_cannot_be_reached_holds_as_offline(
    open_session: Any, make_source: MakeSource, clock: FakeClock
) -> None:
    served = Served()
    served.trouble = [ServiceOffline("Nobody there", until=clock.now() + timedelta(seconds=30))]
    async with open_session(served) as session:
        job = await session.add([make_source()], Order("served"))
        await until(
            session.queue, lambda: session.queue.entry(job.id).status.state is JobState.HELD
        )
        hold = session.queue.entry(job.id).status.hold
    assert hold is not None
    assert hold.kind is HoldKind.OFFLINE


async def test_a_failed_job_that_is_tried_again_keeps_nothing_of_what_is_spent(
    open_session: Any, make_source: MakeSource
) -> None:
    served = Served()
    served.trouble = [RemoteJobFailed("It broke")]
    async with open_session(served) as session:
        job = await session.add([make_source()], Order("served"))
        (failed,) = await settled(session.queue, job.id)
        await session.retry(job.id)
        (status,) = await settled(session.queue, job.id)
    assert (failed.state, status.state) == (JobState.FAILED, JobState.DONE)
    assert served.reattached == []
