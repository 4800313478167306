"""Files of Oxen that are late, expired, damaged or hostile, and generations that failed."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.job import JobState
from tests.services.oxen.conftest import Open
from tests.support.oxen_answers import EXPIRED_XML, refused
from tests.support.oxen_jobs import heard
from tests.support.oxen_service import OxenService
from tests.support.oxen_trouble import (
    EXPIRED,
    NO_RAW_DEPTH,
    RAW,
    ROW,
    VIDEO,
    failure_of,
)
from tests.support.rest_service import Answer
from tests.support.service_jobs import of_role

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_looks")]


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
