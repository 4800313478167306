"""What goes wrong while a job is followed at Oxen, and for how long it is waited for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from depthstudio.core.job import JobState
from depthstudio.jobs.session import Session
from depthstudio.providers.oxen import queue
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport import repeat
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.services.oxen.conftest import Open
from tests.support.hurried_clock import START, HurriedClock
from tests.support.oxen_answers import refused
from tests.support.oxen_jobs import ENVIRONMENT, PROVIDER, OxenJobs, heard
from tests.support.oxen_service import OxenService
from tests.support.oxen_trouble import (
    CHANNEL,
    NO_RAW_DEPTH,
    ROW,
    failure_of,
)
from tests.support.rest_service import NGINX_502, Answer

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_looks")]


@pytest.mark.parametrize("trouble", ["untold", "refused", "cut", "not there"])
async def test_without_events_the_rows_tell_the_end(
    opened: Open, oxen: OxenService, url: str, trouble: str
) -> None:
    if trouble == "untold":
        oxen.tells_ends = False
    elif trouble == "cut":
        oxen.fault(CHANNEL, "cut", after_bytes=1)
    else:
        code = 503 if trouble == "refused" else 404
        oxen.fault(CHANNEL, "answer", answer=Answer(code), times=9)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.state is JobState.DONE
    assert len(oxen.accepted) == 1


async def test_an_event_counts_where_the_row_lags_behind(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.events_before_rows = True
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert (status.state, status.note) == (JobState.DONE, NO_RAW_DEPTH)


async def test_a_row_that_is_a_moment_late_still_brings_raw_depth(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.fault(ROW, "answer", answer=Answer.of({"status": "processing"}))
    async with opened() as jobs:
        status = await jobs.run_url(url)
        result = await jobs.result(status)

    assert (status.note, len(result.artifacts)) == ("", 2)


async def test_a_status_nobody_knows_is_taken_for_running(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.tells_ends = False
    oxen.fault(ROW, "answer", answer=Answer.of({"status": "warming_up"}), times=2)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.state is JobState.DONE


async def test_a_row_that_appears_late_is_looked_for_once_more(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.tells_ends = False
    oxen.fault(ROW, "answer", answer=refused(404, "resource_not_found", "Not there"))
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.state is JobState.DONE


async def test_a_row_that_is_gone_is_a_lost_result(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.held = {"processing"}
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_for, ROW)
        oxen.forget_rows()
        status = await jobs.settled(job)

    assert failure_of(status)[0] == "ResultLost"


async def test_half_an_hour_without_news_stops_the_job_and_says_what_that_did(
    opened: Open, oxen: OxenService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SILENCE_LIMIT_S", 0.2)
    oxen.held = {"processing"}
    async with opened() as jobs:
        status = await jobs.run_url(url)

    kind, message, _ = failure_of(status)
    assert kind == "RemoteJobFailed"
    assert message.endswith(queue.WHILE_RUNNING)
    assert len(oxen.matching("^DELETE /api/ai/queue/")) == 1


async def test_a_job_that_ends_as_it_is_given_up_is_kept(
    opened: Open, oxen: OxenService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    oxen.tells_ends = False
    oxen.held = {"processing"}
    oxen.fault(ROW, "answer", answer=Answer.of({"status": "processing"}), times=3)
    monkeypatch.setattr(queue, "SILENCE_LIMIT_S", 0.3)
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_for, ROW)
        oxen.release()
        await heard(oxen.wait_status, "succeeded")
        status = await jobs.settled(job)

    assert status.state is JobState.DONE


async def test_a_stop_that_is_not_heard_leaves_the_job_to_be_found_again(
    opened: Open, oxen: OxenService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SILENCE_LIMIT_S", 0.2)
    oxen.held = {"processing"}
    oxen.fault("^DELETE ", "answer", answer=Answer(502, NGINX_502))
    async with opened() as jobs:
        job = await jobs.add_url(url)
        assert failure_of(await jobs.settled(job))[0] == "ServiceUnavailable"
        monkeypatch.setattr(queue, "SILENCE_LIMIT_S", 600.0)
        oxen.release()
        await jobs.session.retry(job.id)
        await jobs.reached(job, JobState.DONE)

    assert len(oxen.accepted) == 1


@pytest.mark.parametrize("has_events", [False, True])
@pytest.mark.parametrize("code", [500, 503])
async def test_a_service_that_does_not_answer_for_a_while_is_asked_on(
    opened: Open,
    oxen: OxenService,
    url: str,
    code: int,
    has_events: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.001)
    oxen.tells_ends = has_events
    oxen.fault(ROW, "answer", answer=Answer(code), times=12)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.state is JobState.DONE
    assert len(oxen.accepted) == 1


async def test_a_service_that_answers_no_more_fails_the_job_and_a_retry_finds_it(
    opened: Open, oxen: OxenService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(queue, "DEAF_LIMIT_S", 0.0)
    oxen.tells_ends = False
    oxen.fault(ROW, "answer", answer=Answer(503), times=5)
    async with opened() as jobs:
        job = await jobs.add_url(url)
        assert failure_of(await jobs.settled(job))[0] == "ServiceUnavailable"
        await jobs.session.retry(job.id)
        await jobs.reached(job, JobState.DONE)

    assert len(oxen.accepted) == 1


async def test_a_line_of_hours_is_waited_through(
    home: Home, oxen: OxenService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "POLL_S", 59.0)
    oxen.held, oxen.tells_ends = {"queued"}, False
    clock = HurriedClock()
    async with hurried(home, oxen, clock) as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_for, ROW, 130)
        waited_s = (clock.now() - START).total_seconds()
        oxen.release()
        await jobs.reached(job, JobState.DONE)

    assert waited_s > 2 * 3600.0
    assert oxen.matching("^DELETE ") == []


async def test_the_sleep_of_the_computer_is_no_silence_of_the_service(
    home: Home, oxen: OxenService, url: str
) -> None:
    oxen.held, oxen.tells_ends = {"processing"}, False
    clock = HurriedClock()
    async with hurried(home, oxen, clock) as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_for, ROW, 3)
        clock.advance(3600.0)
        await heard(oxen.wait_for, ROW, len(oxen.matching(ROW)) + 3)
        oxen.release()
        await jobs.reached(job, JobState.DONE)

    assert oxen.matching("^DELETE ") == []


@asynccontextmanager
async def hurried(home: Home, oxen: OxenService, clock: HurriedClock) -> AsyncGenerator[OxenJobs]:
    """A session whose pauses pass at once."""
    session = Session(home, Registry.load(), clock=clock, secrets=Secrets(ENVIRONMENT))
    try:
        await session.open()
        yield OxenJobs(session, PROVIDER, oxen.url)
    finally:
        await session.aclose()
