"""Depth Anything 3 on real Gradio servers of two versions and both profiles."""

import asyncio
import hashlib
import json
import struct
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from PIL import Image

from depthstudio.core.artifact import Role
from depthstudio.core.job import JobState, Stage
from depthstudio.providers.builtin.depth_anything_3 import DepthAnythingParams
from tests.services.conftest import MakePhotos, OpenService
from tests.support.gradio_servers import GradioServer
from tests.support.service_jobs import of_role
from tests.support.videos import write_video
from tests.support.watch import until

pytestmark = pytest.mark.anyio

WORK = ("handle_uploads", "gradio_demo")
FIRST = ("target_dir", "show_cam", "filter_black_bg", "filter_white_bg", "process_res_method")
SLOTS = {
    "seed": ("selected_first_frame", "save_percentage", "num_max_points", "infer_gs"),
    "head": ("save_percentage", "num_max_points", "infer_gs", "ref_view_strategy"),
}
DIFFERENT = {
    "process_res_method": "high_res",
    "save_percentage": 35.0,
    "num_max_points": 2000.0,
    "show_cam": False,
    "filter_black_bg": True,
    "filter_white_bg": True,
    "infer_gs": True,
    "gs_trj_mode": "extend",
    "gs_video_quality": "high",
}


def asked(server: GradioServer) -> dict[str, Any]:
    """What the only run got, by the names of the app's own function."""
    (call,) = server.calls("gradio_demo")
    names = (*FIRST, *SLOTS[server.profile], "gs_trj_mode", "gs_video_quality")
    return dict(zip(names, call["arguments"], strict=True))


def fetched(url: str) -> bytes:
    with urlopen(url) as answer:
        return answer.read()


def point_count(glb: Path) -> int:
    """Points of the largest primitive, read without the program's own reader."""
    data = glb.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + length])
    positions = [
        document["accessors"][primitive["attributes"]["POSITION"]]["count"]
        for mesh in document["meshes"]
        for primitive in mesh["primitives"]
        if primitive.get("mode", 4) == 0
    ]
    return sum(positions)


