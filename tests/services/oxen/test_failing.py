"""What goes wrong at Oxen, or on the way there, and what the job then is."""

import io
import json
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.job import HoldKind, JobState, JobStatus
from depthstudio.jobs.session import Session
from depthstudio.providers.oxen import queue
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport import repeat
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.services.oxen.conftest import Open
from tests.support.hurried_clock import START, HurriedClock
from tests.support.oxen_answers import EXPIRED_XML, refused
from tests.support.oxen_jobs import ENVIRONMENT, PROVIDER, OxenJobs, heard
from tests.support.oxen_repositories import Repository
from tests.support.oxen_service import OxenService
from tests.support.rest_service import NGINX_502, Answer
from tests.support.service_jobs import of_role

pytestmark = pytest.mark.anyio

ENQUEUE, ROW, CHANNEL = "^POST /api/ai/queue$", "^GET /api/ai/queue/", "^GET /api/events"
VIDEO, RAW = r"^GET /presigned/.*\.mp4", r"^GET /presigned/.*\.npz"
EXPIRED = Answer(403, EXPIRED_XML, {"Content-Type": "application/xml"})
NO_RAW_DEPTH = "Oxen sent no raw depth, only the video"


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "POLL_S", 0.05)
    monkeypatch.setattr(queue, "LAG_S", 0.05)


def failure_of(status: JobStatus) -> tuple[str, str, str]:
    assert status.state is JobState.FAILED, status
    assert status.failure is not None
    return status.failure.type, status.failure.message, status.failure.hint


