"""What is known of a submit whose answer never arrived."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from depthstudio.core.job import Checkpoint, Job, JobState
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.lost import is_lost, lost_submit
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.recovery import lost_hold, read_queue
from depthstudio.jobs.session import Session
from depthstudio.settings.paths import Home
from tests.support.fake_clock import FakeClock
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import settled

pytestmark = pytest.mark.anyio

MakeJob = Callable[..., Job]


async def test_the_question_says_when_it_was_sent(
    session: Session, add: Callable[..., Any], clock: FakeClock
) -> None:
    asked = clock.now()
    job = await add(session, "silence")
    (status,) = await settled(session.queue, job.id)
    assert is_lost(status.hold)
    assert status.hold is not None
    assert status.hold.sent_at == asked


async def test_the_time_outlives_a_crash_between_intent_and_answer(
    home: Home, make_job: MakeJob, clock: FakeClock, open_session: Callable[..., Any]
) -> None:
    journal, job = Journal(home.journal_file), make_job()
    await journal.open()
    await journal.add(job)
    await journal.move(job.id, Phase.PREPARING)
    sent_at = clock.now() - timedelta(hours=3)
    await journal.move(job.id, Phase.SUBMITTING, intent="step-1", intent_at=sent_at)
    await journal.aclose()
    before = read_queue(home.journal_file).entry(job.id).status.hold
    async with open_session(scripted_at("http://127.0.0.1:9")) as session:
        status = session.queue.entry(job.id).status
        assert status.state is JobState.HELD
        assert status.hold == before == lost_hold(sent_at, "step-1")
        await session.mark_lost(job.id)
    (row,) = read_journal(home.journal_file)
    assert (row.phase, row.intent_at) == (Phase.FAILED, None)


async def test_a_journal_from_before_the_time_was_kept_is_read_and_goes_on(
    home: Home, make_job: MakeJob
) -> None:
    journal, job = Journal(home.journal_file), make_job()
    await journal.open()
    await journal.add(job)
    await journal.aclose()
    with sqlite3.connect(home.journal_file) as db:
        db.execute("ALTER TABLE jobs DROP COLUMN intent_at")
    db.close()
    assert [row.intent_at for row in read_journal(home.journal_file)] == [None]
    journal = Journal(home.journal_file)
    await journal.open()
    await journal.move(job.id, Phase.PREPARING)
    row = await journal.move(job.id, Phase.SUBMITTING, intent="step-1")
    await journal.aclose()
    assert (row.phase, row.intent_at) == (Phase.SUBMITTING, None)


@pytest.mark.parametrize("untold", [None, 0, 1])
async def test_a_cancel_of_an_older_program_is_followed_only_where_its_service_was_not_told(
    home: Home, make_job: MakeJob, untold: int | None
) -> None:
    """Nobody wrote down then whether the service had stopped it."""
    journal, cancelled, failed = Journal(home.journal_file), make_job(), make_job()
    await journal.open()
    for job, end in ((cancelled, Phase.CANCELLED), (failed, Phase.FAILED)):
        await journal.add(job)
        await journal.move(job.id, Phase.FOLLOWING, checkpoint=Checkpoint({"step-1": {"id": "1"}}))
        await journal.move(job.id, end)
    await journal.aclose()
    with sqlite3.connect(home.journal_file) as db:
        for name in ("stopped", "ordered_at"):
            db.execute(f"ALTER TABLE jobs DROP COLUMN {name}")
        if untold is not None:
            db.execute("ALTER TABLE jobs ADD COLUMN untold INTEGER NOT NULL DEFAULT 0")
            db.execute("UPDATE jobs SET untold = ?", (untold,))
    db.close()
    before = read_journal(home.journal_file)
    for _ in range(2):  # the second time nothing is new any more
        journal = Journal(home.journal_file)
        await journal.open()
        rows = await journal.rows()
        await journal.aclose()
        assert rows == before

    assert [row.stopped for row in rows] == [not untold, False]
    assert rows[0].may_come == bool(untold)


def test_what_is_known_is_enough_to_find_the_job_at_the_service(
    make_job: MakeJob, clock: FakeClock, service: ScriptedService
) -> None:
    info = scripted_at(service.url, history="https://scripted.test/runs").info
    job = make_job(params={"steps": 2}, endpoints={"shelf": "https://shelf.test"})
    lost = lost_submit(job, lost_hold(clock.now()), info)
    assert (lost.service, lost.servers) == ("Scripted", ("127.0.0.1",))
    assert (lost.sources, lost.values) == (("photo.png",), {"steps": 2})
    assert (lost.sent_at, lost.history) == (clock.now(), "https://scripted.test/runs")


def test_a_provider_that_is_gone_is_called_by_its_id(make_job: MakeJob) -> None:
    job = make_job(endpoints={"api": "https://scripted.test/v1"})
    lost = lost_submit(job, lost_hold(), None)
    assert (lost.service, lost.servers, lost.history) == ("scripted", ("scripted.test",), "")


def test_other_holds_are_not_that_question() -> None:
    assert not is_lost(None)
    assert is_lost(lost_hold())
