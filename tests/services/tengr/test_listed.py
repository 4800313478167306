"""An order whose answer never came, looked for in Tengr's own list."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.job import HoldKind, Job, JobState, ListLook
from depthstudio.jobs.looking import APPEARS_WITHIN_S
from depthstudio.providers.tengr import listed
from tests.services.tengr.conftest import Open
from tests.support.hurried_clock import HurriedClock
from tests.support.rest_service import Answer
from tests.support.tengr_jobs import SMALL, Tengr
from tests.support.tengr_service import CREATE, Artwork, TengrService, refused
from tests.support.watch import look_of, looked_for

pytestmark = pytest.mark.anyio

LIST = r"^GET /v2/artworks\?"
ASKED = {
    "resolutionLowerLimit": SMALL["resolution_lower_limit"],
    "useVersion3": True,
    "model": "large",
    "normalizationMode": "Standard",
}


@pytest.fixture
def clock(service: TengrService) -> HurriedClock:
    """That of the session, and the service's own."""
    clock = HurriedClock()
    service.now = clock.now
    return clock


def add_artwork(service: TengrService, url: str, *, age_s: float = 0.0, **asked: Any) -> None:
    """As if somebody had ordered it, without this program."""
    id_ = f"foreign-{len(service.artworks)}"
    created = (service.now() - timedelta(seconds=age_s)).isoformat()
    service.artworks[id_] = Artwork(id_, {"imageUrl": url, **ASKED, **asked}, created)


def the_look(tengr: Tengr, job: Job) -> ListLook:
    look = look_of(tengr.status(job))
    assert look is not None
    return look


async def test_a_file_that_was_sent_is_found_by_its_address_and_brought(
    open_tengr: Open, service: TengrService, photo: Path, clock: HurriedClock
) -> None:
    service.fault("POST", "lose_answer")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_file(photo)
        status = await looked_for(tengr.session.queue, job.id)
    assert (status.state, len(service.matching(CREATE))) == (JobState.DONE, 1)
    assert APPEARS_WITHIN_S in clock.pauses_s


async def test_an_address_of_the_web_is_found_among_older_and_other_orders_of_it(
    open_tengr: Open, service: TengrService, photo_url: str, clock: HurriedClock
) -> None:
    add_artwork(service, photo_url, age_s=90)
    add_artwork(service, photo_url, model="small")
    add_artwork(service, photo_url, invertDepth=False)  # which was not sent
    service.fault("POST", "lose_answer")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_url(photo_url)
        status = await looked_for(tengr.session.queue, job.id)
    assert status.state is JobState.DONE
    assert [one.told for one in list(service.artworks.values())[:3]] == [0, 0, 0]


async def test_clocks_may_differ_a_little(
    open_tengr: Open, service: TengrService, photo_url: str, clock: HurriedClock
) -> None:
    service.now = lambda: clock.now() - timedelta(seconds=40)
    service.fault("POST", "lose_answer")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_url(photo_url)
        status = await looked_for(tengr.session.queue, job.id)
    assert status.state is JobState.DONE


async def test_of_two_that_ask_the_same_none_is_certain(
    open_tengr: Open, service: TengrService, photo_url: str, clock: HurriedClock
) -> None:
    add_artwork(service, photo_url)
    service.fault("POST", "lose_answer")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_url(photo_url)
        status = await looked_for(tengr.session.queue, job.id)
        assert (the_look(tengr, job).alike, status.state) == (2, JobState.HELD)


async def test_what_never_arrived_is_not_there_and_not_what_another_job_has(
    open_tengr: Open, service: TengrService, photo_url: str, clock: HurriedClock
) -> None:
    async with open_tengr(clock=clock) as tengr:
        await tengr.result(await tengr.add_url(photo_url))
        service.fault("POST", "drop")
        job = await tengr.add_url(photo_url)
        status = await looked_for(tengr.session.queue, job.id)
        assert the_look(tengr, job) == ListLook(at=clock.now())
    assert status.state is JobState.HELD
    assert len(service.orders) == 1


async def test_a_long_list_is_read_to_its_end(
    open_tengr: Open,
    service: TengrService,
    photo: Path,
    clock: HurriedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listed, "PAGE", 2)
    for number in range(5):
        add_artwork(service, f"https://elsewhere.test/{number}.png")
    service.fault("POST", "lose_answer")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_file(photo)
        status = await looked_for(tengr.session.queue, job.id)
    assert status.state is JobState.DONE
    assert [r.query["offset"] for r in service.matching(LIST)] == ["0", "2", "4", "6"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refused(403, "Forbidden resource"), "Tengr refuses the key"),
        (Answer.of({"items": []}), "Tengr gave no list of artworks"),
        (Answer.of(None), "Tengr gave no list of artworks"),
    ],
    ids=["403", "an object", "null"],
)
async def test_a_list_that_cannot_be_read_leaves_the_question_and_says_why(
    open_tengr: Open,
    service: TengrService,
    photo: Path,
    clock: HurriedClock,
    answer: Answer,
    says: str,
) -> None:
    service.fault("POST", "lose_answer")
    service.fault(LIST, "answer", answer=answer, times=99)
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_file(photo)
        status = await looked_for(tengr.session.queue, job.id)
        assert the_look(tengr, job).trouble.startswith(says)
    assert (status.hold and status.hold.kind) is HoldKind.SUBMIT_LOST


async def test_a_key_that_was_taken_away_meanwhile_is_asked_for(
    open_tengr: Open, service: TengrService, photo: Path, clock: HurriedClock
) -> None:
    service.fault("POST", "drop")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_file(photo)
        await looked_for(tengr.session.queue, job.id)
    before = len(service.requests)

    async with open_tengr(clock=clock, keys={}) as tengr:
        assert not await tengr.session.look_for(job.id)
        assert the_look(tengr, job).trouble == "Tengr needs its Tengr key"
    assert len(service.requests) == before
