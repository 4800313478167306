"""Export and render; what is written is read back with other libraries."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image
from plyfile import PlyData

from depthstudio.cli import pictures
from depthstudio.core.views import DepthKind, DepthStack, Views
from depthstudio.providers.registry import Registry

Cli = Callable[..., Any]
WIDTH_PX, HEIGHT_PX = 48, 36
POINTS = WIDTH_PX * HEIGHT_PX


@pytest.fixture
def result(cli: Cli, make_photo: Callable[..., Path]) -> dict[str, Any]:
    line = ("--provider", "relief", "--set", "resolution=256", "--set", "base=false", "--json")
    (done,) = cli("run", make_photo(), *line).named("done")
    return done


@pytest.fixture
def depth(result: dict[str, Any]) -> np.ndarray:
    """What the result's raw depth holds, read with numpy alone."""
    (path,) = [a["path"] for a in result["artifacts"] if a["role"] == "raw-depth"]
    with np.load(path) as arrays:
        return arrays["depth"]


def test_an_export_says_what_it_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    depth = DepthStack(np.ones((1, 2, 3), np.float32), DepthKind.METRIC)
    monkeypatch.setattr(pictures, "_views", lambda *_: Views(depth=depth, notes=("No. 2 is not",)))
    path = tmp_path / "out.npz"
    asked = argparse.Namespace(to="npz", output=path, json=False)
    assert pictures.export(asked, Registry([])) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == (f"{path}\n", "depthstudio: No. 2 is not\n")


