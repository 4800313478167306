import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import ProviderError, ProviderHeld, RateLimited, SubmitUnknown
from depthstudio.core.job import Hold, HoldKind, Job, Progress, Stage
from depthstudio.jobs.context import INTERVAL_S, JobContext, Leaving, ThreadFlag
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.queue import JobQueue
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.settings.paths import Home
from tests.support.fake_clock import START, FakeClock

pytestmark = pytest.mark.anyio

IDS = {"id": "7"}


class Bench:
    """One job that has a slot, with its journal and its context."""

    def __init__(self, home: Home, clock: FakeClock) -> None:
        self.journal = Journal(home.journal_file)
        self.queue = JobQueue()
        self.ledger = Ledger(self.journal, self.queue, clock)
        self.executor = ThreadPoolExecutor(1)
        self.clock = clock
        self.hold: Hold | None = None
        self.leaving = Leaving()
        self.met: list[str] = []

    async def start(self, job: Job, folder: Path) -> None:
        await self.journal.open()
        await self.ledger.add(job)
        self.context = JobContext(
            row=await self.ledger.move(job.id, Phase.PREPARING),
            ledger=self.ledger,
            clock=self.clock,
            executor=self.executor,
            folder=folder,
            client=None,
            endpoints={},
            secrets={},
            meet_server=self.meet,
            leaving=self.leaving,
            provider_hold=lambda: self.hold,
        )

    async def meet(self, context: JobContext, profile: str) -> None:
        self.met.append(profile)

    async def phase(self) -> tuple[Phase, str | None]:
        (row,) = await self.journal.rows()
        return row.phase, row.intent


@pytest.fixture
async def bench(
    anyio_backend: str,
    home: Home,
    clock: FakeClock,
    make_job: Callable[..., Job],
    tmp_path: Path,
) -> AsyncGenerator[Bench]:
    bench = Bench(home, clock)
    await bench.start(make_job(), tmp_path)
    yield bench
    await bench.journal.aclose()
    bench.executor.shutdown()


async def test_the_intent_is_on_disk_before_anything_is_sent_and_the_ids_after(
    bench: Bench,
) -> None:
    seen: list[Any] = []

    async def send() -> Mapping[str, Any]:
        seen.append(await bench.phase())
        return IDS

    ids = await bench.context.submit("step-1", send)

    assert seen == [(Phase.SUBMITTING, "step-1")]
    assert await bench.phase() == (Phase.FOLLOWING, None)
    assert ids == IDS
    assert bench.context.checkpoint.steps == {"step-1": IDS}


@pytest.mark.parametrize(
    "error",
    [
        ProviderError("422", may_have_run=False),
        RateLimited("429", until=START),
    ],
)
async def test_a_refused_submit_takes_its_intent_back(bench: Bench, error: ProviderError) -> None:
    async def send() -> Mapping[str, Any]:
        raise error

    with pytest.raises(type(error)) as caught:
        await bench.context.submit("step-1", send)

    assert caught.value is error
    assert await bench.phase() == (Phase.PREPARING, None)


async def test_a_refused_later_step_leaves_the_ids_of_the_steps_before(bench: Bench) -> None:
    async def accept() -> Mapping[str, Any]:
        return IDS

    async def refuse() -> Mapping[str, Any]:
        raise ProviderError("422", may_have_run=False)

    await bench.context.submit("step-1", accept)
    with pytest.raises(ProviderError):
        await bench.context.submit("step-2", refuse)

    assert await bench.phase() == (Phase.FOLLOWING, None)
    assert bench.context.checkpoint.steps == {"step-1": IDS}


