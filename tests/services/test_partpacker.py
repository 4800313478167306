"""PartPacker on real Gradio servers, from the version of its own lock to the newest."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.artifact import Role
from depthstudio.core.job import JobState
from depthstudio.core.params import validated
from depthstudio.providers.builtin.partpacker import LARGEST_SEED, PartPacker, PartPackerParams
from tests.services.conftest import OpenService
from tests.support.gradio_servers import GradioServer
from tests.support.service_jobs import of_role

pytestmark = pytest.mark.anyio

NAMES = (
    "input_image",
    "num_steps",
    "cfg_scale",
    "grid_res",
    "seed",
    "simplify_mesh",
    "target_num_faces",
)
DIFFERENT = {
    "num_steps": 12,
    "cfg_scale": 4.5,
    "grid_res": 256,
    "seed": 77,
    "simplify_mesh": True,
    "target_num_faces": 20_000,
}


def asked(server: GradioServer) -> dict[str, Any]:
    (call,) = server.calls("process_3d")
    return dict(zip(NAMES, call["arguments"], strict=True))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Three things on a bright ground."""
    pixels = np.full((120, 160, 3), 235, np.uint8)
    for number, colour in enumerate(((200, 30, 30), (30, 160, 40), (40, 60, 200))):
        pixels[40:80, 15 + 45 * number : 45 + 45 * number] = colour
    path = tmp_path / "drei Dinge.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def cut_out(tmp_path: Path) -> Path:
    """One thing, with nothing around it."""
    pixels = np.zeros((90, 120, 4), np.uint8)
    pixels[30:60, 40:80] = (200, 120, 30, 255)
    path = tmp_path / "own.png"
    Image.fromarray(pixels).save(path)
    return path


async def test_a_photo_is_cut_out_and_becomes_parts(
    partpacker: GradioServer, open_service: OpenService, photo: Path
) -> None:
    async with open_service("partpacker", partpacker.url) as service:
        status = await service.run([photo])
        result = await service.result(status)
        views = await service.session.load(result)

    assert len(views.meshes) >= 3
    assert [mesh.name for mesh in views.meshes[:2]] == ["Part 1", "Part 2"]
    (kept,) = of_role(result, Role.CUT_OUT)
    with Image.open(kept.path) as image:
        assert (image.size, image.mode) == ((518, 518), "RGBA")
    assert views.photos is not None
    assert len(partpacker.calls("process_image")) == len(partpacker.calls("process_3d")) == 1
    assert [r.picture for r in service.reports if r.picture]


async def test_the_photos_own_cut_out_goes_straight_to_3d(
    partpacker: GradioServer, open_service: OpenService, cut_out: Path
) -> None:
    async with open_service("partpacker", partpacker.url) as service:
        status = await service.run([cut_out])
        result = await service.result(status)

    assert partpacker.calls("process_image") == []
    (upload,) = partpacker.requests(path="/gradio_api/upload")
    (part,) = upload["parts"]
    (kept,) = of_role(result, Role.CUT_OUT)
    assert part["sha256"] == kept.sha256
    with Image.open(io.BytesIO(kept.path.read_bytes())) as image:
        assert (image.size, image.mode) == ((518, 518), "RGBA")


async def test_the_server_makes_the_cut_out_where_the_user_wants_that(
    partpacker_lock: GradioServer, open_service: OpenService, photo: Path, tmp_path: Path
) -> None:
    transparent = tmp_path / "with alpha.png"
    with Image.open(photo) as image:
        rgba = image.convert("RGBA")
        rgba.putpixel((0, 0), (0, 0, 0, 0))
        rgba.save(transparent)
    async with open_service("partpacker", partpacker_lock.url) as service:
        status = await service.run([transparent], own_cut_out=False)

    assert status.state is JobState.DONE
    assert len(partpacker_lock.calls("process_image")) == 1


async def test_every_parameter_reaches_the_function_as_the_kind_of_number_it_wants(
    partpacker: GradioServer, open_service: OpenService, photo: Path
) -> None:
    async with open_service("partpacker", partpacker.url) as service:
        await service.run([photo], **DIFFERENT)

    arguments = asked(partpacker)
    assert {name: arguments[name] for name in DIFFERENT} == DIFFERENT
    assert [type(arguments[name]) for name in ("num_steps", "grid_res", "seed")] == [int] * 3


async def test_the_same_photo_and_seed_are_answered_from_the_library(
    partpacker_lock: GradioServer, open_service: OpenService, photo: Path
) -> None:
    async with open_service("partpacker", partpacker_lock.url) as service:
        await service.run([photo], seed=5)
        partpacker_lock.reset()
        again = await service.run([photo], seed=5)
        assert partpacker_lock.requests() == []
        other = await service.run([photo], seed=6)

    assert (again.cached, other.cached) == (True, False)


def jobs_of(**values: Any) -> list[PartPackerParams]:
    return PartPacker().jobs_of(validated(PartPackerParams, values))


def test_a_sheet_is_a_job_for_each_seed() -> None:
    jobs = jobs_of(seed_mode="sheet", seed=40, sheet_size=3, num_steps=9)
    assert [(job.seed, job.seed_mode, job.num_steps) for job in jobs] == [
        (40, "locked", 9),
        (41, "locked", 9),
        (42, "locked", 9),
    ]
    assert [job.seed for job in jobs_of(seed_mode="sheet", seed=LARGEST_SEED, sheet_size=2)] == [
        LARGEST_SEED,
        0,
    ]


def test_a_random_seed_is_drawn_when_the_job_is_added() -> None:
    drawn = {jobs_of(seed_mode="random")[0].seed for _ in range(20)}
    assert len(drawn) > 15
    assert all(0 <= seed <= LARGEST_SEED for seed in drawn)
    assert jobs_of(seed_mode="locked", seed=8)[0].seed == 8
