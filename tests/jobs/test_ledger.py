import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

from depthstudio.core.errors import InputError, JournalError
from depthstudio.core.job import Hold, HoldKind, Job, JobState, Progress, Stage
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.ledger import Ledger
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.recovery import LOST_REASON, lost_hold, read_queue
from depthstudio.settings.paths import Home
from tests.support.fake_clock import START, FakeClock

pytestmark = pytest.mark.anyio

MakeJob = Callable[..., Job]
LEFT_BEHIND = (
    (),
    (Phase.PREPARING,),
    (Phase.PREPARING, Phase.SUBMITTING),
    (Phase.PREPARING, Phase.SUBMITTING, Phase.FOLLOWING),
    (Phase.PREPARING, Phase.DOWNLOADED),
    (Phase.PREPARING, Phase.HELD),
    (Phase.PREPARING, Phase.DONE),
    (Phase.CANCELLED,),
)
HOLD = Hold(kind=HoldKind.SERVICE, reason="quota", until=START)


@pytest.fixture
async def journal(anyio_backend: str, home: Home) -> AsyncGenerator[Journal]:
    journal = Journal(home.journal_file)
    await journal.open()
    yield journal
    await journal.aclose()


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue()


@pytest.fixture
def ledger(journal: Journal, queue: JobQueue, clock: FakeClock) -> Ledger:
    return Ledger(journal, queue, clock)


async def test_a_job_is_on_disk_before_its_row_appears(
    ledger: Ledger, journal: Journal, queue: JobQueue, make_job: MakeJob
) -> None:
    seen: list[Any] = []
    queue.inserted.connect(lambda row: seen.append(asyncio.ensure_future(journal.rows())))
    job = make_job()

    await ledger.add(job)

    assert [row.job for row in await seen[0]] == [job]
    assert queue.entry(job.id).status.state is JobState.QUEUED


async def test_a_job_whose_adding_is_cancelled_is_on_disk_and_in_the_queue(
    ledger: Ledger, journal: Journal, queue: JobQueue, make_job: MakeJob
) -> None:
    job = make_job()
    task = asyncio.create_task(ledger.add(job))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [row.job.id for row in await journal.rows()] == [job.id]
    assert job.id in queue


async def test_a_step_that_is_refused_is_not_shown_either(
    ledger: Ledger, queue: JobQueue, make_job: MakeJob
) -> None:
    job = make_job()
    await ledger.add(job)

    with pytest.raises(JournalError, match="from queued to done"):
        await ledger.move(job.id, Phase.DONE)

    assert queue.entry(job.id).status.state is JobState.QUEUED


async def test_a_step_wipes_what_it_makes_untrue(
    ledger: Ledger, queue: JobQueue, make_job: MakeJob, clock: FakeClock
) -> None:
    job = make_job()
    await ledger.add(job)
    await ledger.move(job.id, Phase.PREPARING, started_at=clock.now())
    await ledger.move(job.id, Phase.HELD, hold=HOLD)
    assert queue.entry(job.id).status.hold == HOLD
    clock.advance(60)
    await ledger.move(job.id, Phase.CANCELLED, note="before it was sent")
    status = queue.entry(job.id).status
    assert (status.hold, status.note, status.ended_at) == (None, "before it was sent", clock.now())

    await ledger.move(job.id, Phase.QUEUED)

    status = queue.entry(job.id).status
    assert (status.state, status.note) == (JobState.QUEUED, "")
    assert (status.started_at, status.ended_at) == (None, None)


async def test_progress_is_kept_within_a_state_and_forgotten_with_it(
    ledger: Ledger, queue: JobQueue, make_job: MakeJob
) -> None:
    job = make_job()
    await ledger.add(job)
    await ledger.move(job.id, Phase.PREPARING)
    progress = Progress(Stage.UPLOADING, 0.5)
    ledger.progress(job.id, progress)

    await ledger.move(job.id, Phase.SUBMITTING, intent="step-1")
    assert queue.entry(job.id).status.progress == progress
    await ledger.move(job.id, Phase.LOST, hold=lost_hold())
    assert queue.entry(job.id).status.progress is None


