"""Tengr's depth maps, from a photo or its address to a sealed result."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import HostNeeded, ParamError
from depthstudio.core.views import DepthKind
from tests.services.tengr.conftest import Open
from tests.support.hurried_clock import START
from tests.support.shelf_host import HOST_ID, HOST_KEY, QUERY, Shelf
from tests.support.tengr_jobs import near_side, pixels, png
from tests.support.tengr_maps import V2_MODELS, V3_MODELS, depth_map
from tests.support.tengr_service import CREATE, KEY, TengrService

pytestmark = pytest.mark.anyio


async def test_an_address_becomes_a_map_of_the_photo_behind_it(
    open_tengr: Open, service: TengrService, web: Shelf, photo_url: str
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
    open_tengr: Open, service: TengrService, web: Shelf, photo: Path
) -> None:
    async with open_tengr(lasts=timedelta(hours=1)) as tengr:
        result = await tengr.result(await tengr.add_file(photo))

    (put, got) = web.requests
    (asked,) = service.orders
    assert put.body == png()
    address = f"{web.url}{put.path}"
    assert asked["imageUrl"] == f"{address}?{QUERY}" == f"{web.url}{got.path}?{QUERY}"
    assert photo.stem not in put.path
    hosted = result.sources[0].hosted
    assert hosted is not None
    assert (hosted.host_id, hosted.url) == (HOST_ID, address)
    assert hosted.until == START + timedelta(hours=1)
    assert (put.headers["authorization"], "authorization" in got.headers) == (
        f"Bearer {HOST_KEY}",
        False,
    )


async def test_a_turned_or_deep_photo_is_sent_as_everybody_reads_it(
    open_tengr: Open, web: Shelf, tmp_path: Path
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
