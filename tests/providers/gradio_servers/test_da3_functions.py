"""The Depth Anything 3 server does what the Space does, seen on the wire."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.providers.gradio_servers.demo_inputs import demo_inputs
from tests.providers.gradio_servers.pictures import (
    accessor,
    format_of,
    gltf_of,
    picture,
    pixels_of,
    points_of,
    primitives,
)
from tests.providers.gradio_servers.raw import Raw, file_data, video_data
from tests.support.gradio_servers import GradioServer

Demo = Callable[..., list[Any]]


@pytest.fixture
def demo(da3: GradioServer, raw: Raw) -> Demo:
    """Runs gradio_demo on a target_dir; gives its ten values."""

    def run(target_dir: str, **changes: object) -> list[Any]:
        done = raw.run("gradio_demo", *demo_inputs(da3, target_dir, **changes))
        assert done["success"], done
        return done["output"]["data"]

    return run


def test_ids_are_not_positions_and_state_has_a_slot(da3: GradioServer, raw: Raw) -> None:
    dependencies = {each["api_name"]: each for each in raw.config["dependencies"]}
    kinds = {each["id"]: each["type"] for each in raw.config["components"]}
    assert (dependencies["js_fn"]["id"], dependencies["js_fn"]["backend_fn"]) == (1, False)
    inputs = [kinds[i] for i in dependencies["gradio_demo"]["inputs"]]
    assert len(inputs) == 11
    assert inputs[5] == ("state" if da3.profile == "seed" else "slider")
    assert inputs.index("dropdown", 8) == (9 if da3.profile == "seed" else 8)
    info = raw.http.get("/gradio_api/info").json()["named_endpoints"]
    assert "/js_fn" not in info
    assert len(info) == (28 if da3.profile == "seed" else 26)
    assert raw.config["space_id"] is None
    assert raw.config["version"] == da3.version
    assert raw.config["protocol"].startswith("sse_v3")


def test_a_reconstruction_gives_ten_values(demo: Demo, raw: Raw) -> None:
    data = demo(raw.upload_pictures(60, 120))
    assert len(data) == 10
    assert data[1] == "Reconstruction Success (2 frames). Waiting for visualization."
    assert data[2] is None
    assert [format_of(raw.download(each)) for each in data[3:5]] == ["WEBP", "WEBP"]
    assert data[6]["choices"] == [["View 1", "View 1"], ["View 2", "View 2"]]
    assert data[6]["__type__"] == "update"
    assert data[7] is None
    assert (data[8]["visible"], data[9]["visible"]) == (False, True)


def test_the_scene_has_points_cameras_and_its_alignment(demo: Demo, raw: Raw) -> None:
    target = raw.upload_pictures(60, 120)
    glb = raw.download(demo(target)[0])
    (cloud,) = primitives(glb, mode=0)
    colours = accessor(glb, cloud["attributes"]["COLOR_0"])
    assert (colours.dtype, colours.shape[1], set(colours[:, 3])) == (np.uint8, 4, {255})
    assert np.abs(np.median(points_of(glb), axis=0)).max() < 0.05
    for camera in primitives(glb, mode=1):
        ends = accessor(glb, camera["attributes"]["POSITION"])
        counts = sorted(np.unique(ends, axis=0, return_counts=True)[1])
        assert counts == [3, 3, 3, 3, 4]  # the centre has four lines, every corner three
        assert len(np.unique(accessor(glb, camera["attributes"]["COLOR_0"]), axis=0)) == 1
    alignment = np.array(gltf_of(glb)["scenes"][0]["extras"]["hf_alignment"])
    assert alignment.shape == (4, 4)
    assert np.linalg.det(alignment[:3, :3]) == pytest.approx(1)
    without = raw.download(demo(target, show_cam=False)[0])
    assert (len(primitives(without, mode=0)), len(primitives(without, mode=1))) == (1, 0)


def test_colours_and_depth_are_those_of_the_uploaded_pictures(demo: Demo, raw: Raw) -> None:
    data = demo(raw.upload_pictures(60, 200))
    rgb, depth = (pixels_of(raw.download(each)) for each in data[3:5])
    assert rgb.shape == depth.shape == (98, 126, 3)
    assert rgb.mean() == pytest.approx(60, abs=3)
    assert depth[49, 120, 0] > depth[49, 120, 2], "bright is near, and near is red"
    assert depth[49, 5, 2] > depth[49, 5, 0]


def test_the_percentile_drops_points_and_never_more_than_nine_tenths(demo: Demo, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    counts = [len(points_of(raw.download(demo(target, percentile=p)[0]))) for p in (0, 50, 100)]
    assert counts == [
        126 * 98,
        pytest.approx(126 * 98 / 2, rel=0.01),
        pytest.approx(1235, rel=0.01),
    ]


def test_points_are_capped_and_sides_are_504(da3: GradioServer, demo: Demo, raw: Raw) -> None:
    da3.configure(side_px=504)
    target = raw.upload_pictures(*range(50, 120, 10))
    data = demo(target, percentile=0)
    assert pixels_of(raw.download(data[3])).shape == (378, 504, 3)
    assert len(points_of(raw.download(data[0]))) == 1_000_000
    data = demo(raw.upload_pictures(60), method="high_res")
    assert pixels_of(raw.download(data[3])).shape == (504, 672, 3)


def test_names_are_sorted_equal_ones_overwrite_and_webp_is_ignored(demo: Demo, raw: Raw) -> None:
    given = []
    for name, grey in (("b.png", 60), ("a.png", 120), ("b.png", 200)):
        (path,) = raw.upload_named({name: picture(grey)})
        given.append(file_data(path))
    given.append(file_data(raw.upload_named({"c.webp": picture(format="WEBP")})[0]))
    uploaded = raw.run("handle_uploads", None, given, 10)["output"]["data"]
    assert [Path(each["image"]["path"]).name for each in uploaded[2]] == [
        "a.png", "b.png", "b.png", "c.webp"
    ]  # fmt: skip
    data = demo(uploaded[1])
    assert data[1] == "Reconstruction Success (3 frames). Waiting for visualization."
    assert len(data[6]["choices"]) == 2
    assert pixels_of(raw.download(data[3])).mean() == pytest.approx(120, abs=3)


def test_only_pictures_that_cannot_be_read_are_no_pictures(da3: GradioServer, raw: Raw) -> None:
    given = [file_data(raw.upload_named({"c.webp": picture(format="WEBP")})[0])]
    target = raw.run("handle_uploads", None, given, 10)["output"]["data"][1]
    done = raw.run("gradio_demo", *demo_inputs(da3, target))
    assert not done["success"]
    assert done["output"]["error"] == "No images found. Check your upload."
    assert da3.calls("gradio_demo", state="failed")[0]["error"].startswith("ValueError")


def test_uploading_nothing_succeeds_without_a_target(raw: Raw) -> None:
    done = raw.run("handle_uploads", None, None, 10)
    assert done["success"]
    assert done["output"]["data"][:2] == [None, None]


def test_an_unknown_target_succeeds_with_nothing(demo: Demo) -> None:
    data = demo("workspace/gradio/input_images/session_of_somebody")
    assert data[:2] == [None, "No valid target directory found. Please upload first."]


@pytest.mark.parametrize(("wanted_hz", "kept"), [(10, 12), (24, 24), (1, 1), (60, 24)])
def test_every_kth_frame_of_a_video_is_kept(
    da3: GradioServer, raw: Raw, tmp_path: Path, wanted_hz: float, kept: int
) -> None:
    with av.open(str(tmp_path / "v.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for i in range(24):
            pixels = np.full((48, 64, 3), 10 * i, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels)))
        container.mux(stream.encode())
    (path,) = raw.upload_named({"v.mp4": (tmp_path / "v.mp4").read_bytes()})
    video = video_data(da3.version, path)
    uploaded = raw.run("handle_uploads", video, None, wanted_hz)["output"]["data"]
    assert len(uploaded[2]) == kept
    assert Path(uploaded[2][0]["image"]["path"]).name == "000000.png"


def test_each_version_takes_videos_its_own_way_and_says_so(da3: GradioServer, raw: Raw) -> None:
    old = da3.version.startswith("5")
    info = raw.http.get("/gradio_api/info").json()["named_endpoints"]["/handle_uploads"]
    assert ("video" in info["parameters"][0]["type"]["properties"]) == old
    (path,) = raw.upload_named({"v.mp4": b"no video"})
    bare, wrapped = file_data(path), {"video": file_data(path), "subtitles": None}
    done = raw.run("handle_uploads", bare if old else wrapped, None, 10)
    assert not done["success"]
    refused = "VideoData\nvideo\n  Field required" if old else "FileData\n  Value error"
    assert f"1 validation error for {refused}" in done["output"]["error"]


def test_update_visualization_makes_nothing_anew(demo: Demo, raw: Raw) -> None:
    target = raw.upload_pictures(60, 120)
    before = raw.run("update_visualization", target, False, "False", False, False, "low_res")
    assert before["output"]["data"][1].startswith("No reconstruction available")
    assert before["output"]["data"][0]["__type__"] == "update"
    first = raw.download(demo(target)[0])
    after = raw.run("update_visualization", target, False, "False", False, False, "low_res")
    assert raw.download(after["output"]["data"][0]) == first
    assert after["output"]["data"][1] == "Visualization updated."


def test_the_video_of_another_trajectory_is_the_stale_one(
    da3: GradioServer, demo: Demo, raw: Raw
) -> None:
    def video_of(data: list[Any]) -> Any:
        return data[7]["video"] if da3.version.startswith("5") else data[7]

    target = raw.upload_pictures(60, 120)
    names = []
    for trajectory in ("smooth", "extend"):
        data = demo(target, gs=True, trajectory=trajectory)
        assert raw.download(video_of(data))[4:8] == b"ftyp"
        assert (data[8]["visible"], data[9]["visible"]) == (True, False)
        names.append(video_of(data)["orig_name"])
    assert names == ["0000_interpolate_smooth.mp4"] * 2
    alone = demo(raw.upload_pictures(60), gs=True)
    assert video_of(alone)["orig_name"] == "0000_wander.mp4"


def test_an_example_fills_twelve_values(raw: Raw) -> None:
    data = raw.run("lambda_5")["output"]["data"]
    assert len(data) == 12
    assert data[1] == "workspace/gradio/input_images/example_scene_00"
    assert data[9] == "True"