async def test_progress_of_a_job_that_is_gone_is_not_shown(
    ledger: Ledger, queue: JobQueue, make_job: MakeJob
) -> None:
    ledger.progress(make_job().id, Progress(Stage.RUNNING))

    assert len(queue) == 0


async def test_a_file_that_cannot_be_used_becomes_a_row_that_says_why(
    ledger: Ledger, queue: JobQueue, make_job: MakeJob, clock: FakeClock
) -> None:
    job = make_job()

    await ledger.add_failed(job, InputError("It is a text file", hint="Choose another"))

    status = queue.entry(job.id).status
    assert (status.state, status.ended_at) == (JobState.FAILED, clock.now())
    assert status.failure is not None
    assert (status.failure.type, status.failure.message) == ("InputError", "It is a text file")


@pytest.mark.parametrize(
    ("found", "becomes", "shown"),
    [
        (Phase.QUEUED, Phase.QUEUED, JobState.QUEUED),
        (Phase.PREPARING, Phase.QUEUED, JobState.QUEUED),
        (Phase.SUBMITTING, Phase.LOST, JobState.HELD),
        (Phase.FOLLOWING, Phase.FOLLOWING, JobState.QUEUED),
        (Phase.DOWNLOADED, Phase.DOWNLOADED, JobState.QUEUED),
        (Phase.HELD, Phase.HELD, JobState.HELD),
        (Phase.LOST, Phase.LOST, JobState.HELD),
        (Phase.DONE, Phase.DONE, JobState.DONE),
        (Phase.FAILED, Phase.FAILED, JobState.FAILED),
        (Phase.CANCELLED, Phase.CANCELLED, JobState.CANCELLED),
    ],
)
async def test_what_an_earlier_run_left_is_told_as_it_is(
    journal: Journal,
    ledger: Ledger,
    queue: JobQueue,
    make_job: MakeJob,
    found: Phase,
    becomes: Phase,
    shown: JobState,
) -> None:
    roads: dict[Phase, tuple[Phase, ...]] = {
        Phase.QUEUED: (),
        Phase.PREPARING: (Phase.PREPARING,),
        Phase.SUBMITTING: (Phase.PREPARING, Phase.SUBMITTING),
        Phase.FOLLOWING: (Phase.FOLLOWING,),
        Phase.DOWNLOADED: (Phase.PREPARING, Phase.DOWNLOADED),
        Phase.HELD: (Phase.PREPARING, Phase.HELD),
        Phase.LOST: (Phase.PREPARING, Phase.SUBMITTING, Phase.LOST),
        Phase.DONE: (Phase.PREPARING, Phase.DONE),
        Phase.FAILED: (Phase.PREPARING, Phase.FAILED),
        Phase.CANCELLED: (Phase.CANCELLED,),
    }
    job = make_job()
    await journal.add(job)
    for phase in roads[found]:
        await journal.move(job.id, phase)

    (row,) = await ledger.load()

    assert row.phase is becomes
    assert (await ledger.row(job.id)).phase is becomes
    status = queue.entry(job.id).status
    assert status.state is shown
    if found is Phase.SUBMITTING:
        assert status.hold is not None
        assert (status.hold.kind, status.hold.reason) == (HoldKind.SUBMIT_LOST, LOST_REASON)


async def test_what_was_shown_before_the_lock_is_what_is_loaded_after_it(
    ledger: Ledger, journal: Journal, home: Home, clock: FakeClock, make_job: MakeJob
) -> None:
    """Every phase a crash can leave, read without a word written and then recovered."""
    for phases in LEFT_BEHIND:
        job = make_job()
        await journal.add(job)
        for phase in phases:
            fields = {"intent": "run"} if phase is Phase.SUBMITTING else {}
            await journal.move(job.id, phase, **fields)
    before = home.journal_file.read_bytes(), await journal.rows()

    shown = read_queue(home.journal_file)

    assert (home.journal_file.read_bytes(), await journal.rows()) == before
    entries = list(shown)
    assert len(entries) == len(LEFT_BEHIND)
    news: list[Any] = []
    for event in (shown.inserted, shown.removed):
        event.connect(news.append)
    shown.changed.connect(lambda *change: news.append(change))
    await Ledger(journal, shown, clock).load()
    assert list(shown) == entries
    assert news == []
