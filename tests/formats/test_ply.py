"""PLY in its three encodings, with whatever other programs put into it."""

from pathlib import Path

import numpy as np
import plyfile
import pytest
import trimesh

from depthstudio.core.errors import FormatError
from depthstudio.core.views import PointCloud, TriangleMesh
from depthstudio.formats.ply import read_ply, write_ply
from depthstudio.formats.up_axis import WORLD_FROM_Y_UP

POSITIONS = np.array([[0, 0, 0], [1, 0, 0.5], [0, 1, 0], [1, 1, -2], [2, 2, 2]], np.float32)
ENCODINGS = [(True, "="), (False, "<"), (False, ">")]
ASCII_POINTS = ["format ascii 1.0", "element vertex 2", *(f"property float {a}" for a in "xyz")]


def vertices(**columns: np.ndarray) -> plyfile.PlyElement:
    table = {name: POSITIONS[:, i] for i, name in enumerate("xyz")} | columns
    rows = np.zeros(5, [(name, values.dtype.str) for name, values in table.items()])
    for name, values in table.items():
        rows[name] = values
    return plyfile.PlyElement.describe(rows, "vertex")


def faces(*polygons: list[int], **columns: np.ndarray) -> plyfile.PlyElement:
    rows = np.zeros(len(polygons), [("vertex_indices", "O"), *((n, "f4") for n in columns)])
    for row, polygon in zip(rows, polygons, strict=True):
        row["vertex_indices"] = np.array(polygon, np.int32)
    for name, values in columns.items():
        rows[name] = values
    return plyfile.PlyElement.describe(rows, "face", len_types={"vertex_indices": "u1"})


def saved(path: Path, elements: list, encoding: tuple[bool, str]) -> Path:
    text, order = encoding
    plyfile.PlyData(elements, text=text, byte_order=order).write(str(path))
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_cloud_with_normals_between_keeps_points_and_colours(tmp_path, rng, encoding) -> None:
    colours = rng.integers(0, 256, (5, 4), dtype=np.uint8)
    names = ("red", "green", "blue", "alpha")
    columns = {"nx": rng.random(5), **{name: colours[:, i] for i, name in enumerate(names)}}
    path = saved(tmp_path / "a.ply", [vertices(**columns)], encoding)
    cloud = read_ply(path).clouds[0]
    assert np.array_equal(cloud.positions, POSITIONS)
    assert np.array_equal(cloud.colours, colours)
    assert np.array_equal(cloud.transform, WORLD_FROM_Y_UP)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_triangles_are_read_with_properties_beside_them(tmp_path, encoding) -> None:
    face = faces([0, 1, 2], [1, 3, 2], [0, 2, 4], quality=np.zeros(3))
    mesh = read_ply(saved(tmp_path / "a.ply", [vertices(), face], encoding)).meshes[0]
    assert np.array_equal(mesh.positions, POSITIONS)
    assert mesh.triangles.tolist() == [[0, 1, 2], [1, 3, 2], [0, 2, 4]]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_polygons_of_many_sizes_become_fans(tmp_path, encoding) -> None:
    face = faces([0, 1, 3, 2], [0, 1], [2, 3, 4], [0, 1, 2, 3, 4], [1, 2, 3])
    mesh = read_ply(saved(tmp_path / "a.ply", [vertices(), face], encoding)).meshes[0]
    expected = [[2, 3, 4], [1, 2, 3], [0, 1, 3], [0, 3, 2], [0, 1, 2], [0, 2, 3], [0, 3, 4]]
    assert mesh.triangles.tolist() == expected


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_elements_before_the_points_are_stepped_over(tmp_path, encoding) -> None:
    odd = np.zeros(2, [("list", "O"), ("number", "f8")])
    odd["list"][0], odd["list"][1] = np.array([1.5, 2.5, 3.5]), np.array([4.5])
    camera = plyfile.PlyElement.describe(odd, "camera")
    cloud = read_ply(saved(tmp_path / "a.ply", [camera, vertices()], encoding)).clouds[0]
    assert np.array_equal(cloud.positions, POSITIONS)


@pytest.mark.parametrize("type_name", ["i1", "u1", "i2", "u2", "i4", "u4", "f8"])
def test_coordinates_of_every_type_are_read(tmp_path, type_name: str) -> None:
    whole = np.array([3, 1, 4, 1, 5], type_name)
    path = saved(tmp_path / "a.ply", [vertices(x=whole, y=whole, z=whole)], (False, ">"))
    assert read_ply(path).clouds[0].positions.tolist() == [[v] * 3 for v in [3, 1, 4, 1, 5]]


def test_points_far_from_the_origin_keep_their_precision(tmp_path) -> None:
    east = 500_000 + np.array([0.001, 0.002, 0.003, 0.004, 0.005])
    path = saved(tmp_path / "a.ply", [vertices(x=east)], (False, "<"))
    cloud = read_ply(path).clouds[0]
    corners = np.column_stack([cloud.positions.astype(np.float64), np.ones(5)])
    assert (cloud.transform @ corners.T)[0] == pytest.approx(east, abs=1e-8)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (np.array([0, 0.5, 1, np.nan, 0.2], np.float32), [0, 128, 255, 0, 51]),
        (np.array([0, 127.6, 255, 300, -1], np.float32), [0, 128, 255, 255, 0]),
        (np.array([0, 65535, 32768, 257, 128], np.uint16), [0, 255, 128, 1, 0]),
    ],
)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_colours_of_other_types_are_scaled(tmp_path, column, expected, encoding) -> None:
    path = saved(tmp_path / "a.ply", [vertices(red=column, green=column, blue=column)], encoding)
    colours = read_ply(path).clouds[0].colours
    assert colours is not None
    assert colours[:, 0].tolist() == expected


