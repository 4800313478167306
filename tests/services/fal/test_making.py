"""Depth Anything V2 at fal, from a photo to a result: what is sent, what comes of it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.artifact import Role
from depthstudio.core.job import JobState, Stage
from depthstudio.core.views import DepthKind
from depthstudio.providers.fal import picture
from tests.services.fal.conftest import OpenFal
from tests.support.fal_jobs import (
    DEPTH,
    ENVIRONMENT,
    FAL,
    STATUS,
    SUBMIT,
    TOKEN,
    UPLOAD,
    on_the_web,
    submits,
)
from tests.support.fal_pictures import depth_of, fetched
from tests.support.fal_service import KEY, FalService
from tests.support.file_service import content_of
from tests.support.heic import heic

pytestmark = pytest.mark.anyio


def fal_headers(fal: FalService) -> dict[str, str]:
    """What the submit said beside the picture."""
    (submit,) = fal.matching(SUBMIT)
    return {name: value for name, value in submit.headers.items() if name.startswith("x-fal-")}


async def test_a_photo_becomes_depth_in_which_near_is_large(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.queue.waiting = 2
    async with open_fal() as service:
        status = await service.run([photo])
        result = await service.result(status)
        views = await service.session.load(result)

    expected = depth_of(content_of(photo))
    assert views.depth is not None
    assert (views.depth.kind, views.depth.lossy) == (DepthKind.RELATIVE_DISPARITY, True)
    assert np.array_equal(views.depth.values[0], expected.astype(np.float32) / np.float32(255))
    assert views.depth.values[0, 20, 60] > views.depth.values[0, 20, 5]  # bright is near
    assert views.photos is not None
    with Image.open(photo) as image:
        assert np.array_equal(views.photos.load(0), np.asarray(image))
    assert [artifact.path.name for artifact in result.artifacts] == ["depth.png", "photo.png"]
    assert result.thumbnail is not None
    told = [(r.stage, r.message, r.place) for r in service.reports]
    assert (Stage.WAITING, "", 3) in told
    assert (Stage.RUNNING, "Estimating its depth", None) in told
    assert {"logs": "1"} in [request.query for request in fal.matching(STATUS)]


async def test_a_small_photo_goes_inside_the_request_and_lies_nowhere(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    async with open_fal() as service:
        await service.run([photo])

    (submit,) = fal.matching(SUBMIT)
    assert set(submit.json()) == {"image_url"}
    assert fetched(submit.json()["image_url"]) == content_of(photo)
    assert submit.json()["image_url"].startswith("data:image/png;base64,")
    assert submit.headers["authorization"] == f"Key {KEY}"
    assert fal.matching(TOKEN) == fal.matching(UPLOAD) == []
    assert fal_headers(fal) == {"x-fal-queue-priority": "normal"}


@pytest.mark.parametrize("size_bytes", [1, 2, 3, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
def test_a_picture_of_any_size_is_encoded_to_the_byte(tmp_path: Path, size_bytes: int) -> None:
    from depthstudio.providers.fal.data_uri import PictureInside

    path = tmp_path / "any.png"
    path.write_bytes(np.random.default_rng(size_bytes).bytes(size_bytes))
    body = PictureInside(path, "image/png")
    pieces = list(body.pieces())
    assert all(pieces)
    assert sum(map(len, pieces)) == body.size_bytes
    assert fetched(json.loads(b"".join(pieces))["image_url"]) == content_of(path)


async def test_a_large_photo_goes_through_the_storage(
    fal: FalService, open_fal: OpenFal, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "INSIDE_UP_TO_BYTES", len(content_of(photo)) - 1)
    async with open_fal() as service:
        status = await service.run([photo])
        result = await service.result(status)

    (upload,) = fal.matching(UPLOAD)
    assert upload.body == content_of(photo)
    assert upload.headers["content-type"] == "image/png"
    assert upload.headers["x-fal-file-name"] == "000000.png"
    assert "x-fal-object-lifecycle" not in upload.headers
    assert KEY not in str(upload.headers)
    (submit,) = fal.matching(SUBMIT)
    hosted = result.sources[0].hosted
    assert hosted is not None
    assert submit.json() == {"image_url": hosted.url}
    assert (hosted.host_id, hosted.until) == ("fal-storage", None)
    assert result.sources[0].sent_as == "000000.png"
    assert (Stage.UPLOADING, "to fal storage") in [(r.stage, r.message) for r in service.reports]


async def test_every_parameter_is_on_the_request(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    async with open_fal() as service:
        status = await service.run(
            [photo],
            upload="storage",
            priority="low",
            start_timeout_s=90.5,
            keep_s=7200,
            store_io=False,
        )
        result = await service.result(status)

    wish = {"expiration_duration_seconds": 7200}
    headers = fal_headers(fal)
    assert json.loads(headers.pop("x-fal-object-lifecycle-preference")) == wish
    assert headers == {
        "x-fal-queue-priority": "low",
        "x-fal-request-timeout": "90.5",
        "x-fal-request-start-timeout": "90.5",
        "x-fal-store-io": "0",
    }
    (upload,) = fal.matching(UPLOAD)
    assert json.loads(upload.headers["x-fal-object-lifecycle"]) == wish
    assert json.loads(upload.headers["x-fal-object-lifecycle-preference"]) == wish
    hosted = result.sources[0].hosted
    assert hosted is not None
    assert hosted.until is not None


async def test_how_it_is_sent_makes_no_other_question(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    async with open_fal() as service:
        await service.run([photo])
        again = await service.run([photo], upload="storage", priority="low", keep_s=3600)
    assert again.cached
    assert submits(fal) == 1


@pytest.mark.parametrize("name", ["photo.heic", "deep.png", "turned.jpg", "scan.tif"])
async def test_what_the_service_would_misread_goes_as_a_plain_png(
    fal: FalService, open_fal: OpenFal, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    ramp = np.linspace(10, 250, 56, dtype=np.uint8)[None, :].repeat(28, axis=0)
    if name == "photo.heic":
        path.write_bytes(heic(np.dstack([ramp] * 3)))
    elif name == "deep.png":
        Image.fromarray(ramp.astype(np.uint16) * 257).save(path)
    elif name == "turned.jpg":
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(ramp).save(path, exif=exif, quality=95)
    else:
        Image.fromarray(ramp).save(path)
    async with open_fal() as service:
        status = await service.run([path], upload="storage")
        result = await service.result(status)

    (upload,) = fal.matching(UPLOAD)
    assert upload.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(upload.body)) as image:
        assert image.mode in ("RGB", "RGBA")
        if name == "turned.jpg":
            assert image.size == (28, 56)
        if name == "deep.png":
            assert np.array_equal(np.asarray(image)[..., 0], ramp)
    assert [artifact.role for artifact in result.artifacts] == [Role.DEPTH, Role.PHOTO]


async def test_an_address_is_sent_as_it_is_and_its_photo_stays_where_it_is(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    url = fal.storage.publish(content_of(photo), "image/png", "photo.png")
    async with open_fal() as service:
        status = await service.run([on_the_web(url)])
        result = await service.result(status)
        views = await service.session.load(result)

    (submit,) = fal.matching(SUBMIT)
    assert submit.json() == {"image_url": url}
    assert fal.matching(UPLOAD) == fal.matching(TOKEN) == []
    assert len(fal.matching(r"photo\.png$")) == 1  # fetched by the service alone
    assert (views.photos, result.sources[0].url) == (None, url)
    assert result.thumbnail is not None


@pytest.mark.parametrize("mode", ["RGB", "16"])
async def test_gray_in_another_form_is_depth_as_well(
    fal: FalService, open_fal: OpenFal, photo: Path, mode: str
) -> None:
    fal.queue.mode = mode
    fal.queue.is_sparse = True
    async with open_fal() as service:
        status = await service.run([photo])
        views = await service.session.load(await service.result(status))
    expected = depth_of(content_of(photo)).astype(np.float32) / np.float32(255)
    assert views.depth is not None
    assert np.allclose(views.depth.values[0], expected, atol=1e-6)
    assert status.note == ""


async def test_depth_in_colours_is_a_picture_and_the_row_says_so(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.queue.mode = "colours"
    async with open_fal() as service:
        status = await service.run([photo])
        views = await service.session.load(await service.result(status))
    assert views.depth is None
    assert views.depth_pictures is not None
    assert views.depth_pictures.load(0).shape == (42, 70, 3)
    assert "measures nothing" in status.note


async def test_the_key_goes_to_the_queue_and_the_office_alone(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    async with open_fal() as service:
        await service.run([photo], upload="storage")
    shown_to = {r.headers["host"] for r in fal.requests if KEY in str(r.headers)}
    assert shown_to == {url.removeprefix("http://") for url in (fal.queue_url, fal.rest_url)}
    (depth,) = fal.matching(DEPTH)
    assert "authorization" not in depth.headers


async def test_addresses_of_another_host_are_not_asked(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.queue.url_base = fal.cdn_url  # which notes everybody who shows a credential
    async with open_fal() as service:
        status = await service.run([photo])
    assert status.state is JobState.DONE
    assert len(fal.matching(STATUS)) == 3


def run_cli(home: Path, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "FAL_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "depthstudio", *map(str, words)],
        env={**kept, "DEPTHSTUDIO_HOME": str(home), **environment},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )


def where(fal: FalService) -> list[str]:
    return [word for item in fal.endpoints.items() for word in ("--endpoint", "=".join(item))]


def test_the_command_line_runs_it(fal: FalService, photo: Path, tmp_path: Path) -> None:
    ran = run_cli(
        tmp_path / "home", "run", photo, "--provider", FAL, *where(fal), "--set", "priority=low",
        "--set", "upload=storage", "--set", "keep_s=3600", "--json", **ENVIRONMENT,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert told[-1]["event"] == "done"
    roles = {artifact["role"]: artifact["path"] for artifact in told[-1]["artifacts"]}
    with Image.open(roles["depth"]) as image:
        assert np.array_equal(np.asarray(image), depth_of(content_of(photo)))
    assert fal_headers(fal)["x-fal-queue-priority"] == "low"
    assert KEY not in ran.stdout


def test_the_command_line_waits_for_a_key_that_is_not_there(
    fal: FalService, photo: Path, tmp_path: Path
) -> None:
    ran = run_cli(tmp_path / "home", "run", photo, "--provider", FAL, *where(fal), "--json")
    last: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert (ran.returncode, last["event"], last["final"]) == (1, "held", True)
    assert "needs its fal key" in last["reason"]
    assert fal.requests == []


def test_a_test_of_the_key_costs_nothing(fal: FalService, tmp_path: Path) -> None:
    words = ("providers", "test", FAL, *where(fal), "--json")
    good = run_cli(tmp_path / "home", *words, **ENVIRONMENT)
    assert good.returncode == 0, good.stdout + good.stderr
    assert json.loads(good.stdout)["message"] == "fal takes the key, and its queue answers"
    bad = run_cli(tmp_path / "home", *words, FAL_KEY="wrong:key")
    assert bad.returncode == 1
    assert "refuses the key (401)" in json.loads(bad.stdout)["message"]
    assert submits(fal) == 0
