"""A job at fal is cancelled, left and found again wherever it stands; nothing is sent twice."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from depthstudio.core.job import JobState, JobStatus
from depthstudio.jobs.phase import Phase, Transition
from depthstudio.providers.fal import queue
from depthstudio.providers.transport.polling import Pace
from depthstudio.settings.paths import Home
from tests.services.fal.conftest import OpenFal
from tests.support.fal_jobs import (
    CANCEL,
    DEPTH,
    ENVIRONMENT,
    FAL,
    RESULT,
    STATUS,
    SUBMIT,
    TOKEN,
    UPLOAD,
    FalJobs,
    submits,
)
from tests.support.fal_service import FalService
from tests.support.lives import live, outcomes
from tests.support.rest_service import Answer

pytestmark = pytest.mark.anyio

ASKED_IN_LINE = (
    "the service was asked to stop; it was in line when last looked at, and what it has begun since"
    " may be charged"
)
ASKED = "the service was asked to stop; what it has begun may go on there, and be charged"
FINISHED = "the service had finished its part"
FORGOTTEN = "the service no longer knows this request"


async def seen(fal: FalService, pattern: str, count: int = 1) -> None:
    await asyncio.to_thread(fal.wait_for, pattern, count)


async def cancelled(
    service: FalJobs, fal: FalService, photo: Path, pattern: str, count: int = 1, **values: object
) -> JobStatus:
    """Cancel a job once so many of these requests have come."""
    job = await service.add([photo], **values)
    await seen(fal, pattern, count)
    await service.session.cancel(job.id)
    return service.status(job)


# Cancelling


async def test_a_waiting_request_is_asked_to_stop_and_may_have_begun_since(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.queue.walk, fal.queue.is_held = ("IN_QUEUE",), True
    async with open_fal() as service:
        status = await cancelled(service, fal, photo, STATUS, 2)
    assert (status.state, status.note) == (JobState.CANCELLED, ASKED_IN_LINE)
    (cancel,) = fal.matching(CANCEL)
    assert cancel.method == "PUT"
    assert cancel.path.startswith("/fal-ai/image-preprocessors/requests/")


async def test_a_running_request_is_only_asked_to_stop(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.queue.is_held, fal.queue.ignores_cancel = True, True
    async with open_fal() as service:
        status = await cancelled(service, fal, photo, STATUS, 3)
    assert (status.state, status.note) == (JobState.CANCELLED, ASKED)
    assert len(fal.matching(CANCEL)) == 1


async def test_a_request_that_is_done_says_so(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.fault(CANCEL, "answer", answer=Answer.of({"status": "ALREADY_COMPLETED"}, 400))
    fal.queue.is_held = True
    async with open_fal() as service:
        status = await cancelled(service, fal, photo, STATUS, 2)
    assert (status.state, status.note) == (JobState.CANCELLED, FINISHED)


async def test_a_request_that_is_gone_says_so(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.fault(CANCEL, "answer", answer=Answer.of({"status": "NOT_FOUND"}, 404))
    fal.queue.is_held = True
    async with open_fal() as service:
        status = await cancelled(service, fal, photo, STATUS, 2)
    assert (status.state, status.note) == (JobState.CANCELLED, FORGOTTEN)


async def test_a_cancel_that_is_not_heard_is_said_to_be_so(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.fault(CANCEL, "answer", answer=Answer.of({}, 500))
    fal.queue.is_held = True
    async with open_fal() as service:
        status = await cancelled(service, fal, photo, STATUS, 2)
    assert status.note == "the service did not hear the cancel; it may go on"


@pytest.mark.parametrize(
    ("pattern", "note"), [(UPLOAD, "before it was sent"), (DEPTH, FINISHED), (RESULT, FINISHED)]
)
async def test_a_cancel_elsewhere_on_the_way(
    fal: FalService, open_fal: OpenFal, photo: Path, pattern: str, note: str
) -> None:
    fault = fal.fault(pattern, "hold_answer")
    async with open_fal() as service:
        status = await cancelled(service, fal, photo, pattern, upload="storage")
        fault.released.set()
    assert (status.state, status.note) == (JobState.CANCELLED, note)
    assert fal.matching(CANCEL) == []
    assert submits(fal) == (0 if pattern == UPLOAD else 1)


async def test_a_cancel_while_the_submit_has_no_answer_waits_for_its_id(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fault = fal.fault(SUBMIT, "hold_answer")
    async with open_fal() as service:
        job = await service.add([photo])
        await seen(fal, SUBMIT)
        cancelling = asyncio.create_task(service.session.cancel(job.id))
        await asyncio.sleep(0)
        assert service.status(job).state is JobState.RUNNING
        fault.released.set()
        await cancelling
        status = service.status(job)
    assert (status.state, status.note) == (JobState.CANCELLED, ASKED)
    (cancel,) = fal.matching(CANCEL)
    assert cancel.path.split("/")[-2] in fal.queue.entries


# Going on


@dataclass(frozen=True)
class Left:
    """Where a session is left, and how often what is asked by the next one."""

    pattern: str
    uploads: int = 1
    submits: int = 1
    state: str = "done"

    def __str__(self) -> str:
        return self.pattern.strip("^/$")[:12].replace(" ", "-")


@pytest.mark.parametrize(
    "left",
    [Left(TOKEN), Left(UPLOAD, uploads=2), Left(STATUS), Left(RESULT), Left(DEPTH)],
    ids=["token", "upload", "status", "result", "depth"],
)
async def test_what_one_session_leaves_the_next_one_finishes(
    fal: FalService, open_fal: OpenFal, photo: Path, left: Left
) -> None:
    fault = fal.fault(left.pattern, "hold_answer")
    async with open_fal() as service:
        job = await service.add([photo], upload="storage")
        await seen(fal, left.pattern)
    fault.released.set()
    async with open_fal() as service:
        status = await service.reached(job, JobState.DONE)
        result = await service.result(status)
    assert (submits(fal), len(fal.matching(UPLOAD))) == (left.submits, left.uploads)
    assert fal.matching(CANCEL) == []
    assert [artifact.path.name for artifact in result.artifacts] == ["depth.png", "photo.png"]


async def test_an_upload_is_used_again_after_a_hold(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.fault(SUBMIT, "answer", answer=Answer.of({"detail": "Queue is full"}, 429, Retry_After="9"))
    async with open_fal() as service:
        job = await service.add([photo], upload="storage", keep_s=3600)
        assert (await service.settled(job)).state is JobState.HELD
    async with open_fal() as service:
        await service.session.runner.try_now(FAL)
        await service.reached(job, JobState.DONE)
    assert (submits(fal), len(fal.matching(UPLOAD))) == (1, 1)


async def test_a_result_that_expired_meanwhile_is_lost(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.queue.is_held = True
    async with open_fal() as service:
        job = await service.add([photo])
        await seen(fal, STATUS, 2)
    fal.queue.entries.clear()
    async with open_fal() as service:
        status = await service.reached(job, JobState.FAILED)
    assert status.failure is not None
    assert (status.failure.type, len(fal.matching(SUBMIT))) == ("ResultLost", 1)


@pytest.mark.parametrize("is_there_again", [True, False])
async def test_an_address_that_ended_is_asked_for_anew_once(
    fal: FalService, open_fal: OpenFal, photo: Path, is_there_again: bool
) -> None:
    fal.queue.republishes = is_there_again
    fault = fal.fault(DEPTH, "hold_answer")
    async with open_fal() as service:
        job = await service.add([photo])
        await seen(fal, DEPTH)
    fault.released.set()
    fal.storage.expire_files()
    async with open_fal() as service:
        status = await service.settled(job)
    assert status.state is (JobState.DONE if is_there_again else JobState.FAILED)
    assert len(fal.matching(RESULT)) == 2
    assert submits(fal) == 1


async def test_a_retry_after_trouble_on_the_way_follows_what_was_paid_for(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fault = fal.fault(RESULT, "answer", answer=Answer.of({}, 500), times=99)
    async with open_fal() as service:
        job = await service.add([photo])
        assert (await service.settled(job)).state is JobState.FAILED
        fault.times = 0
        await service.session.retry(job.id)
        await service.reached(job, JobState.DONE)
    assert submits(fal) == 1


async def test_a_request_that_takes_too_long_is_asked_after_by_a_retry(
    fal: FalService, open_fal: OpenFal, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fal.queue.is_held = True
    async with open_fal() as service:
        monkeypatch.setattr(queue, "PACE", Pace(first_s=0.01, longest_s=0.05, deadline_s=0.0))
        job = await service.add([photo])
        failure = (await service.settled(job)).failure
        fal.queue.is_held = False
        monkeypatch.setattr(queue, "PACE", Pace(first_s=0.01, longest_s=0.05, deadline_s=60.0))
        await service.session.retry(job.id)
        await service.reached(job, JobState.DONE)
    assert failure is not None
    assert (failure.type, failure.retryable) == ("ServiceUnavailable", True)
    assert submits(fal) == 1


async def test_a_depth_that_is_not_given_out_is_asked_for_again_by_a_retry(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fault = fal.fault(DEPTH, "answer", answer=Answer.of({}, 403), times=9)
    async with open_fal() as service:
        job = await service.add([photo])
        failure = (await service.settled(job)).failure
        fault.times = 0
        await service.session.retry(job.id)
        await service.reached(job, JobState.DONE)
    assert failure is not None
    assert (failure.type, submits(fal)) == ("BadResponse", 1)


# Being killed

Q, PREP, SUB, FOL = Phase.QUEUED, Phase.PREPARING, Phase.SUBMITTING, Phase.FOLLOWING
DOWN, DONE = Phase.DOWNLOADED, Phase.DONE
QUESTION = "held submit-lost"
CRASHES: list[tuple[Transition, str, str, int]] = [
    ((PREP, SUB), "before", "done", 1),
    ((PREP, SUB), "after", QUESTION, 0),
    ((SUB, FOL), "before", QUESTION, 1),
    ((SUB, FOL), "after", "done", 1),
    ((FOL, DOWN), "before", "done", 1),
    ((DOWN, DONE), "before", "done", 1),
]


@pytest.mark.parametrize(("fatal", "when", "outcome", "accepted"), CRASHES)
@pytest.mark.parametrize("upload", ["data-uri", pytest.param("storage", marks=pytest.mark.long)])
def test_a_crash_loses_nothing_and_pays_nothing_twice(
    fal: FalService,
    home: Home,
    photo: Path,
    fatal: Transition,
    when: str,
    outcome: str,
    accepted: int,
    upload: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fal.queue.walk = ()  # these lives look at their own pace
    for name, value in ENVIRONMENT.items():
        monkeypatch.setitem(os.environ, name, value)
    plan = {
        "home": str(home.journal_file.parent),
        "provider": FAL,
        "values": {"upload": upload},
        "endpoints": fal.endpoints,
        "source": str(photo),
    }
    live(plan, ("add", "settle"), fatal, when)
    jobs = live(plan, ("settle",), None, "after")
    assert jobs is not None
    assert outcomes(jobs) == (outcome,)
    assert submits(fal) == accepted
    assert len(jobs[0]["files"]) == (2 if outcome == "done" else 0)
    assert len(fal.matching(UPLOAD)) == (1 if upload == "storage" else 0)
