"""Cancelling jobs at Oxen, leaving the program under them, and coming back."""

import asyncio
import base64
import json
from pathlib import Path

import pytest

from depthstudio.core.digest import sha256_file
from depthstudio.core.job import HoldKind, Job, JobState
from depthstudio.providers.oxen import queue
from depthstudio.providers.oxen.at_once import ANSWER_NAME, NOT_STOPPABLE
from depthstudio.settings.paths import Home
from tests.services.oxen.conftest import Open
from tests.support.oxen_jobs import OxenJobs, heard
from tests.support.oxen_service import OxenService

pytestmark = pytest.mark.anyio

DELETE = "^DELETE /api/ai/queue/"
VIDEO = r"^GET /presigned/.*\.mp4"


async def cancelled(jobs: OxenJobs, job: Job) -> str:
    await jobs.session.cancel(job.id)
    status = jobs.status(job)
    assert status.state is JobState.CANCELLED, status
    return status.note


@pytest.mark.parametrize(
    ("state", "words"),
    [("queued", queue.BEFORE_BEGUN), ("processing", queue.WHILE_RUNNING)],
)
async def test_a_cancel_reaches_the_service_and_says_what_it_did(
    opened: Open, oxen: OxenService, url: str, state: str, words: str
) -> None:
    oxen.held = {state}
    async with opened() as jobs:
        job = await jobs.add_url(url, num_generations=2)
        await heard(oxen.wait_status, state, 2)
        note = await cancelled(jobs, job)

    assert note == words
    assert len(oxen.matching(DELETE)) == 2
    assert {row["status"] for row in oxen.rows.values()} == {"cancelled"}


async def test_a_cancel_while_the_answer_is_on_its_way_stops_what_it_brings(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.held = {"queued"}
    answer = oxen.fault("^POST /api/ai/queue$", "hold_answer")
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_status, "queued")
        cancelling = asyncio.create_task(cancelled(jobs, job))
        await asyncio.sleep(0)
        answer.released.set()
        assert await cancelling == queue.BEFORE_BEGUN

    assert len(oxen.matching(DELETE)) == 1


async def test_a_cancel_while_the_file_comes_stops_nothing(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.fault(VIDEO, "stall", after_bytes=100)
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_for, VIDEO)
        assert await cancelled(jobs, job) == queue.HAD_FINISHED

    assert oxen.matching(DELETE) == []


async def test_a_row_that_is_gone_needs_no_stopping(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.held = {"queued"}
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_status, "queued")
        await jobs.reached(job, JobState.RUNNING)
        oxen.forget_rows()
        assert await cancelled(jobs, job) == queue.UNKNOWN_THERE


async def test_a_long_request_is_given_up_at_once_and_the_row_says_it_may_go_on(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.held = {"processing"}
    async with opened() as jobs:
        job = await jobs.add_url(url, call="sync")
        await heard(oxen.wait_for, "videos/generate")
        async with asyncio.timeout(5):
            assert await cancelled(jobs, job) == NOT_STOPPABLE


async def test_leaving_during_a_long_request_leaves_the_question(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.held = {"processing"}
    async with opened() as jobs:
        job = await jobs.add_url(url, call="sync")
        await heard(oxen.wait_for, "videos/generate")
        async with asyncio.timeout(5):
            await jobs.session.aclose()
    async with opened() as jobs:
        status = jobs.status(job)

    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST
    assert len(oxen.accepted) == 1


@pytest.mark.parametrize("state", ["queued", "processing"])
async def test_a_job_that_was_left_is_found_again(
    opened: Open, oxen: OxenService, url: str, state: str
) -> None:
    oxen.held = {state}
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_status, state)
    assert oxen.matching(DELETE) == []
    async with opened() as jobs:
        await heard(oxen.channel.wait_listeners, 1)
        await heard(oxen.wait_for, "^GET /api/ai/queue/")
        oxen.release()
        status = await jobs.reached(job, JobState.DONE)
        result = await jobs.result(status)

    assert len(result.artifacts) == 2
    assert len(oxen.accepted) == 1


async def test_a_job_that_ended_long_ago_is_fetched(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.held = {"processing"}
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_status, "processing")
    oxen.release()
    await heard(oxen.wait_status, "succeeded")
    async with opened() as jobs:
        await jobs.reached(job, JobState.DONE)

    assert len(oxen.accepted) == 1


async def test_a_job_whose_row_is_gone_is_lost(opened: Open, oxen: OxenService, url: str) -> None:
    oxen.held = {"processing"}
    async with opened() as jobs:
        job = await jobs.add_url(url)
        await heard(oxen.wait_status, "processing")
    oxen.forget_rows()
    async with opened() as jobs:
        status = await jobs.settled(job)

    assert status.failure is not None
    assert status.failure.type == "ResultLost"
    assert len(oxen.accepted) == 1


@pytest.mark.parametrize("way", ["web", "host"])
async def test_an_answer_that_came_whole_before_a_crash_is_not_asked_for_again(
    opened: Open, oxen: OxenService, home: Home, url: str, clip: Path, way: str
) -> None:
    oxen.held = {"processing"}
    async with opened() as jobs:
        if way == "web":
            job = await jobs.add_url(url, call="sync", response_format="b64_json")
        else:
            sources = (await jobs.session.take_in([clip])).sources
            job = await jobs.add_sources(
                sources, "oxen-repository", call="sync", response_format="b64_json"
            )
        await heard(oxen.wait_for, "videos/generate")
    keep_answer(home.work_folder / job.id, clip)
    async with opened() as jobs:
        assert jobs.status(job).hold is not None
        await jobs.session.send_again(job.id)
        status = await jobs.reached(job, JobState.DONE)
        (video,) = (await jobs.result(status)).artifacts

    assert sha256_file(video.path) == sha256_file(clip)
    assert len(oxen.accepted) == 1


def keep_answer(folder: Path, video: Path) -> None:
    """As if the answer had come whole, just before the program ended."""
    (attempt,) = folder.iterdir()
    answer = {"videos": [{"b64_json": base64.b64encode(video.read_bytes()).decode()}]}
    attempt.joinpath(ANSWER_NAME).write_text(json.dumps(answer))


async def test_a_download_that_was_left_goes_on(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(VIDEO, "stall", after_bytes=100)
    async with opened() as jobs:
        intake = await jobs.session.take_in([clip])
        job = await jobs.add_sources(intake.sources, "oxen-repository")
        await heard(oxen.wait_for, VIDEO)
    async with opened() as jobs:
        status = await jobs.reached(job, JobState.DONE)

    assert status.state is JobState.DONE
    assert len(oxen.accepted) == len(oxen.matching("^PUT ")) == 1


async def test_the_answer_of_a_long_request_outlives_the_program(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.fault(VIDEO, "stall", after_bytes=100)
    async with opened() as jobs:
        job = await jobs.add_url(url, call="sync")
        await heard(oxen.wait_for, VIDEO)
    async with opened() as jobs:
        await jobs.reached(job, JobState.DONE)

    assert len(oxen.accepted) == 1
