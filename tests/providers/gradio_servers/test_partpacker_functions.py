"""The PartPacker server does what the Space does, seen on the wire."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.providers.gradio_servers.pictures import (
    accessor,
    format_of,
    gltf_of,
    one_thing,
    pixels_of,
    primitives,
    two_things,
    written,
)
from tests.providers.gradio_servers.raw import Raw, file_data
from tests.support.gradio_servers import ZEROGPU, GradioServer

SETTINGS = (50, 7.0, 384, 0, False, 100000)


@pytest.fixture
def raw(partpacker: GradioServer) -> Iterator[Raw]:
    session = Raw(partpacker.url)
    yield session
    session.close()


def cut_out(raw: Raw, data: bytes) -> Any:
    (path,) = raw.upload(thing_png=data)
    done = raw.run("process_image", file_data(path))
    assert done["success"], done
    return done["output"]["data"][0]


def parts(raw: Raw, given: Any, *settings: Any) -> bytes:
    done = raw.run("process_3d", given, *settings)
    assert done["success"], done
    return raw.download(done["output"]["data"][0])


def triangles(glb: bytes) -> int:
    return sum(len(accessor(glb, each["indices"])) for each in primitives(glb, mode=4)) // 3


def test_no_function_has_state_and_numbers_are_looked_up(raw: Raw) -> None:
    assert raw.config["max_file_size"] is None
    assert raw.fn_index("process_3d") == 3  # behind the examples' own function
    info = raw.http.get("/gradio_api/info").json()["named_endpoints"]
    assert [len(info[name]["parameters"]) for name in sorted(info)] == [2, 7, 1]


def test_the_cut_out_is_transparent_and_518_wide(partpacker: GradioServer, raw: Raw) -> None:
    cut = cut_out(raw, two_things())
    data = raw.download(cut)
    assert (format_of(data), pixels_of(data).shape) == ("WEBP", (518, 518, 4))
    assert pixels_of(data)[0, 0, 3] == 0
    assert pixels_of(data)[..., 3].max() == 255
    assert len(partpacker.calls("process_image")) == 1


def test_the_alpha_of_an_upload_is_dropped(raw: Raw) -> None:
    """Transparent becomes black, so on nothing the same picture is cut out of black."""
    on_nothing = pixels_of(raw.download(cut_out(raw, two_things("RGBA"))))
    on_white = pixels_of(raw.download(cut_out(raw, two_things())))
    difference = np.abs(on_nothing[..., 3].astype(int) - on_white[..., 3]).mean()
    assert difference < 10


def test_parts_have_one_colour_each_and_their_number_follows_the_mask(raw: Raw) -> None:
    glb = parts(raw, cut_out(raw, two_things()), *SETTINGS)
    surfaces = primitives(glb, mode=4)
    assert len(surfaces) == 6
    for surface in surfaces:
        assert set(surface["attributes"]) == {"POSITION", "COLOR_0"}
        colours = accessor(glb, surface["attributes"]["COLOR_0"])
        assert (colours.dtype, len(np.unique(colours, axis=0))) == (np.uint8, 1)
        assert np.abs(accessor(glb, surface["attributes"]["POSITION"])).max() <= 1
    assert not {"textures", "images", "materials"} & gltf_of(glb).keys()
    assert len(primitives(parts(raw, cut_out(raw, one_thing()), *SETTINGS), mode=4)) == 3


def test_a_cut_out_of_ones_own_is_taken_as_it_is(partpacker: GradioServer, raw: Raw) -> None:
    (path,) = raw.upload(mine_png=two_things("RGBA"))
    assert len(primitives(parts(raw, file_data(path), *SETTINGS), mode=4)) == 6
    assert partpacker.calls("process_image") == []
    (call,) = partpacker.calls("process_3d")
    assert call["arguments"][0]["shape"] == [200, 300, 4]


def test_simplifying_leaves_fewer_faces_and_a_finer_grid_more(raw: Raw) -> None:
    cut = cut_out(raw, two_things())
    coarse, fine = (parts(raw, cut, 5, 7.0, grid, 0, False, 100000) for grid in (256, 512))
    assert triangles(coarse) < triangles(fine)
    simple = parts(raw, cut, 5, 7.0, 512, 0, True, 10000)
    assert triangles(simple) < 2 * 10000 + 2000 < triangles(fine)


def test_seed_and_strength_matter(raw: Raw) -> None:
    cut = cut_out(raw, one_thing())
    made = [parts(raw, cut, 5, scale, 256, seed, False, 100000) for scale, seed in
            ((7.0, 0), (7.0, 0), (7.0, 1), (2.0, 0))]  # fmt: skip
    assert made[0] == made[1]
    assert len({*made}) == 3


@pytest.mark.parametrize("wrong", [(50.0, 7.0, 384, 0), (50, 7.0, 384.0, 0), (50, 7.0, 384, 0.0)])
def test_numbers_that_are_not_whole_fail_without_a_word(raw: Raw, wrong: tuple[Any, ...]) -> None:
    done = raw.run("process_3d", cut_out(raw, one_thing()), *wrong, False, 100000)
    assert (done["success"], done["output"]) == (False, {"error": None})


def test_ranges_are_checked_by_newer_versions_only(partpacker: GradioServer, raw: Raw) -> None:
    done = raw.run("process_3d", cut_out(raw, one_thing()), 5, 7.0, 600, 0, False, 100000)
    if partpacker.version == "5.25.2":
        assert done["success"]
    else:
        assert done["output"]["error"] == "Value 600 is greater than maximum value 512."


def test_a_picture_of_nothing_and_no_picture_fail_without_a_word(raw: Raw) -> None:
    assert raw.run("process_image", None)["output"] == {"error": None}
    blank = Image.new("RGBA", (518, 518))
    (path,) = raw.upload(blank_png=written(blank, "PNG"))
    assert raw.run("process_3d", file_data(path), *SETTINGS)["output"] == {"error": None}


def test_refusals_are_told_though_other_errors_are_not(partpacker: GradioServer, raw: Raw) -> None:
    (path,) = raw.upload(a_png=one_thing())
    partpacker.refuse("process_image", ZEROGPU["quota"])
    partpacker.fault("process_image", "exception", text="secret", skip=1)
    refused = raw.run("process_image", file_data(path))
    assert (refused["title"], refused["output"]["title"]) == ("ZeroGPU quota exceeded",) * 2
    assert refused["output"]["error"].endswith("Try again in 23:10:05")
    assert raw.run("process_image", file_data(path))["output"] == {"error": None}


def test_the_queue_holds_one(partpacker: GradioServer, raw: Raw) -> None:
    (path,) = raw.upload(a_png=one_thing())
    partpacker.hold("process_image")
    assert raw.join("process_image", file_data(path)).status_code == 200
    partpacker.wait_called("process_image", state="held")
    assert raw.join("process_image", file_data(path)).status_code == 200
    full = raw.join("process_image", file_data(path))
    assert full.status_code == 503
    assert full.json()["detail"] == "Queue is full. Max size is 1 and size is 1."