async def test_a_wrong_key_fails_before_the_file_leaves(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    async with opened({**ENVIRONMENT, "OXEN_API_KEY": "wrong"}) as jobs:
        status = await jobs.run_file(clip)

    assert failure_of(status)[0] == "AuthError"
    assert [request.target for request in oxen.requests] == ["GET /api/events"]


@pytest.mark.parametrize("code", [400, 402])
async def test_no_credit_at_the_door_is_said_and_nothing_runs(
    opened: Open, oxen: OxenService, url: str, code: int
) -> None:
    oxen.credits, oxen.credits_status = "enqueue", code
    async with opened() as jobs:
        status = await jobs.run_url(url)

    kind, message, hint = failure_of(status)
    assert (kind, message) == (
        "ProviderError",
        f"Oxen asks for credit ({code}): Insufficient credits",
    )
    assert "Add credits" in hint
    assert oxen.rows == {}


async def test_no_credit_while_it_runs_is_said_too(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.credits = "run"
    async with opened() as jobs:
        status = await jobs.run_url(url)

    kind, message, hint = failure_of(status)
    assert (kind, message) == ("RemoteJobFailed", "Oxen could not make it: Insufficient credits")
    assert "Add credits" in hint


async def test_a_private_repository_is_the_services_own_failure(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.repositories.by_name["me/depthstudio-uploads"] = Repository(is_public=False)
    async with opened() as jobs:
        status = await jobs.run_file(clip)

    kind, message, hint = failure_of(status)
    assert kind == "RemoteJobFailed"
    assert "could not download" in message
    assert "for anybody, without a sign-in" in hint


async def test_a_refusal_of_a_parameter_is_told_in_the_services_words(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        late = await jobs.run_url(url, extra={"sharpness": 3})
        early = await jobs.run_url(url, call="sync", extra={"sharpness": 3})

    assert failure_of(late)[:2] == (
        "RemoteJobFailed",
        "Oxen could not make it: Getting model response error: 422 - sharpness: Extra inputs are"
        " not permitted",
    )
    kind, message, _ = failure_of(early)
    assert (kind, message.partition(": ")[0]) == ("ProviderError", "Oxen refused the request (422)")
    assert "sharpness" in message


@pytest.mark.parametrize("values", [{}, {"call": "sync"}], ids=["queue", "sync"])
@pytest.mark.parametrize(
    ("kind", "facts"),
    [("lose_answer", {}), ("answer", {"answer": Answer(502, NGINX_502)})],
    ids=["answer lost", "502"],
)
async def test_a_lost_answer_to_the_submit_is_a_question_and_never_sent_again(
    opened: Open, oxen: OxenService, url: str, kind: str, facts: dict[str, Any], values: Any
) -> None:
    oxen.fault("^POST /api/ai/", kind, **facts)
    async with opened() as jobs:
        status = await jobs.run_url(url, **values)
    async with opened():
        pass

    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST
    assert len(oxen.accepted) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer.of({"generations": []}), Answer.of({"generations": [{"status": "queued"}]}), Answer()],
    ids=["none", "without id", "no JSON"],
)
async def test_an_answer_without_an_id_is_a_question(
    opened: Open, oxen: OxenService, url: str, answer: Answer
) -> None:
    oxen.fault(ENQUEUE, "answer", answer=answer)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST


async def test_too_many_requests_hold_the_service_and_the_file_is_not_sent_twice(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    limit = Answer.of({"error": {"title": "Slow down"}}, 429, Retry_After="3600")
    oxen.fault(ENQUEUE, "answer", answer=limit)
    async with opened() as jobs:
        status = await jobs.run_file(clip)
        assert status.hold is not None
        assert (status.hold.kind, status.state) == (HoldKind.SERVICE, JobState.HELD)
        await jobs.session.runner.try_now(jobs.provider_id)
        job = jobs.session.queue.at(0).job
        assert (await jobs.reached(job, JobState.DONE)).state is JobState.DONE

    assert len(oxen.matching("^PUT ")) == 1
    assert len(oxen.rows) == 1


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


@pytest.mark.parametrize("code", [401, 403, 404, 410])
@pytest.mark.parametrize("file", [VIDEO, RAW], ids=["video", "raw depth"])
async def test_an_expired_address_is_asked_for_afresh(
    opened: Open, oxen: OxenService, url: str, file: str, code: int
) -> None:
    oxen.fault(file, "answer", answer=Answer(code, EXPIRED_XML))
    async with opened() as jobs:
        status = await jobs.run_url(url)
        result = await jobs.result(status)

    assert (status.note, len(result.artifacts)) == ("", 2)
    assert len(oxen.matching(ROW)) == 2
    addresses = {request.target for request in oxen.matching(file)}
    assert len(addresses) == 2


@pytest.mark.parametrize("values", [{}, {"call": "sync"}], ids=["queue", "sync"])
async def test_a_video_that_stays_expired_is_asked_for_again_by_a_retry(
    opened: Open, oxen: OxenService, url: str, values: Any
) -> None:
    fault = oxen.fault(VIDEO, "answer", answer=EXPIRED, times=9)
    async with opened() as jobs:
        job = await jobs.add_url(url, **values)
        assert failure_of(await jobs.settled(job))[0] == "BadResponse"
        asked_for = len(oxen.matching(VIDEO))
        fault.times = 0
        await jobs.session.retry(job.id)
        await jobs.reached(job, JobState.DONE)

    assert asked_for == (1 if values else 2)
    assert len(oxen.accepted) == 1


async def test_a_result_without_an_address_is_looked_for_again_by_a_retry(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.tells_ends = False
    row = Answer.of({"status": "succeeded", "result_url": None})
    fault = oxen.fault(ROW, "answer", answer=row, times=9)
    async with opened() as jobs:
        job = await jobs.add_url(url)
        assert failure_of(await jobs.settled(job))[0] == "BadResponse"
        await heard(oxen.wait_status, "succeeded")
        fault.times = 0
        await jobs.session.retry(job.id)
        await jobs.reached(job, JobState.DONE)

    assert len(oxen.accepted) == 1


async def test_raw_depth_that_stays_expired_is_only_a_warning(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.fault(RAW, "answer", answer=EXPIRED, times=9)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.state is JobState.DONE
    assert status.note == f"{NO_RAW_DEPTH}: Oxen no longer has this file (403)"


def npz(**arrays: np.ndarray) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


def bomb() -> bytes:
    """An archive of a few bytes that says it holds a terabyte."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (250000, 1000, 1000), }"
    header += b" " * (117 - len(header)) + b"\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
        archive.writestr("depths.npy", start + bytes(1000))
    return packed.getvalue()


HOSTILE = {
    "no archive": b"not a zip at all, but long enough to be looked at",
    "cut short": npz(depths=np.ones((2, 8, 8), np.float32))[:-40],
    "pickled": npz(depths=np.array([{"a": 1}], dtype=object)),
    "another name": npz(something=np.ones((2, 8, 8), np.float32)),
    "flat": npz(depths=np.ones((8, 8), np.float32)),
    "text": npz(depths=np.full((2, 2, 2), "near")),
    "bomb": bomb(),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
async def test_raw_depth_that_is_none_is_not_kept_and_the_video_is(
    opened: Open, oxen: OxenService, url: str, content: bytes
) -> None:
    oxen.fault(RAW, "answer", answer=Answer(200, content), times=9)
    async with opened() as jobs:
        status = await jobs.run_url(url)
        result = await jobs.result(status)

    assert status.note.startswith(f"{NO_RAW_DEPTH}: Oxen sent a ")
    assert [artifact.role for artifact in result.artifacts] == [Role.VIDEO]


async def test_a_damaged_video_fails_and_a_retry_fetches_it_anew(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.fault(VIDEO, "answer", answer=Answer(200, b"\0\0\0\x18ftypmp42" + bytes(500)))
    async with opened() as jobs:
        job = await jobs.add_url(url)
        assert failure_of(await jobs.settled(job))[0] == "BadResponse"
        await jobs.session.retry(job.id)
        await jobs.reached(job, JobState.DONE)

    assert len(oxen.accepted) == 1


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/depth.mp4",
        "https://localhost/depth.mp4",
        "https://10.0.0.8/depth.mp4",
        "http://depth.example.com/depth.mp4",
        "https://user:word@depth.example.com/depth.mp4",
    ],
)
async def test_an_address_that_leads_elsewhere_is_not_fetched(
    opened: Open, oxen: OxenService, url: str, address: str
) -> None:
    oxen.tells_ends = False
    row = {"status": "succeeded", "result_url": address, "error_message": None}
    oxen.fault(ROW, "answer", answer=Answer.of(row), times=9)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert failure_of(status)[0] in ("BadResponse", "ResultLost")
    assert oxen.matching("^GET /presigned") == []


async def test_the_key_is_in_nothing_that_is_kept_or_said(
    opened: Open, oxen: OxenService, url: str
) -> None:
    key = ENVIRONMENT["OXEN_API_KEY"]
    oxen.fault(ENQUEUE, "answer", answer=Answer.of({"error": {"title": f"bad key {key}"}}, 400))
    async with opened() as jobs:
        status = await jobs.run_url(url)
        said = json.dumps([*failure_of(status), status.failure and status.failure.detail])

    assert "bad key" in said
    assert key not in said


async def test_one_failed_generation_does_not_take_the_others_with_it(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.tells_ends = False
    failed = {"status": "failed", "error_message": "out of memory"}
    oxen.fault(ROW, "answer", answer=Answer.of(failed))
    async with opened() as jobs:
        status = await jobs.run_url(url, num_generations=2)
        result = await jobs.result(status)

    assert status.note == "1 of 2 failed: Oxen could not make it: out of memory"
    assert len(of_role(result, Role.VIDEO)) == 1


NOT_THERE = refused(404, "resource_not_found", "Not there")
BROKEN = Answer(200, b"\0\0\0\x18ftypmp42" + bytes(500))


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("on", "answer", "words", "kind"),
    [
        (ROW, NOT_THERE, "does not know this job", "ResultLost"),
        (ROW, Answer(200, b"{torn"), "cannot be read", "BadResponse"),
        (VIDEO, EXPIRED, "no longer has this file (403)", "BadResponse"),
        (VIDEO, BROKEN, "sent a damaged video", "BadResponse"),
    ],
    ids=["row gone", "row torn", "file gone", "file damaged"],
)
async def test_what_is_wrong_with_one_generation_takes_no_other_with_it(
    opened: Open,
    oxen: OxenService,
    url: str,
    on: str,
    answer: Answer,
    words: str,
    kind: str,
    count: int,
) -> None:
    oxen.held, oxen.tells_ends = {"processing"}, False
    async with opened() as jobs:
        job = await jobs.add_url(url, num_generations=count)
        await heard(oxen.wait_status, "processing", count)
        await heard(oxen.wait_for, ROW, 2)
        one = next(iter(oxen.rows))
        oxen.fault(f"{on.partition('.*')[0]}.*{one}", "answer", answer=answer, times=999)
        oxen.release()
        status = await jobs.settled(job)
        if count == 1:
            assert failure_of(status)[0] == kind
            return
        result = await jobs.result(status)

    assert status.note.startswith("1 of 2 failed: Oxen ")
    assert words in status.note
    assert [artifact.path.name for artifact in result.artifacts] == [
        "depth_2.mp4",
        "raw_depth_2.npz",
    ]


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
