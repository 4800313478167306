"""A submit whose answer never came, looked for in Oxen's own list."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import NotOffered, UsageError
from depthstudio.core.job import HoldKind, Job, JobState
from depthstudio.jobs import looking
from depthstudio.providers.transport import repeat
from tests.services.oxen.conftest import Open
from tests.support.oxen_jobs import HOST, OxenJobs, heard
from tests.support.oxen_service import OxenService
from tests.support.rest_service import Answer
from tests.support.watch import look_of, looked_for, until

pytestmark = pytest.mark.anyio

ENQUEUE, LIST = r"^POST /api/ai/queue$", r"^GET /api/ai/queue\?"
NONE_LISTED = Answer.of({"count": 0, "generations": []})


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits until the service's list has caught up; here it has at once."""
    monkeypatch.setattr(looking, "APPEARS_WITHIN_S", 0.01)
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)


async def add_file(jobs: OxenJobs, path: Path, **values: Any) -> Job:
    intake = await jobs.session.take_in([path])
    return await jobs.add_sources(intake.sources, HOST, **values)


def enqueued(oxen: OxenService) -> int:
    return len(oxen.matching(ENQUEUE))


def add_row(oxen: OxenService, url: str, **facts: Any) -> None:
    """As if somebody had asked the same, without this program."""
    row = {
        "generation_id": f"foreign-{len(oxen.rows)}", "status": "queued", "video_url": url,
        "model_name": "bytedance-depth-anything-video", "enqueued_at": int(time.time()),
        "depth_model": "VDA-Large", "colormap": "grayscale", "resolution": "auto",
        "side_by_side": False, "include_raw_depths": True,
    }  # fmt: skip
    oxen.rows[f"foreign-{len(oxen.rows)}"] = {**row, **facts}


async def test_a_file_that_was_sent_is_found_by_its_address_and_brought(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        status = await looked_for(jobs.session.queue, job.id)
    assert (status.state, enqueued(oxen), len(oxen.rows)) == (JobState.DONE, 1, 1)


async def test_each_of_several_generations_is_found(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    async with opened() as jobs:
        job = await add_file(jobs, clip, num_generations=2)
        status = await looked_for(jobs.session.queue, job.id)
        result = await jobs.result(status)
    assert enqueued(oxen) == 1
    assert len([a for a in result.artifacts if a.path.suffix == ".mp4"]) == 2


async def test_half_of_what_was_asked_for_is_no_answer(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")

    def cut(answer: Answer) -> Answer:
        told = json.loads(answer.body)
        return Answer.of({**told, "generations": told["generations"][:1]})

    oxen.held = {"queued"}
    oxen.fault(LIST, "alter", alter=cut, times=9)
    async with opened() as jobs:
        job = await add_file(jobs, clip, num_generations=2)
        status = await looked_for(jobs.session.queue, job.id)
    look = look_of(status)
    assert look is not None
    assert (look.alike, look.trouble, enqueued(oxen)) == (1, "", 1)


async def test_an_address_of_the_web_is_found_among_older_and_other_jobs_of_it(
    opened: Open, oxen: OxenService, url: str
) -> None:
    add_row(oxen, url, enqueued_at=int(time.time()) - 300)
    add_row(oxen, url, colormap="turbo")
    add_row(oxen, url, max_frames=4)  # which was not sent
    add_row(oxen, url, enqueued_at=None)
    oxen.fault(ENQUEUE, "lose_answer")
    async with opened() as jobs:
        job = await jobs.add_url(url)
        status = await looked_for(jobs.session.queue, job.id)
    assert (status.state, enqueued(oxen)) == (JobState.DONE, 1)


async def test_of_two_that_ask_the_same_none_is_certain(
    opened: Open, oxen: OxenService, url: str
) -> None:
    add_row(oxen, url)
    oxen.fault(ENQUEUE, "lose_answer")
    async with opened() as jobs:
        job = await jobs.add_url(url)
        status = await looked_for(jobs.session.queue, job.id)
    look = look_of(status)
    assert look is not None
    assert (look.alike, status.state, enqueued(oxen)) == (2, JobState.HELD, 1)


async def test_what_another_job_has_is_not_taken(opened: Open, oxen: OxenService, url: str) -> None:
    async with opened() as jobs:
        assert (await jobs.run_url(url)).state is JobState.DONE
        oxen.fault(ENQUEUE, "drop")
        job = await jobs.add_url(url, again=True)
        status = await looked_for(jobs.session.queue, job.id)
    look = look_of(status)
    assert look is not None
    assert (look.alike, look.trouble, status.state) == (0, "", JobState.HELD)


async def test_the_next_start_looks_again_for_what_this_one_lost(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=NONE_LISTED, times=5)
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        await looked_for(jobs.session.queue, job.id)
    async with opened() as jobs:
        await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.DONE)
    assert enqueued(oxen) == 1


async def test_what_appears_later_is_found_when_somebody_looks(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=NONE_LISTED, times=5)
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        status = await looked_for(jobs.session.queue, job.id)
        look = look_of(status)
        assert look is not None
        assert (status.state, look.alike, look.trouble) == (JobState.HELD, 0, "")
        assert status.progress is None
        assert await jobs.session.look_for(job.id)
        await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.DONE)
        with pytest.raises(UsageError, match="is not waiting for that answer"):
            await jobs.session.look_for(job.id)
    assert enqueued(oxen) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer.of({"error": {"title": "down"}}, 500), "Oxen"),
        (Answer.of({"generations": {"a": 1}}), "Oxen gave no list of what it ran"),
        (Answer(200, b"<html>"), "Oxen"),
        (Answer.of({"error": {"title": "who?"}}, 401), "Oxen refuses the key"),
    ],
    ids=["500", "no list", "no JSON", "401"],
)
async def test_a_list_that_cannot_be_read_leaves_the_question_and_says_why(
    opened: Open, oxen: OxenService, clip: Path, answer: Answer, says: str
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=answer, times=99)
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        status = await looked_for(jobs.session.queue, job.id)
        assert not await jobs.session.look_for(job.id)
    look = look_of(status)
    assert look is not None
    assert look.trouble.startswith(says)
    assert (status.hold and status.hold.kind, enqueued(oxen)) == (HoldKind.SUBMIT_LOST, 1)