def test_ply_holds_every_point_with_its_colour(
    cli: Cli, result: dict[str, Any], depth: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "out.ply"

    said = cli("export", result["result"], "--to", "ply", "--output", path, "--json")

    assert said.records == [{"written": str(path), "bytes": path.stat().st_size}]
    vertex = PlyData.read(path)["vertex"]
    assert vertex.count == POINTS
    assert vertex["x"].dtype == np.float32
    height = np.ptp(vertex["z"])
    assert height == pytest.approx(np.ptp(depth), rel=1e-5)
    photo = np.asarray(Image.open(tmp_path / "photo.png")).reshape(-1, 3)
    colours = np.stack([vertex[name] for name in ("red", "green", "blue")], axis=1)
    assert np.abs(colours.mean(axis=0) - photo.mean(axis=0)).max() < 3


def test_glb_holds_the_textured_surface(cli: Cli, result: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "out.glb"

    assert cli("export", result["result"], "--to", "glb", "--output", path).status == 0

    (mesh,) = trimesh.load_scene(path).geometry.values()
    assert len(mesh.faces) == 2 * (WIDTH_PX - 1) * (HEIGHT_PX - 1)
    assert len(mesh.vertices) == POINTS
    assert mesh.visual.uv.shape == (POINTS, 2)


def test_npz_holds_the_depth_bit_for_bit(
    cli: Cli, result: dict[str, Any], depth: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "out.npz"

    assert cli("export", result["result"], "--to", "npz", "--output", path).status == 0

    with np.load(path) as arrays:
        assert np.array_equal(arrays["depth"], depth)
        assert str(arrays["kind"]) == "relative-depth"


def test_png16_holds_the_depth_to_half_a_step(
    cli: Cli, result: dict[str, Any], depth: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "out.png"

    assert cli("export", result["result"], "--to", "png16", "--output", path).status == 0

    facts = json.loads((tmp_path / "out.png.json").read_text())
    with Image.open(path) as picture:
        codes = np.asarray(picture).astype(np.float64)
    near, far = facts["near"], facts["far"]
    values = near + (codes - 1) / 65534 * (far - near)
    assert np.abs(values - depth[0]).max() <= abs(far - near) / 65534 / 2 * 1.01


def test_a_file_is_exported_as_a_result_is(
    cli: Cli, result: dict[str, Any], tmp_path: Path
) -> None:
    (scene,) = [a["path"] for a in result["artifacts"] if a["role"] == "scene"]

    said = cli("export", scene, "--to", "ply", "--output", tmp_path / "out.ply")

    assert (said.status, said.out) == (0, f"{tmp_path / 'out.ply'}\n")
    assert PlyData.read(tmp_path / "out.ply")["vertex"].count == POINTS
    no_depth = cli("export", scene, "--to", "npz", "--output", tmp_path / "out.npz")
    assert no_depth.status == 2
    assert "There is no depth in this" in no_depth.err


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (("--output", "nowhere/a.png"), 2, "a.png could not be written: No such file"),
        (("--output", "a.png", "--size", "big"), 2, "big is not a size. Write it as 1280x800"),
        (("--output", "a.png", "--size", "0x9"), 2, "0x9 is not a size"),
        (("--output", "a.png", "--size", "99999x9"), 2, "99999x9 is not a size"),
    ],
)
def test_what_cannot_be_drawn_or_written_says_so(
    cli: Cli, result: dict[str, Any], words: tuple[str, ...], status: int, complaint: str
) -> None:
    (raw_depth,) = [a["path"] for a in result["artifacts"] if a["role"] == "raw-depth"]

    said = cli("render", raw_depth, *words)

    assert said.status == status
    assert complaint in said.err.replace("\n", " ")


def test_a_photo_is_nothing_to_render(
    cli: Cli, make_photo: Callable[..., Path], tmp_path: Path
) -> None:
    said = cli("render", make_photo(), "--output", tmp_path / "out.png")

    assert said.status == 1
    assert "is a picture, not a finished result" in said.err


def test_depth_without_a_scene_is_drawn_in_colours(
    cli: Cli, result: dict[str, Any], tmp_path: Path
) -> None:
    (raw_depth,) = [a["path"] for a in result["artifacts"] if a["role"] == "raw-depth"]

    assert cli("render", raw_depth, "--output", tmp_path / "out.png").status == 0

    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (WIDTH_PX, HEIGHT_PX)
        assert len(picture.convert("RGB").getcolors(POINTS) or ()) > 50


def test_a_picture_of_a_result_shows_it(
    cli: Cli,
    make_photo: Callable[..., Path],
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    """Without a display, in a process of its own: its mean colour is about the photo's."""
    photos = [make_photo("red-photo.png", (200, 40, 40)), make_photo("photo.png", (30, 60, 200))]
    lines = [
        ["render", "RED", "--output", "red.png", "--size", "320x240", "--view", "front"],
        ["render", "BLUE", "--output", "blue.png", "--size", "320x240", "--json"],
        ["render", "BLUE", "--output", "none.png", "--view", "inside-out"],
    ]
    run = cli("run", *photos, "--provider", "relief", "--set", "base=false", "--json")
    red, blue = (run.named("done")[row]["result"] for row in range(2))
    code = (
        "import sys, json; from depthstudio.cli.main import main\n"
        "print([main(line) for line in json.loads(sys.argv[1])])\n"
        "print([m for m in sys.modules if m.startswith(('PySide6', 'qasync', 'pyvistaqt'))])"
    )
    asked = json.dumps(lines).replace("RED", red).replace("BLUE", blue)
    done = subprocess.run(
        [sys.executable, "-c", code, asked],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    *_, statuses, qt_modules = done.stdout.splitlines()
    assert (statuses, qt_modules) == ("[0, 0, 2]", "[]")
    assert "There is no view “inside-out”.\nKnown: perspective" in done.stderr
    for name, channel in (("red.png", 0), ("blue.png", 2)):
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (320, 240)
            pixels = np.asarray(picture.convert("RGB")).astype(int)
        background = pixels[0, 0]
        drawn = pixels[np.abs(pixels - background).sum(axis=2) > 40]
        assert 0.05 < len(drawn) / (320 * 240) < 0.98, name
        mean = drawn.mean(axis=0)
        assert mean[channel] > 1.5 * max(np.delete(mean, channel)), (name, mean)
