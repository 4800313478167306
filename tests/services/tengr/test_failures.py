"""What goes wrong at Tengr, or on the way to it."""

import json
from typing import Any

import pytest

from depthstudio.core.job import HoldKind, JobState
from tests.services.tengr.conftest import Open
from tests.support.rest_service import Answer
from tests.support.shelf_host import Shelf
from tests.support.tengr_jobs import Tengr
from tests.support.tengr_service import CREATE, GET, KEY, TengrService, refused
from tests.support.watch import until

pytestmark = pytest.mark.anyio


async def failure_of(tengr: Tengr, photo_url: str) -> tuple[str, str]:
    status = await tengr.settled(await tengr.add_url(photo_url))
    assert status.state is JobState.FAILED, status
    assert status.failure is not None
    return status.failure.type, status.failure.message


async def test_a_failure_names_the_artwork_and_no_reason(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.last = "failed"
    async with open_tengr() as tengr:
        failed = await failure_of(tengr, photo_url)
    assert failed == ("RemoteJobFailed", f"Tengr failed at artwork {next(iter(service.artworks))}")


async def test_a_photo_that_cannot_be_fetched_fails_there(open_tengr: Open, web: Shelf) -> None:
    async with open_tengr() as tengr:
        assert (await failure_of(tengr, f"{web.url}/nowhere.png"))[0] == "RemoteJobFailed"


async def test_an_artwork_that_was_stopped_there_says_so(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.last = "canceled"
    async with open_tengr() as tengr:
        _, message = await failure_of(tengr, photo_url)
    assert message.startswith("Tengr stopped artwork ")


async def test_words_nobody_told_us_of_are_waited_through_and_logged_once(
    open_tengr: Open,
    service: TengrService,
    photo_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.walk = ("queued", "queued", "upscaling")
    service.last = "done"
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_url(photo_url))
    strange = [r.getMessage() for r in caplog.records if "nobody told us of" in r.getMessage()]
    assert [text.rpartition(" ")[2] for text in strange] == ["'queued'", "'upscaling'"]


async def test_it_is_not_waited_for_without_end_and_a_retry_orders_nothing(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.walk = ("processing",) * 100
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        failure = (await tengr.settled(job)).failure
        waited_s = sum(tengr.clock.pauses_s)
        service.walk = ()
        await tengr.session.retry(job.id)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)
    assert failure is not None
    assert failure.message == "Tengr did not finish within 10 minutes"
    assert 600 <= waited_s < 620
    assert len(service.matching(CREATE)) == 1


@pytest.mark.parametrize("message", ["imageUrl must be public", ["imageUrl must be public"]])
async def test_a_refusal_is_shown_in_its_own_words(
    open_tengr: Open, service: TengrService, photo_url: str, message: Any
) -> None:
    service.fault("POST", "answer", answer=refused(400, message))
    async with open_tengr() as tengr:
        _, said = await failure_of(tengr, photo_url)
    assert said == "Tengr refused the request (400): imageUrl must be public"
    assert service.orders == []


@pytest.mark.parametrize("may_work", [True, False])
async def test_a_key_that_is_refused_fails_the_job(
    open_tengr: Open, service: TengrService, photo_url: str, may_work: bool
) -> None:
    service.may_work = may_work
    key = KEY if not may_work else "another"
    async with open_tengr(keys={"TENGR_API_KEY": key}) as tengr:
        type_, message = await failure_of(tengr, photo_url)
    assert (type_, message) == (
        "AuthError",
        "Tengr refuses the key (401)"
        if may_work
        else "Tengr refuses the key (403): Forbidden resource",
    )


async def test_too_many_requests_are_waited_out_and_sent_again(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    limit = refused(429, "ThrottlerException: Too Many Requests", Retry_After="90")
    service.fault("POST", "answer", answer=limit)
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)
    assert len(service.matching(CREATE)) == 2
    assert len(service.orders) == 1
    assert 90.0 in tengr.clock.pauses_s


@pytest.mark.parametrize("kind", ["drop", "lose_answer", "answer"])
async def test_an_order_that_may_have_arrived_is_asked_about_and_not_repeated(
    open_tengr: Open, service: TengrService, photo_url: str, kind: str
) -> None:
    service.fault("POST", kind, answer=Answer(502, b"<html>nginx</html>"))
    async with open_tengr() as tengr:
        status = await tengr.settled(await tengr.add_url(photo_url))
    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST
    assert len(service.matching(CREATE)) == 1


async def test_trouble_while_asking_after_it_passes(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.fault(GET, "drop")
    service.fault(GET, "answer", answer=Answer(503, b"<html>nginx</html>"))
    service.fault(GET, "answer", answer=refused(404, "Artwork not found"))  # not known yet
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_url(photo_url))
    assert len(service.orders) == 1


async def test_links_that_are_good_no_more_are_renewed_once(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.stale_links = 1
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_url(photo_url))
    assert [r.path.rpartition("/")[2] for r in service.matching("GET /files")] == ["1", "2"]
    assert len(service.orders) == 1


async def test_links_that_stay_bad_end_it_and_a_retry_orders_nothing(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.stale_links = 99
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        failure = (await tengr.settled(job)).failure
        asked_for = len(service.matching("GET /files"))
        service.stale_links = 0
        await tengr.session.retry(job.id)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)
    assert failure is not None
    assert (failure.type, asked_for) == ("BadResponse", 2)
    assert len(service.orders) == 1


@pytest.mark.parametrize("more", [{"status": None}, {"status": 7}, {"results": "none yet"}])
async def test_an_order_that_says_no_more_than_its_id_is_followed(
    open_tengr: Open, service: TengrService, photo_url: str, more: dict[str, Any]
) -> None:
    def alter(answer: Answer) -> Answer:
        told = json.loads(answer.body)
        return Answer.of({**told, **more}, answer.status)

    service.fault(CREATE, "alter", alter=alter)
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_url(photo_url))
    assert len(service.orders) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"results": []},
        {"results": "https://a.test/a.png"},
        {"results": ["file:///etc/passwd"]},
        {"results": ["http://169.254.169.254/latest"]},
        {"results": ["https://10.0.0.8/a.png"]},
        {"results": [17]},
        {"id": "../../v2/style-dna"},
        {"id": None},
        {"status": None},
    ],
)
async def test_answers_that_cannot_be_believed_end_it_and_cost_nothing_more(
    open_tengr: Open, service: TengrService, photo_url: str, change: dict[str, Any]
) -> None:
    service.lies = change
    async with open_tengr() as tengr:
        status = await tengr.settled(await tengr.add_url(photo_url))
    assert status.failure is not None
    assert status.failure.type == "BadResponse"
    assert len(service.matching(CREATE)) == 1


@pytest.mark.parametrize(
    "content", [b"<html>sign in</html>" * 9, b"\x89PNG\r\n\x1a\n" + b"\0" * 400]
)
async def test_a_picture_that_is_none_fails_and_a_retry_fetches_it_without_ordering(
    open_tengr: Open, service: TengrService, photo_url: str, content: bytes
) -> None:
    picture = Answer(200, content, {"Content-Type": "image/png"})
    service.fault("GET /files", "answer", answer=picture, times=9)
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        status = await tengr.settled(job)
        assert status.failure is not None
        assert status.failure.type == "BadResponse"
        service.faults.clear()
        await tengr.session.retry(job.id)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)
    assert len(service.orders) == 1