async def test_a_long_request_stands_in_no_list(opened: Open, oxen: OxenService, url: str) -> None:
    oxen.fault("^POST /api/ai/videos", "lose_answer")
    async with opened() as jobs:
        job = await jobs.add_url(url, call="sync")
        await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.HELD)
        with pytest.raises(NotOffered, match="no list"):
            await jobs.session.look_for(job.id)
        assert jobs.status(job).progress is None
    assert oxen.matching(LIST) == []


async def test_who_answers_while_it_is_looked_for_is_heard(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    held = oxen.fault(LIST, "hold_answer")
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        await heard(oxen.wait_for, LIST)
        assert jobs.status(job).progress is not None
        looks = asyncio.create_task(jobs.session.look_for(job.id))
        await asyncio.sleep(0)
        await jobs.session.mark_lost(job.id)
        held.released.set()
        assert not await looks
        status = jobs.status(job)
    assert (status.state, status.progress) == (JobState.FAILED, None)


async def test_leaving_does_not_wait_for_the_look(
    opened: Open, oxen: OxenService, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "APPEARS_WITHIN_S", 3600.0)
    oxen.fault(ENQUEUE, "lose_answer")
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        await until(jobs.session.queue, lambda: jobs.status(job).state is JobState.HELD)
        async with asyncio.timeout(5):
            await jobs.session.aclose()
    assert oxen.matching(LIST) == []


async def test_jobs_that_this_command_does_not_name_are_not_looked_for(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=NONE_LISTED, times=5)
    async with opened() as jobs:
        job = await add_file(jobs, clip)
        await looked_for(jobs.session.queue, job.id)
    asked = len(oxen.matching(LIST))
    async with opened(only=set()) as jobs:
        assert jobs.status(job).progress is None
    assert len(oxen.matching(LIST)) == asked