def test_what_is_written_comes_back_in_the_same_place(tmp_path: Path, rng) -> None:
    transform = np.eye(4)
    transform[:3] = rng.normal(size=(3, 4))
    colours = rng.integers(0, 256, (5, 3), dtype=np.uint8)
    write_ply(tmp_path / "a.ply", clouds=[PointCloud(POSITIONS, colours, transform)])
    cloud = read_ply(tmp_path / "a.ply").clouds[0]
    world = POSITIONS @ transform[:3, :3].T + transform[:3, 3]
    found = cloud.positions @ cloud.transform[:3, :3].T + cloud.transform[:3, 3]
    assert found == pytest.approx(world, abs=1e-5)
    assert np.array_equal(cloud.colours, colours)


def test_trimesh_and_plyfile_read_what_is_written(tmp_path: Path, rng) -> None:
    colours = rng.integers(0, 256, (5, 4), dtype=np.uint8)
    triangles = np.array([[0, 1, 2], [2, 3, 4]])
    mesh = TriangleMesh(POSITIONS, triangles, colours, transform=WORLD_FROM_Y_UP)
    write_ply(tmp_path / "a.ply", meshes=[mesh])
    found = trimesh.load(tmp_path / "a.ply", process=False)
    assert np.array_equal(found.vertices, POSITIONS)
    assert np.array_equal(found.faces, triangles)
    assert np.array_equal(found.visual.vertex_colors, colours)
    second = plyfile.PlyData.read(str(tmp_path / "a.ply"))
    assert np.array_equal(second["vertex"]["z"], POSITIONS[:, 2])


def test_parts_are_joined_and_a_texture_becomes_colours(tmp_path: Path) -> None:
    picture = np.array([[[10, 0, 0], [20, 0, 0]], [[30, 0, 0], [40, 0, 0]]], np.uint8)
    uv = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    mesh = TriangleMesh(POSITIONS[:3], np.array([[0, 1, 2]]), uv=uv, texture=picture)
    plain = TriangleMesh(POSITIONS[2:], np.array([[0, 1, 2]]), base_colour=(0, 0, 1, 1))
    cloud = PointCloud(POSITIONS)
    write_ply(tmp_path / "a.ply", clouds=[cloud], meshes=[mesh, plain])
    joined = read_ply(tmp_path / "a.ply").meshes[0]
    assert joined.triangles.tolist() == [[5, 6, 7], [8, 9, 10]]
    assert joined.colours is not None
    assert joined.colours[:5].tolist() == [[255, 255, 255]] * 5
    assert joined.colours[5:8, 0].tolist() == [10, 20, 30]
    assert joined.colours[8:].tolist() == [[0, 0, 255]] * 3


def test_nothing_to_write_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no points"):
        write_ply(tmp_path / "a.ply")


def test_windows_line_ends_and_comments_are_read(tmp_path: Path) -> None:
    lines = ["ply", "format ascii 1.0", "comment by hand", "obj_info x", *ASCII_POINTS[1:]]
    path = tmp_path / "a.ply"
    path.write_bytes("\r\n".join([*lines, "end_header", "1 2 3", "4 5 6", ""]).encode())
    assert read_ply(path).clouds[0].positions.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("header", "body", "words"),
    [
        (ASCII_POINTS, "1 2 3\n4 5", "are left"),
        (ASCII_POINTS, "1 2 3\n4 five 6", "words where numbers belong"),
        ([*ASCII_POINTS, "property float16 w"], "", "no type “float16"),
        (["element vertex 2"], "", "how it is encoded"),
        (["format ascii 1.0", "element vertex -2"], "", "element vertex -2"),
        (["format ascii 2.0"], "", "format ascii 2.0"),
        (["format ascii 1.0", "element vertex 2", "property float x"], "1 2", "no points"),
        (
            ["format binary_little_endian 1.0", f"element vertex {10**15}", *ASCII_POINTS[2:]],
            "",
            "12000000000000000 bytes",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(write_text_ply, header, body, words) -> None:
    with pytest.raises(FormatError, match=words) as caught:
        read_ply(write_text_ply(header, body))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("face", "words"),
    [
        ("3 0 1 2", "not among its 2"),
        ("3 0 1 -1", "not among its 2"),
        ("3 0 1 nan", "not among its 2"),
        ("-3 0 1 2", "length -3"),
        ("nan 0 1 2", "length nan"),
        ("99 0 1 1", "length 99|after the file does"),
    ],
)
def test_faces_that_lead_nowhere_are_refused(write_text_ply, face: str, words: str) -> None:
    header = [*ASCII_POINTS, "element face 1", "property list uchar int vertex_indices"]
    with pytest.raises(FormatError, match=words):
        read_ply(write_text_ply(header, f"1 2 3\n4 5 6\n{face}\n"))


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(b"ply\nformat ascii 1.0\n" + b"comment x\n" * 100_000)
    with pytest.raises(FormatError, match="has no end"):
        read_ply(path)
