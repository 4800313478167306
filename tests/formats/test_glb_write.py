"""What is written reads back the same, here and in trimesh."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from depthstudio.core.errors import FormatError
from depthstudio.core.views import LineSet, PointCloud, TriangleMesh
from depthstudio.formats.glb import read_glb, write_glb
from depthstudio.formats.glb_builder import GlbBuilder
from depthstudio.formats.up_axis import WORLD_FROM_Y_UP


def description(path: Path) -> dict:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length])


def moved(rng: np.random.Generator) -> np.ndarray:
    transform = np.eye(4)
    transform[:3] = rng.normal(size=(3, 4))
    return transform


@pytest.mark.parametrize("channels", [3, 4])
def test_a_cloud_comes_back_number_for_number(tmp_path: Path, rng, channels: int) -> None:
    positions = rng.normal(size=(101, 3)).astype(np.float32)
    colours = rng.integers(0, 256, (101, channels), dtype=np.uint8)
    cloud = PointCloud(positions, colours, moved(rng), "Wolke ☁")
    write_glb(tmp_path / "a.glb", clouds=[cloud])
    back = read_glb(tmp_path / "a.glb").clouds[0]
    assert np.array_equal(back.positions, positions)
    assert np.array_equal(back.colours, colours)
    assert np.array_equal(back.transform, cloud.transform)
    assert back.name == "Wolke ☁"


@pytest.mark.parametrize("channels", [3, 4])
def test_a_textured_mesh_comes_back_number_for_number(tmp_path, rng, channels: int) -> None:
    mesh = TriangleMesh(
        rng.normal(size=(4, 3)).astype(np.float32),
        np.array([[0, 1, 2], [2, 1, 3]], np.int32),
        uv=rng.random((4, 2)).astype(np.float32),
        texture=rng.integers(0, 256, (5, 7, channels), dtype=np.uint8),
        base_colour=(0.5, 0.25, 1, 1),
        transform=moved(rng),
        name="relief",
    )
    write_glb(tmp_path / "a.glb", meshes=[mesh])
    back = read_glb(tmp_path / "a.glb").meshes[0]
    for field in ("positions", "triangles", "uv", "texture", "transform"):
        assert np.array_equal(getattr(back, field), getattr(mesh, field)), field
    assert (back.base_colour, back.name) == (mesh.base_colour, mesh.name)


def test_lines_come_back_number_for_number(tmp_path: Path, rng) -> None:
    lines = LineSet(
        rng.random((3, 3), np.float32),
        np.array([[0, 1], [1, 2]]),
        rng.integers(0, 256, (3, 4), dtype=np.uint8),
        moved(rng),
        "camera 1",
    )
    write_glb(tmp_path / "a.glb", lines=[lines])
    back = read_glb(tmp_path / "a.glb").lines[0]
    for field in ("positions", "segments", "colours", "transform"):
        assert np.array_equal(getattr(back, field), getattr(lines, field)), field


def test_trimesh_reads_the_same_and_the_right_way_up(tmp_path: Path, rng) -> None:
    positions = rng.random((9, 3), np.float32)
    colours = rng.integers(0, 256, (9, 3), dtype=np.uint8)
    transform = moved(rng)
    write_glb(tmp_path / "a.glb", clouds=[PointCloud(positions, colours, transform, "cloud")])
    scene = trimesh.load_scene(tmp_path / "a.glb")
    (name,) = scene.graph.nodes_geometry
    matrix, geometry = scene.graph[name]
    assert np.array_equal(scene.geometry[geometry].vertices, positions)
    assert np.array_equal(scene.geometry[geometry].colors[:, :3], colours)
    assert np.allclose(matrix, WORLD_FROM_Y_UP @ transform)


def test_trimesh_reads_the_same_textured_surface(tmp_path: Path, rng) -> None:
    picture = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    uv = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    mesh = TriangleMesh(
        rng.random((3, 3), np.float32), np.array([[0, 1, 2]]), uv=uv, texture=picture
    )
    write_glb(tmp_path / "a.glb", meshes=[mesh])
    (found,) = trimesh.load_scene(tmp_path / "a.glb").geometry.values()
    assert np.array_equal(found.faces, mesh.triangles)
    assert np.allclose(found.visual.uv, uv * [1, -1] + [0, 1])  # trimesh counts from below
    assert np.array_equal(np.asarray(found.visual.material.baseColorTexture), picture)


def test_a_texture_that_parts_share_is_stored_once(tmp_path: Path, rng) -> None:
    mesh = TriangleMesh(
        rng.random((3, 3), np.float32),
        np.array([[0, 1, 2]]),
        uv=rng.random((3, 2), np.float32),
        texture=rng.integers(0, 256, (4, 4, 3), dtype=np.uint8),
    )
    write_glb(tmp_path / "a.glb", meshes=[mesh, mesh], texture_format="jpeg")
    (image,) = description(tmp_path / "a.glb")["images"]
    assert image["mimeType"] == "image/jpeg"


def test_the_description_is_clean(tmp_path: Path, rng) -> None:
    cloud = PointCloud(rng.random((3, 3), np.float32), np.zeros((3, 3), np.uint8))
    write_glb(tmp_path / "a.glb", clouds=[cloud])
    found = description(tmp_path / "a.glb")
    position, colour = found["accessors"]
    assert found["asset"] == {"version": "2.0", "generator": "DepthStudio"}
    assert np.allclose(position["min"], cloud.positions.min(axis=0))
    assert np.allclose(position["max"], cloud.positions.max(axis=0))
    assert colour["normalized"] is True
    assert found["bufferViews"][colour["bufferView"]]["byteStride"] == 4
    assert found["extensionsUsed"] == ["KHR_materials_unlit"]
    assert "extensionsRequired" not in found
    assert (tmp_path / "a.glb").stat().st_size % 4 == 0
    assert all(view["byteOffset"] % 4 == 0 for view in found["bufferViews"])


def test_points_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    positions = np.array([[0, 0, 0], [np.nan, 0, 0], [1, 1, 1], [0, np.inf, 0]], np.float32)
    colours = np.arange(12, dtype=np.uint8).reshape(4, 3)
    triangles = np.array([[0, 2, 0], [0, 1, 2]])
    mesh = TriangleMesh(positions, triangles)
    write_glb(tmp_path / "a.glb", clouds=[PointCloud(positions, colours)], meshes=[mesh])
    views = read_glb(tmp_path / "a.glb")
    assert np.array_equal(views.clouds[0].positions, positions[[0, 2]])
    assert np.array_equal(views.clouds[0].colours, colours[[0, 2]])
    assert views.meshes[0].triangles.tolist() == [[0, 2, 0]]
    assert np.isfinite(views.meshes[0].positions).all()


def test_nothing_to_write_is_an_error_and_leaves_no_file(tmp_path: Path) -> None:
    empty = PointCloud(np.zeros((0, 3), np.float32))
    with pytest.raises(FormatError, match="no points, lines or surfaces"):
        write_glb(tmp_path / "a.glb", clouds=[empty])
    assert not list(tmp_path.iterdir())


def test_an_index_without_a_point_is_our_own_mistake(tmp_path: Path) -> None:
    mesh = TriangleMesh(np.zeros((3, 3), np.float32), np.array([[0, 1, 3]]))
    with pytest.raises(ValueError, match="0 to 2"):
        write_glb(tmp_path / "a.glb", meshes=[mesh])


def test_more_than_a_glb_can_hold_is_refused_before_writing(tmp_path: Path) -> None:
    builder = GlbBuilder()
    builder.add("nodes", {})
    builder._size_bytes = 1 << 32  # as if so much had been added
    with pytest.raises(FormatError, match="GLB can hold 4"):
        builder.write(tmp_path / "a.glb")
    assert not list(tmp_path.iterdir())