async def test_photos_become_a_scene_with_the_pictures_of_every_view(
    da3: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with open_service("depth-anything-3", da3.url) as service:
        status = await service.run(photos(3))
        result = await service.result(status)
        views = await service.session.load(result)

    (scene,) = of_role(result, Role.SCENE)
    (there,) = [r["target"] for r in da3.requests(method="GET") if r["target"].endswith(".glb")]
    at_server = await asyncio.to_thread(fetched, da3.direct_url + there)
    assert hashlib.sha256(at_server).hexdigest() == scene.sha256
    assert sum(len(cloud) for cloud in views.clouds) == point_count(scene.path) > 1000
    assert len(views.lines) == 3  # a camera for each photo
    assert views.photos is not None
    assert views.depth_pictures is not None
    assert (len(views.photos), len(views.depth_pictures)) == (3, 3)
    assert len({views.photos.load(n).tobytes() for n in range(3)}) == 3
    assert result.warnings == ()
    assert [s.sent_as for s in result.sources] == ["000000.jpg", "000001.jpg", "000002.jpg"]
    assert [r.stage for r in service.reports][-1] is Stage.DOWNLOADING


async def test_the_same_again_sends_nothing(
    da3: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with open_service("depth-anything-3", da3.url) as service:
        await service.run(photos(2))
        da3.reset()
        status = await service.run(photos(2))

    assert (status.state, status.cached) == (JobState.DONE, True)
    assert da3.requests() == []


async def test_every_parameter_reaches_the_function_it_is_for(
    da3: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    values = DIFFERENT | {"ref_view_strategy": "middle"}
    async with open_service("depth-anything-3", da3.url) as service:
        status = await service.run(photos(2), **values, s_time_interval=2.0)
        result = await service.result(status)

    known = values if da3.profile == "head" else DIFFERENT
    arguments = asked(da3)
    assert {name: arguments[name] for name in known} == known
    assert ("ref_view_strategy" in arguments) == (da3.profile == "head")
    (upload,) = da3.calls("handle_uploads")
    assert upload["arguments"][2] == 2.0
    assert arguments["target_dir"]
    assert len(of_role(result, Role.VIDEO)) == 1
    (scene,) = of_role(result, Role.SCENE)
    assert scene.size_bytes > 0


async def test_the_first_profile_decides_nothing_for_the_second(
    da3: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    """Defaults too are those of the declaration, whatever is hidden in between."""
    async with open_service("depth-anything-3", da3.url) as service:
        await service.run(photos(1))

    arguments = asked(da3)
    expected = {
        "process_res_method": "low_res",
        "save_percentage": 10,
        "num_max_points": 1000,
        "show_cam": True,
        "infer_gs": False,
        "gs_trj_mode": "smooth",
        "gs_video_quality": "low",
    }
    assert {name: arguments[name] for name in expected} == expected


async def test_a_job_without_the_pictures_of_its_views_does_not_ask_for_them(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with open_service("depth-anything-3", da3_seed.url) as service:
        status = await service.run(photos(2), view_pictures=False)
        result = await service.result(status)

    assert [artifact.role for artifact in result.artifacts] == [Role.SCENE]
    assert len(da3_seed.requests(path="/gradio_api/queue/join")) == len(WORK)


async def test_pictures_that_do_not_come_are_a_word_on_the_result_and_no_failure(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    da3_seed.fault("lambda_4", "error", title="Error", text="No such view")
    async with open_service("depth-anything-3", da3_seed.url) as service:
        status = await service.run(photos(3))
        result = await service.result(status)

    assert len(of_role(result, Role.PHOTO)) == len(of_role(result, Role.DEPTH)) == 1
    (warning,) = result.warnings
    assert warning.startswith("The pictures of 2 of 3 views did not come")


async def test_a_place_in_line_is_told(
    da3: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with (
        open_service("depth-anything-3", da3.url, user="somebody else") as other,
        open_service("depth-anything-3", da3.url) as service,
    ):
        da3.hold("gradio_demo")
        first = await other.add(photos(1))
        await da3.until_called("gradio_demo", state="held")
        second = await service.add(photos(2))
        await until(service.session.queue, lambda: any(r.place for r in service.reports))
        da3.release()
        await other.settled(first)
        await service.settled(second)

    in_line = [report for report in service.reports if report.place is not None]
    assert in_line[0].stage is Stage.WAITING
    assert in_line[0].place == 1


async def test_a_video_is_sampled_as_was_promised_before_the_run(
    da3: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "Spaziergang è.mp4", frames=12)
    async with open_service("depth-anything-3", da3.url) as service:
        (source,) = (await service.session.take_in([video])).sources
        provider = service.session.registry.get("depth-anything-3")
        promised = provider.forecast([source], DepthAnythingParams(s_time_interval=8.0))
        status = await service.run([video], s_time_interval=8.0)
        result = await service.result(status)
        again = await service.run([video], s_time_interval=8.0)

    assert promised == "4 frames at 8 fps"
    assert len(of_role(result, Role.PHOTO)) == len(of_role(result, Role.DEPTH)) == 4
    assert [s.sent_as for s in result.sources] == ["000000.mp4"]
    (upload,) = da3.requests(path="/gradio_api/upload")
    assert [part["filename"] for part in upload["parts"]] == ["000000.mp4"]
    assert again.cached


async def test_photos_that_the_app_would_drop_or_turn_are_sent_as_upright_png(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    plain, webp, turned = (tmp_path / name for name in ("a.jpg", "b.webp", "c.jpg"))
    picture = Image.new("RGB", (64, 48), (200, 90, 40))
    picture.save(plain)
    picture.save(webp)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(turned, exif=exif)
    async with open_service("depth-anything-3", da3_seed.url) as service:
        status = await service.run([plain, webp, turned])
        result = await service.result(status)

    assert [s.sent_as for s in result.sources] == ["000000.jpg", "000001.png", "000002.png"]
    assert [s.name for s in result.sources] == ["a.jpg", "b.webp", "c.jpg"]
    assert len(of_role(result, Role.PHOTO)) == 3


async def test_a_video_beside_photos_is_refused_before_anything_is_sent(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "walk.mp4", frames=4)
    async with open_service("depth-anything-3", da3_seed.url) as service:
        status = await service.run([*photos(1), video])

    assert status.failure is not None
    assert "one video, or photos" in status.failure.message
    assert da3_seed.requests() == []
