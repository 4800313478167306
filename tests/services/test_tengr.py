"""Tengr's depth maps, from a photo or its address to a sealed result, on a strict local service."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import HostNeeded, ParamError
from depthstudio.core.job import HoldKind, Job, JobState, JobStatus, Source
from depthstudio.core.result import Result
from depthstudio.core.views import DepthKind, DepthStack, Polarity
from depthstudio.formats import media_type
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.support.hurried_clock import START, HurriedClock
from tests.support.loopback_host import HOST_ID, HOST_KEY, LoopbackHost, WebFiles
from tests.support.rest_service import Answer
from tests.support.service_jobs import is_settled
from tests.support.tengr_maps import V2_MODELS, V3_MODELS, depth_map
from tests.support.tengr_service import CREATE, GET, KEY, TengrService, refused
from tests.support.watch import until

pytestmark = pytest.mark.anyio

ID = "tengr-depth-map"
SMALL = {"resolution_lower_limit": 256}
GOES_ON = "it cannot be stopped there: it may still run at Tengr, and be billed"


@dataclass
class Tengr:
    """The provider in an open session, and what its jobs ended with."""

    session: Session
    clock: HurriedClock
    endpoints: dict[str, str] = field(default_factory=dict[str, str])

    async def add_url(self, url: str, **values: Any) -> Job:
        name = url.rpartition("/")[2]
        source = Source(
            path=Path(name), media_type=media_type.PNG, size_bytes=0, mtime_ns=0, url=url
        )
        return await self.added([source], **values)

    async def add_file(self, path: Path, **values: Any) -> Job:
        intake = await self.session.take_in([path])
        return await self.added(intake.sources, host_via=HOST_ID, **values)

    async def added(self, sources: Any, *, host_via: str = "", **values: Any) -> Job:
        (job,) = await self.session.enqueue(
            sources,
            Order(ID, {**SMALL, **values}, endpoints=self.endpoints, host_via=host_via),
        )
        return job

    def status(self, job: Job) -> JobStatus:
        return self.session.queue.entry(job.id).status

    async def settled(self, job: Job) -> JobStatus:
        await until(self.session.queue, lambda: is_settled(self.status(job)))
        return self.status(job)

    async def result(self, job: Job) -> Result:
        status = await self.settled(job)
        assert status.state is JobState.DONE, status
        return await self.session.result(status.result_id or "")

    async def depth(self, job: Job) -> DepthStack:
        views = await self.session.load(await self.result(job))
        assert views.depth is not None
        return views.depth


Open = Callable[..., AbstractAsyncContextManager[Tengr]]


@pytest.fixture
def web() -> Generator[WebFiles]:
    with WebFiles() as files:
        yield files


@pytest.fixture
def service() -> Generator[TengrService]:
    with TengrService() as service:
        yield service


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.make_folders()
    return home


@pytest.fixture
def open_tengr(home: Home, service: TengrService, web: WebFiles) -> Open:
    """Open the home with both keys given; `clock` goes on from an earlier opening."""

    @asynccontextmanager
    async def opened(
        *,
        keys: dict[str, str] | None = None,
        endpoints: dict[str, str] | None = None,
        clock: HurriedClock | None = None,
        lasts: timedelta | None = None,
    ) -> AsyncGenerator[Tengr]:
        given = {"TENGR_API_KEY": KEY, "LOOPBACK_KEY": HOST_KEY} if keys is None else keys
        clock = clock or HurriedClock()
        session = Session(
            home,
            Registry.load(),
            clock=clock,
            secrets=Secrets(given),
            hosts={HOST_ID: LoopbackHost(web.url, lasts)},
        )
        try:
            await session.open()
            yield Tengr(session, clock, {"api": service.url} if endpoints is None else endpoints)
        finally:
            await session.aclose()

    return opened


def pixels() -> np.ndarray:
    """Dark left, bright right, (48, 64) uint8."""
    ramp = np.linspace(20, 235, 64).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(ramp, (48, 64)))


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels()).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def photo_url(web: WebFiles) -> str:
    return web.add("photo.png", png())


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "Küche – été &%$.png"
    path.write_bytes(png())
    return path


def near_side(depth: DepthStack) -> str:
    """On which side of a map of `photo` its own kind says that it is near; right is true."""
    left, right = (float(depth.values[0][:, side].mean()) for side in (slice(20), slice(-20, None)))
    return "right" if (right > left) is depth.kind.larger_is_nearer else "left"


async def test_an_address_becomes_a_map_of_the_photo_behind_it(
    open_tengr: Open, service: TengrService, web: WebFiles, photo_url: str
) -> None:
    service.walk = ("starting", "processing", "processing", "processing", "processing")
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        result, depth = await tengr.result(job), await tengr.depth(job)

    (asked,) = service.orders
    assert asked["imageUrl"] == photo_url
    expected = np.rint(depth_map(png(), asked) * 255) / 255
    np.testing.assert_allclose(depth.values[0], expected, atol=1e-6)
    assert (depth.kind, depth.lossy) == (DepthKind.RELATIVE_DISPARITY, True)
    assert tengr.clock.pauses_s == [2.0, 3.0, 4.5, 6.75, 10.0]
    (source,) = result.sources
    assert (source.url, source.hosted) == (photo_url, None)
    assert [a.path.name for a in result.artifacts] == ["depth.png"]
    assert result.thumbnail is not None
    assert [r.target for r in web.requests] == ["GET /photo.png"]


async def test_a_file_goes_to_the_host_and_nowhere_else(
    open_tengr: Open, service: TengrService, web: WebFiles, photo: Path
) -> None:
    async with open_tengr(lasts=timedelta(hours=1)) as tengr:
        result = await tengr.result(await tengr.add_file(photo))

    (put, got) = web.requests
    (asked,) = service.orders
    assert put.body == png()
    assert asked["imageUrl"] == f"{web.url}{put.path}" == f"{web.url}{got.path}"
    assert photo.stem not in put.path
    hosted = result.sources[0].hosted
    assert hosted is not None
    assert (hosted.host_id, hosted.url) == (HOST_ID, asked["imageUrl"])
    assert hosted.until == START + timedelta(hours=1)
    assert (put.headers["authorization"], "authorization" in got.headers) == (
        f"Bearer {HOST_KEY}",
        False,
    )


async def test_a_turned_or_deep_photo_is_sent_as_everybody_reads_it(
    open_tengr: Open, web: WebFiles, tmp_path: Path
) -> None:
    path = tmp_path / "deep.tif"
    Image.fromarray(pixels().astype(np.uint16) * 257).save(path)
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_file(path))

    with Image.open(io.BytesIO(web.requests[0].body)) as sent:
        assert (sent.format, sent.size) == ("PNG", (64, 48))


async def test_a_file_without_a_host_is_not_taken(open_tengr: Open, photo: Path) -> None:
    async with open_tengr() as tengr:
        intake = await tengr.session.take_in([photo])
        with pytest.raises(HostNeeded, match="fetches its input from the web"):
            await tengr.added(intake.sources)
        assert len(tengr.session.queue) == 0


# Parameters


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        (
            {},
            {
                "useVersion3": True,
                "model": "large",
                "normalizationMode": "Standard",
                "resolutionLowerLimit": 256,
            },
        ),
        (
            {"use_version_3": False, "model_v3": "mono_large", "normalization_mode": "Raw"},
            {"useVersion3": False, "model": "large", "resolutionLowerLimit": 256},
        ),
        (
            {
                "model_v3": "nested_giant_large",
                "model_v2": "small",
                "normalization_mode": "V2-Style",
                "invert_depth": False,
                "use_post_resize": True,
                "resolution_lower_limit": 320,
            },
            {
                "useVersion3": True,
                "model": "nested_giant_large",
                "normalizationMode": "V2-Style",
                "invertDepth": False,
                "usePostResize": True,
                "resolutionLowerLimit": 320,
            },
        ),
        (
            {"use_version_3": False, "model_v2": "base", "invert_depth": True},
            {
                "useVersion3": False,
                "model": "base",
                "invertDepth": True,
                "resolutionLowerLimit": 256,
            },
        ),
    ],
)
async def test_what_is_asked_is_what_was_set_and_belongs_to_the_version(
    open_tengr: Open,
    service: TengrService,
    photo_url: str,
    values: dict[str, Any],
    asked: dict[str, Any],
) -> None:
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_url(photo_url, **values))

    (request,) = service.matching(CREATE)
    assert request.json() == {"imageUrl": photo_url, **asked}
    assert request.headers["authorization"] == f"Bearer {KEY}"


async def test_every_model_of_both_versions_can_be_asked(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    wanted = [(False, "model_v2", model) for model in V2_MODELS]
    wanted += [(True, "model_v3", model) for model in V3_MODELS]
    async with open_tengr() as tengr:
        for is_third, name, model in wanted:
            values = {"use_version_3": is_third, name: model}
            await tengr.result(await tengr.add_url(photo_url, **values))

    asked = {(one["useVersion3"], one["model"]) for one in service.orders}
    assert asked == {(is_third, model) for is_third, _, model in wanted}


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        (
            {"model_v2": "mono_large"},
            "model_v2: must be one of “giant”, “large”, “base”, “small”",
            "",
        ),
        (
            {"model_v3": "huge"},
            "model_v3: must be one of “small”, “base”, “large”, “giant”, “m",
            "",
        ),
        (
            {"resolution_lower_limit": 1000},
            "resolution_lower_limit: must be a multiple of 64, got 1000",
            "The nearest are 960 or 1024",
        ),
        ({"resolution_lower_limit": 192}, "resolution_lower_limit: must be a whole number", ""),
        ({"normalization_mode": "raw"}, "normalization_mode: must be one of “Standard”", ""),
    ],
)
async def test_what_the_service_would_refuse_is_not_sent(
    open_tengr: Open, photo_url: str, values: dict[str, Any], message: str, hint: str
) -> None:
    async with open_tengr() as tengr:
        with pytest.raises(ParamError) as caught:
            await tengr.add_url(photo_url, **values)
    assert str(caught.value).startswith(message)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"use_version_3": False}, DepthKind.RELATIVE_DISPARITY),
        ({"use_version_3": False, "invert_depth": True}, DepthKind.RELATIVE_DEPTH),
        ({"invert_depth": False}, DepthKind.RELATIVE_DISPARITY),
        ({"invert_depth": True}, DepthKind.RELATIVE_DEPTH),
        ({"normalization_mode": "V2-Style"}, DepthKind.RELATIVE_DISPARITY),
        ({"normalization_mode": "V2-Style", "invert_depth": True}, DepthKind.RELATIVE_DEPTH),
        ({"normalization_mode": "Raw"}, DepthKind.RELATIVE_DEPTH),
        ({"normalization_mode": "Raw", "invert_depth": True}, DepthKind.RELATIVE_DISPARITY),
    ],
)
async def test_the_map_knows_which_end_is_near(
    open_tengr: Open, photo_url: str, values: dict[str, Any], kind: DepthKind
) -> None:
    async with open_tengr() as tengr:
        depth = await tengr.depth(await tengr.add_url(photo_url, **values))

    assert (depth.kind, near_side(depth)) == (kind, "right")


@pytest.mark.parametrize(
    ("form", "name", "levels"),
    [("png", "depth.png", 255), ("png16", "depth.png", 65535), ("webp", "depth.webp", 0)],
)
async def test_any_kind_of_picture_is_known_by_its_bytes(
    open_tengr: Open, service: TengrService, photo_url: str, form: str, name: str, levels: int
) -> None:
    service.form, service.map_count = form, 2
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        result, depth = await tengr.result(job), await tengr.depth(job)

    ending = Path(name).suffix
    assert [a.path.name for a in result.artifacts] == [name, f"depth_2{ending}"]
    assert near_side(depth) == "right"  # of the first; the second is its negative
    if levels:
        steps = depth.values.astype(np.float64) * levels
        np.testing.assert_allclose(steps, np.rint(steps), atol=0.01)


# Where it is, and who asks


async def test_address_header_and_paths_are_the_users_to_say(
    open_tengr: Open, photo_url: str
) -> None:
    wiring = {
        "auth_header": "X-Api-Key",
        "create_path": "/api/depth",
        "get_path": "/api/{id}/show",
        "list_path": "/api/all",
    }
    with TengrService(auth_scheme="", **wiring) as elsewhere:
        endpoints = {"api": f"{elsewhere.url}/", "auth_scheme": "none", **wiring}
        async with open_tengr(endpoints=endpoints) as tengr:
            await tengr.result(await tengr.add_url(photo_url))
            health = await tengr.session.check(ID, endpoints)
        assert health.ok
        assert [r.target.partition("?")[0] for r in elsewhere.matching("/api|GET /$")] == [
            "POST /api/depth",
            f"GET /api/{next(iter(elsewhere.artworks))}/show",
            "GET /",
            "GET /api/all",
        ]


@pytest.mark.parametrize(
    ("keys", "endpoints", "reason"),
    [
        ({}, None, "Tengr needs its Tengr key"),
        (None, {}, "Tengr needs the address of its server"),
    ],
)
async def test_a_job_waits_for_what_only_the_user_has(
    open_tengr: Open,
    service: TengrService,
    photo_url: str,
    keys: dict[str, str] | None,
    endpoints: dict[str, str] | None,
    reason: str,
) -> None:
    async with open_tengr(keys=keys, endpoints=endpoints) as tengr:
        status = await tengr.settled(await tengr.add_url(photo_url))

    assert status.hold is not None
    assert (status.hold.kind, status.hold.reason) == (HoldKind.NEEDS_KEY, reason)
    assert service.requests == []


async def test_the_job_goes_on_when_the_key_is_given(open_tengr: Open, photo_url: str) -> None:
    async with open_tengr(keys={}) as tengr:
        job = await tengr.add_url(photo_url)
        await tengr.settled(job)
        tengr.session.secrets.give("tengr_api_key", KEY)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)


async def test_a_test_of_the_connection_costs_nothing(
    open_tengr: Open, service: TengrService
) -> None:
    async with open_tengr() as tengr:
        assert (await tengr.session.check(ID, tengr.endpoints)).ok
    assert [r.target for r in service.requests] == ["GET /", "GET /v2/artworks?offset=0&limit=1"]
    assert service.orders == []


async def test_the_key_stays_at_its_host(
    open_tengr: Open, web: WebFiles, home: Home, photo: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_tengr() as tengr:
        await tengr.result(await tengr.add_file(photo))

    assert [r for r in web.requests if KEY in str(r.headers)] == []
    files = [path for path in home.journal_file.parent.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
    assert KEY not in caplog.text


# What goes wrong


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


async def test_a_photo_that_cannot_be_fetched_fails_there(open_tengr: Open, web: WebFiles) -> None:
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


async def test_it_is_not_waited_for_without_end(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.walk = ("processing",) * 100
    async with open_tengr() as tengr:
        failed = await failure_of(tengr, photo_url)
    assert failed == ("RemoteJobFailed", "Tengr did not finish within 10 minutes")
    assert 600 <= sum(tengr.clock.pauses_s) < 620


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
        f"Tengr refuses the key ({401 if may_work else 403})",
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


async def test_links_that_stay_bad_end_it(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    service.stale_links = 99
    async with open_tengr() as tengr:
        assert (await failure_of(tengr, photo_url))[0] == "ResultLost"
    assert len(service.matching("GET /files")) == 2


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


# How long it is kept, cancelling, and another life


async def test_row_and_manifest_say_until_when_it_is_kept(open_tengr: Open, photo_url: str) -> None:
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        result = await tengr.result(job)
    kept = "Tengr keeps photo and map until 22 March 2026"
    assert (tengr.status(job).note, result.warnings) == (kept, (kept,))


async def test_what_is_not_kept_any_more_is_lost_and_says_why(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    clock = HurriedClock()
    job = await left_behind(open_tengr, service, photo_url, clock)
    service.expire()
    clock.advance(9 * 24 * 3600)
    service.faults.clear()
    async with open_tengr(clock=clock) as tengr:
        status = await tengr.settled(job)
    assert status.failure is not None
    assert status.failure.type == "ResultLost"
    assert "keeps what it makes for 8 days" in status.failure.hint
    assert len(service.matching(CREATE)) == 1


async def test_what_was_ordered_is_fetched_by_the_next_start(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    clock = HurriedClock()
    job = await left_behind(open_tengr, service, photo_url, clock)
    async with open_tengr(clock=clock) as tengr:
        await tengr.result(job)
    assert len(service.matching(CREATE)) == 1


async def left_behind(
    open_tengr: Open, service: TengrService, photo_url: str, clock: HurriedClock
) -> Job:
    """A job whose program ended while it asked after its artwork."""
    held = service.fault(GET, "stall")
    async with open_tengr(clock=clock) as tengr:
        job = await tengr.add_url(photo_url)
        await asyncio.to_thread(service.wait_for, GET)
    held.released.set()
    return job


async def test_a_file_that_lies_on_the_host_is_not_put_there_twice(
    open_tengr: Open, service: TengrService, web: WebFiles, photo: Path
) -> None:
    service.fault("POST", "answer", answer=refused(429, "slow down", Retry_After="60"))
    async with open_tengr() as tengr:
        job = await tengr.add_file(photo)
        await until(tengr.session.queue, lambda: tengr.status(job).state is JobState.DONE)
    assert len(web.matching("PUT")) == 1
    assert len(service.orders) == 1


async def test_cancelling_stops_the_waiting_and_says_that_it_may_be_billed(
    open_tengr: Open, service: TengrService, photo_url: str
) -> None:
    held = service.fault(GET, "stall")
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        await asyncio.to_thread(service.wait_for, GET)
        await tengr.session.cancel(job.id)
        status = tengr.status(job)
        held.released.set()
    assert (status.state, status.note) == (JobState.CANCELLED, GOES_ON)
    assert {r.method for r in service.requests} == {"POST", "GET"}


async def test_what_the_user_says_of_a_map_holds_over_what_the_provider_says(
    open_tengr: Open, photo_url: str
) -> None:
    async with open_tengr() as tengr:
        job = await tengr.add_url(photo_url)
        before, result = await tengr.depth(job), await tengr.result(job)
        await tengr.session.set_polarity(result.id, Polarity.NEAR_BLACK)
        after = await tengr.depth(job)
        notes = json.loads((result.folder / "annotations.json").read_text())
    assert (before.kind, after.kind) == (DepthKind.RELATIVE_DISPARITY, DepthKind.RELATIVE_DEPTH)
    np.testing.assert_array_equal(before.values, after.values)
    assert notes["polarity"] == "near-black"