@pytest.mark.parametrize(
    "error",
    [ProviderError("the connection broke off"), KeyError("id"), asyncio.CancelledError()],
)
async def test_a_submit_nobody_knows_the_end_of_becomes_a_question(
    bench: Bench, error: BaseException
) -> None:
    async def send() -> Mapping[str, Any]:
        raise error

    with pytest.raises(SubmitUnknown) as caught:
        await bench.context.submit("step-1", send)

    assert str(caught.value.__cause__) == str(error)
    assert caught.value.hint
    (row,) = await bench.journal.rows()
    assert (row.phase, row.checkpoint.steps) == (Phase.LOST, {})
    assert row.hold is not None
    assert row.hold.kind is HoldKind.SUBMIT_LOST


async def test_nothing_is_sent_while_the_provider_is_held(bench: Bench) -> None:
    bench.hold = Hold(kind=HoldKind.SERVICE, reason="quota", until=START, hint="Wait")

    async def send() -> Mapping[str, Any]:
        raise AssertionError("sent during a hold")

    with pytest.raises(ProviderHeld, match="quota") as caught:
        await bench.context.submit("step-1", send)

    assert (caught.value.until, caught.value.hint) == (START, "Wait")
    assert await bench.phase() == (Phase.PREPARING, None)


async def test_progress_is_told_ten_times_a_second_and_at_every_stage(bench: Bench) -> None:
    shown: list[Progress | None] = []
    bench.queue.changed.connect(
        lambda job_id, row: shown.append(bench.queue.at(row).status.progress)
    )
    reports = [Progress(Stage.UPLOADING, share / 10) for share in range(4)]
    for report in reports[:2]:
        bench.context.report(report)
    bench.clock.advance(INTERVAL_S)
    for report in reports[2:]:
        bench.context.report(report)
    waiting = Progress(Stage.WAITING, place=3)
    bench.context.report(waiting)

    assert shown == [reports[0], reports[2], waiting]


async def test_what_is_more_than_a_fraction_is_told_at_once(bench: Bench) -> None:
    shown: list[Progress | None] = []
    bench.queue.changed.connect(
        lambda job_id, row: shown.append(bench.queue.at(row).status.progress)
    )
    news = [
        Progress(Stage.WAITING),
        Progress(Stage.WAITING, place=2),
        Progress(Stage.WAITING, place=1),
        Progress(Stage.WAITING, place=1, message="Waiting for a GPU"),
        Progress(Stage.RUNNING, 0.5),
        Progress(Stage.RUNNING, 0.6, picture=Path("cut_out.webp")),
    ]
    for report in news:
        bench.context.report(report)

    assert shown == news


async def test_the_same_note_is_kept_once(bench: Bench) -> None:
    for text in ("no thumbnail", "stopped", "no thumbnail"):
        bench.context.note(text)

    assert bench.context.notes == ["no thumbnail", "stopped"]


async def test_leaving_does_not_cancel_at_the_service(bench: Bench) -> None:
    async def ask() -> CancelAnswer:
        raise AssertionError("told the service")

    bench.leaving.now = True
    await bench.context.cancel_remotely(ask)

    assert bench.context.notes == []


async def test_blocking_work_learns_that_nobody_waits(bench: Bench) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(flag: ThreadFlag) -> None:
        begun.set()
        try:
            while True:
                flag.check()
        finally:
            ended.set()

    task = asyncio.create_task(bench.context.in_thread(work))
    await asyncio.to_thread(begun.wait)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, 10)


async def test_blocking_work_gives_its_result_or_its_error(bench: Bench) -> None:
    def fail(flag: ThreadFlag) -> None:
        raise ValueError("broken")

    assert await bench.context.in_thread(lambda flag: 7) == 7
    with pytest.raises(ValueError, match="broken"):
        await bench.context.in_thread(fail)


async def test_a_provider_without_endpoints_has_no_client_and_goes_by_the_clock(
    bench: Bench,
) -> None:
    with pytest.raises(RuntimeError, match="has no client"):
        _ = bench.context.http
    assert bench.context.now() == START
    nap = asyncio.create_task(bench.context.sleep(60))
    await asyncio.sleep(0)
    bench.clock.advance(60)
    await nap
    assert bench.context.now() == bench.clock.now()
