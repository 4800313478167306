"""Depth of videos from the Oxen service of the tests: what is sent, and what comes back."""

import asyncio
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.job import HoldKind, JobState, Source
from depthstudio.core.params import validated
from depthstudio.core.views import DepthKind
from depthstudio.providers.registry import Registry
from tests.services.oxen.conftest import Open
from tests.support.oxen_depth import disparity_of
from tests.support.oxen_jobs import (
    ENVIRONMENT,
    HOST,
    PROVIDER,
    raw_depth_of,
)
from tests.support.oxen_service import MODEL, OxenService
from tests.support.service_jobs import of_role
from tests.support.videos import write_video

pytestmark = pytest.mark.anyio

MODEL_PARAMETERS = {
    "depth_model": "VDA-Small",
    "resolution": "360p",
    "max_frames": 5,
    "output_fps": 12.5,
    "include_raw_depths": False,
    "colormap": "inferno",
    "side_by_side": True,
}


def photos_in(path: Path) -> np.ndarray:
    with av.open(path) as container:
        return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])


def content_of(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_video_from_the_web_becomes_depth_with_values(
    opened: Open, oxen: OxenService, url: str, clip: Path
) -> None:
    async with opened() as jobs:
        status = await jobs.run_url(url)
        result = await jobs.result(status)
        views = await jobs.session.load(result)

    expected = disparity_of(photos_in(clip))
    assert np.allclose(raw_depth_of(result), expected)
    assert views.depth is not None
    assert (views.depth.kind, views.depth.lossy) == (DepthKind.RELATIVE_DISPARITY, False)
    assert views.depth.values.shape == expected.shape
    assert np.allclose(views.depth.values[3], expected[3])
    (video,) = of_role(result, Role.VIDEO)
    assert photos_in(video.path).shape == (8, 48, 64, 3)
    assert status.note == ""
    assert oxen.accepted == [
        {
            "model": MODEL,
            "video_url": url,
            "depth_model": "VDA-Large",
            "colormap": "grayscale",
            "resolution": "auto",
            "side_by_side": False,
            "include_raw_depths": True,
            "num_generations": 1,
        }
    ]


async def test_the_channel_is_open_before_the_job_is_sent(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        await jobs.run_url(url)

    targets = [request.target for request in oxen.requests]
    assert targets.index("GET /api/events") < targets.index("POST /api/ai/queue")
    rows = [target for target in targets if target.startswith("GET /api/ai/queue/")]
    assert len(rows) == 1  # the event made one look enough


async def test_a_file_goes_through_a_public_repository(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    async with opened() as jobs:
        status = await jobs.run_file(clip)
        result = await jobs.result(status)
        second = write_video(clip.with_name("zwei.mp4"), frames=4)
        await jobs.run_file(second)

    (repository,) = oxen.repositories.by_name.values()
    assert repository.is_public
    sent = [content_of(path) for path in (clip, second)]
    assert list(repository.files.values()) == sent
    assert not any("Weg" in path or "zwei" in path for path in repository.files)
    assert {commit["email"] for commit in repository.commits} == {"depthstudio@example.invalid"}
    (source,) = result.sources
    assert source.hosted is not None
    assert (source.hosted.host_id, source.hosted.url) == (HOST, oxen.fetches[0][0])
    assert np.allclose(raw_depth_of(result), disparity_of(photos_in(clip)))
    assert not any("authorization" in headers for _, headers in oxen.fetches)


async def test_every_parameter_of_the_model_is_sent(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        status = await jobs.run_url(url, target_namespace="me", **MODEL_PARAMETERS)
        result = await jobs.result(status)

    (body,) = oxen.accepted
    assert body == {
        "model": MODEL,
        "video_url": url,
        "num_generations": 1,
        "target_namespace": "me",
        **MODEL_PARAMETERS,
    }
    assert [type(body[name]) for name in ("max_frames", "output_fps")] == [int, float]
    (video,) = of_role(result, Role.VIDEO)
    with av.open(video.path) as container:
        stream = container.streams.video[0]
        assert (stream.frames, float(stream.average_rate or 0)) == (4, 12.5)
        assert (stream.width, stream.height) == (2 * 480, 360)
    assert of_role(result, Role.RAW_DEPTH) == []


async def test_several_generations_are_all_brought_and_numbered(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        status = await jobs.run_url(url, num_generations=3)
        result = await jobs.result(status)
        views = await jobs.session.load(result)

    assert [artifact.path.name for artifact in result.artifacts] == [
        "depth_1.mp4",
        "raw_depth_1.npz",
        "depth_2.mp4",
        "raw_depth_2.npz",
        "depth_3.mp4",
        "raw_depth_3.npz",
    ]
    assert views.depth is not None
    assert (views.depth.values.shape, views.depth.takes) == ((24, 48, 64), 3)


@pytest.mark.parametrize("colours", ["grayscale", "turbo"])
async def test_several_generations_are_shown_one_after_another(
    opened: Open, oxen: OxenService, url: str, colours: str
) -> None:
    oxen.raw_depths = "nowhere"
    async with opened() as jobs:
        status = await jobs.run_url(url, num_generations=2, colormap=colours, side_by_side=True)
        views = await jobs.session.load(await jobs.result(status))

    assert views.photos is not None
    assert views.photos.names[7:9] == ("Frame 8 · 1", "Frame 1 · 2")
    shown = views.depth if colours == "grayscale" else views.depth_pictures
    assert shown is not None
    assert len(shown) == len(views.photos) == 16
    assert (views.depth is not None) == (colours == "grayscale")
    loaded = [np.asarray(views.photos.load(index)) for index in (3, 11)]
    assert np.array_equal(*loaded)


@pytest.mark.parametrize("place", ["raw_depths", "outputs", "result_urls", "nested"])
async def test_raw_depth_is_found_wherever_it_stands(
    opened: Open, oxen: OxenService, url: str, place: str
) -> None:
    oxen.raw_depths, oxen.upstream_keys = place, True
    async with opened() as jobs:
        status = await jobs.run_url(url)
        result = await jobs.result(status)

    assert raw_depth_of(result).shape == (8, 48, 64)
    assert len(of_role(result, Role.VIDEO)) == 1


async def test_without_raw_depth_the_gray_video_is_the_depth_and_the_row_says_so(
    opened: Open, oxen: OxenService, url: str, clip: Path
) -> None:
    oxen.raw_depths = "nowhere"
    async with opened() as jobs:
        status = await jobs.run_url(url)
        result = await jobs.result(status)
        views = await jobs.session.load(result)

    assert (status.state, status.note) == (
        JobState.DONE,
        "Oxen sent no raw depth, only the video",
    )
    assert result.warnings == (status.note,)
    assert views.depth is not None
    assert (views.depth.kind, views.depth.lossy) == (DepthKind.RELATIVE_DISPARITY, True)
    nearness = disparity_of(photos_in(clip))[2]
    assert np.corrcoef(views.depth.values[2].ravel(), nearness.ravel())[0, 1] > 0.99


async def test_side_by_side_depth_is_the_right_half(
    opened: Open, oxen: OxenService, url: str, clip: Path
) -> None:
    async with opened() as jobs:
        status = await jobs.run_url(url, side_by_side=True, include_raw_depths=False)
        views = await jobs.session.load(await jobs.result(status))

    assert views.depth is not None
    assert views.photos is not None
    photos = photos_in(clip)
    assert views.depth.values.shape == (8, 48, 64)
    assert np.abs(views.photos.load(5).astype(int) - photos[5]).mean() < 6
    nearness = disparity_of(photos)[5]
    assert np.corrcoef(views.depth.values[5].ravel(), nearness.ravel())[0, 1] > 0.99


async def test_coloured_depth_is_shown_as_pictures_that_measure_nothing(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        status = await jobs.run_url(url, colormap="turbo", include_raw_depths=False)
        views = await jobs.session.load(await jobs.result(status))

    assert views.depth is None
    assert views.depth_pictures is not None
    assert len(views.depth_pictures) == 8
    assert views.depth_pictures.load(7).shape == (48, 64, 3)


@pytest.mark.parametrize("form", ["url", "b64_json"])
async def test_one_long_request_brings_the_video(
    opened: Open, oxen: OxenService, url: str, form: str
) -> None:
    async with opened() as jobs:
        status = await jobs.run_url(url, call="sync", response_format=form, max_frames=3)
        result = await jobs.result(status)

    (body,) = oxen.accepted
    assert (body["response_format"], "num_generations" in body) == (form, False)
    assert oxen.matching("queue|events") == []
    (video,) = result.artifacts
    assert photos_in(video.path).shape == (3, 48, 64, 3)
    assert status.note == "Oxen sent no raw depth, only the video"


async def test_what_one_long_request_brought_is_no_answer_to_a_job_for_the_queue(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    async with opened() as jobs:
        at_once = await jobs.run_file(clip, call="sync")
        queued = await jobs.run_file(clip)
        again = await jobs.run_file(clip, target_namespace="me")
        result = await jobs.result(queued)

    assert at_once.state is JobState.DONE
    assert len(of_role(result, Role.RAW_DEPTH)) == 1
    assert again.result_id == queued.result_id
    assert len(oxen.accepted) == 2


async def test_a_job_without_a_key_waits_for_it_and_then_runs(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened({}) as jobs:
        job = await jobs.add_url(url)
        held = await jobs.reached(job, JobState.HELD)
        assert held.hold is not None
        assert (held.hold.kind, oxen.requests) == (HoldKind.NEEDS_KEY, [])
        jobs.session.secrets.give("oxen_api_key", ENVIRONMENT["OXEN_API_KEY"])
        status = await jobs.reached(job, JobState.DONE)

    assert status.state is JobState.DONE
    assert len(oxen.accepted) == 1


async def test_a_host_without_its_user_name_holds_the_job(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    async with opened({"OXEN_API_KEY": ENVIRONMENT["OXEN_API_KEY"]}) as jobs:
        status = await jobs.run_file(clip)

    assert status.hold is not None
    assert status.hold.reason == "Oxen repository needs its Oxen user name"


@pytest.mark.parametrize("wraps", [False, True])
@pytest.mark.parametrize("field", ["json_request_schema", "request_schema"])
async def test_the_models_schema_meets_ours_under_both_names(
    opened: Open, oxen: OxenService, field: str, wraps: bool
) -> None:
    oxen.schema_field, oxen.wraps_model = field, wraps
    async with opened() as jobs:
        await jobs.session.services.describe(PROVIDER, jobs.endpoints)
        schema: Any = await jobs.session.services.schema(PROVIDER, jobs.endpoints)
        params: Any = await jobs.session.services.validated(PROVIDER, {}, jobs.endpoints)

    notes = [declared.get("x", {}) for declared in schema["properties"].values()]
    assert not any(note.get("disabled_reason") or note.get("is_new") for note in notes)
    assert "video_url" not in schema["properties"]
    assert schema["properties"]["include_raw_depths"]["default"] is True
    assert params.include_raw_depths


async def test_a_test_of_the_connection_costs_nothing(opened: Open, oxen: OxenService) -> None:
    async with opened() as jobs:
        health = await jobs.session.services.check(PROVIDER, jobs.endpoints)

    assert health.ok
    assert oxen.accepted == []
    assert {request.method for request in oxen.requests} == {"GET"}


async def test_jobs_run_side_by_side_and_share_nothing(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        added = [await jobs.add_url(url, max_frames=count) for count in (1, 2, 3)]
        statuses = await asyncio.gather(*(jobs.settled(job) for job in added))
        results = [await jobs.result(status) for status in statuses]

    assert [len(raw_depth_of(result)) for result in results] == [1, 2, 3]


async def test_what_is_sent_is_forecast() -> None:
    provider = Registry.load().get(PROVIDER)
    film = Source(
        path=Path("a.mp4"), media_type="video/mp4", size_bytes=1, mtime_ns=1, frame_count=240
    )

    def forecast(**values: Any) -> str:
        return provider.forecast([film], validated(provider.params_type, values))

    assert forecast() == "240 frames"
    assert forecast(max_frames=100, num_generations=2) == "100 frames, 2 times"
