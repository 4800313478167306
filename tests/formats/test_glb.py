"""Every layout of GLB that exporters write gives the same points, colours and triangles."""

import io
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from depthstudio.core.views import TriangleMesh
from depthstudio.formats.glb import read_glb
from depthstudio.formats.image import encode_png
from depthstudio.formats.up_axis import WORLD_FROM_Y_UP

POSITIONS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [2, 1, 0]], np.float32)
RGBA = np.array(
    [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [9, 99, 199, 255], [1, 2, 3, 0]],
    np.uint8,
)


def test_packed_points_are_a_view_of_the_file(glb) -> None:
    glb.points(POSITIONS, COLOR_0=glb.accessor(RGBA, normalized=True))
    cloud = read_glb(glb.write()).clouds[0]
    assert np.array_equal(cloud.positions, POSITIONS)
    assert np.array_equal(cloud.colours, RGBA)
    assert not cloud.positions.flags.owndata
    assert not cloud.positions.flags.writeable


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (RGBA[:, :3].copy(), RGBA[:, :3]),
        (RGBA.astype(np.uint16) * 257, RGBA),
        (RGBA[:, :3].astype(np.uint16) * 257, RGBA[:, :3]),
        (RGBA.astype(np.float32) / 255, RGBA),
        (RGBA[:, :3].astype(np.float32) / 255, RGBA[:, :3]),
    ],
    ids=["u8x3", "u16x4", "u16x3", "f32x4", "f32x3"],
)
def test_colours_of_every_type_become_the_same_bytes(glb, stored, expected) -> None:
    glb.points(POSITIONS, COLOR_0=glb.accessor(stored, normalized=True))
    colours = read_glb(glb.write()).clouds[0].colours
    assert colours is not None
    assert np.array_equal(colours, expected)


def test_colours_padded_to_four_bytes_are_read_without_the_padding(glb) -> None:
    view = glb.view(RGBA.tobytes(), byteStride=4)
    glb.points(POSITIONS, COLOR_0=glb.accessor(RGBA[:, :3], view=view, normalized=True))
    colours = read_glb(glb.write()).clouds[0].colours
    assert colours is not None
    assert colours.flags.c_contiguous
    assert np.array_equal(colours, RGBA[:, :3])


def test_float_colours_out_of_range_are_clipped(glb) -> None:
    stored = np.array([[np.nan, -1, 2], [np.inf, -np.inf, 0.5]] + [[0, 0, 0]] * 3, np.float32)
    glb.points(POSITIONS, COLOR_0=glb.accessor(stored))
    colours = read_glb(glb.write()).clouds[0].colours
    assert colours is not None
    assert colours[:2].tolist() == [[0, 0, 255], [255, 0, 128]]


def test_interleaved_points_and_colours_are_separated(glb) -> None:
    rows = np.zeros(5, [("position", "<f4", 3), ("colour", "u1", 4)])
    rows["position"], rows["colour"] = POSITIONS, RGBA
    view = glb.view(rows.tobytes(), byteStride=16)
    colours = glb.accessor(RGBA, view=view, byteOffset=12, normalized=True)
    glb.primitive(0, POSITION=glb.accessor(POSITIONS, view=view), COLOR_0=colours)
    cloud = read_glb(glb.write()).clouds[0]
    assert np.array_equal(cloud.positions, POSITIONS)
    assert np.array_equal(cloud.colours, RGBA)


def test_quantized_positions_are_scaled_to_one(glb) -> None:
    glb.document["extensionsRequired"] = ["KHR_mesh_quantization"]
    stored = np.array([[32767, 0, -32767], [-32768, 16384, 1]], np.int16)
    glb.points(np.pad(stored, ((0, 0), (0, 0))), COLOR_0=glb.accessor(RGBA[:2]))
    glb.document["accessors"][1]["normalized"] = True
    positions = read_glb(glb.write()).clouds[0].positions
    assert positions == pytest.approx(np.array([[1, 0, -1], [-1, 16384 / 32767, 1 / 32767]]))


def test_quantized_positions_that_are_not_normalized_keep_their_numbers(glb) -> None:
    glb.points(np.array([[100, -5, 7]], np.int16))
    assert read_glb(glb.write()).clouds[0].positions.tolist() == [[100, -5, 7]]


def test_a_sparse_accessor_replaces_its_values(glb) -> None:
    rows = glb.view(np.array([1, 3], np.uint16).tobytes())
    values = glb.view(np.array([[7, 7, 7], [8, 8, 8]], np.float32).tobytes())
    sparse = {
        "count": 2,
        "indices": {"bufferView": rows, "componentType": 5123},
        "values": {"bufferView": values},
    }
    glb.primitive(0, POSITION=glb.accessor(POSITIONS, sparse=sparse))
    expected = POSITIONS.copy()
    expected[[1, 3]] = [[7, 7, 7], [8, 8, 8]]
    assert np.array_equal(read_glb(glb.write()).clouds[0].positions, expected)


def test_an_accessor_without_data_is_zeros(glb) -> None:
    glb.points(POSITIONS)
    del glb.document["accessors"][0]["bufferView"]
    positions = read_glb(glb.write()).clouds[0].positions
    assert positions.tolist() == [[0, 0, 0]] * 5


@pytest.mark.parametrize(
    ("mode", "indexed", "expected"),
    [
        (4, [0, 1, 2, 1, 3, 2], [[0, 1, 2], [1, 3, 2]]),
        (4, [0, 1, 2, 3], [[0, 1, 2]]),
        (5, [0, 1, 2, 3, 4], [[0, 1, 2], [1, 3, 2], [2, 3, 4]]),
        (6, [0, 1, 2, 3], [[0, 1, 2], [0, 2, 3]]),
        (5, [0, 1], []),
    ],
)
@pytest.mark.parametrize("index_type", [np.uint8, np.uint16, np.uint32])
def test_strips_and_fans_become_triangles(glb, mode, indexed, expected, index_type) -> None:
    indices = glb.accessor(np.array(indexed, index_type))
    glb.primitive(mode, POSITION=glb.accessor(POSITIONS), indices=indices)
    mesh = read_glb(glb.write()).meshes[0]
    assert mesh.triangles.tolist() == expected
    assert mesh.triangles.dtype == np.uint32


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (1, [[0, 1], [2, 3]]),
        (2, [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]),
        (3, [[0, 1], [1, 2], [2, 3], [3, 4]]),
    ],
)
def test_loops_and_strips_become_segments(glb, mode, expected) -> None:
    glb.primitive(mode, POSITION=glb.accessor(POSITIONS), COLOR_0=glb.accessor(RGBA))
    lines = read_glb(glb.write()).lines[0]
    assert lines.segments.tolist() == expected
    assert np.array_equal(lines.colours, RGBA)


def test_indexed_points_are_gathered(glb) -> None:
    indices = glb.accessor(np.array([4, 0], np.uint8))
    glb.points(POSITIONS, COLOR_0=glb.accessor(RGBA), indices=indices)
    cloud = read_glb(glb.write()).clouds[0]
    assert np.array_equal(cloud.positions, POSITIONS[[4, 0]])
    assert np.array_equal(cloud.colours, RGBA[[4, 0]])


def test_transforms_multiply_down_the_tree_and_end_in_our_frame(glb) -> None:
    glb.points(POSITIONS)
    half = np.sqrt(0.5)
    glb.document["nodes"] = [
        {"children": [1], "translation": [10, 0, 0]},
        {"mesh": 0, "rotation": [0, 0, half, half], "scale": [2, 2, 2], "name": "turned"},
    ]
    cloud = read_glb(glb.write()).clouds[0]
    corner = cloud.transform @ [1, 0, 0, 1]
    # (1, 0, 0) is doubled, turned a quarter onto +Y, moved to x 10; +Y up is our -Y
    assert corner == pytest.approx([10, -2, 0, 1])
    assert cloud.name == "turned"


def test_a_matrix_is_read_column_by_column(glb) -> None:
    glb.points(POSITIONS)
    matrix = np.arange(16, dtype=float).reshape(4, 4)
    matrix[3] = 0, 0, 0, 1
    glb.document["nodes"][0]["matrix"] = matrix.T.reshape(-1).tolist()
    assert np.array_equal(read_glb(glb.write()).clouds[0].transform, WORLD_FROM_Y_UP @ matrix)


def test_a_mesh_placed_twice_shares_its_arrays(glb) -> None:
    glb.points(POSITIONS)
    glb.document["nodes"] = [{"mesh": 0}, {"mesh": 0, "translation": [1, 0, 0]}]
    glb.document["scenes"] = [{"nodes": [0, 1]}]
    first, second = read_glb(glb.write()).clouds
    assert first.positions is second.positions
    assert first.transform[0, 3] == 0
    assert second.transform[0, 3] == 1


def test_three_primitives_of_one_mesh_are_three_parts(glb) -> None:
    for _ in range(3):
        glb.points(POSITIONS)
    assert [len(cloud) for cloud in read_glb(glb.write()).clouds] == [5, 5, 5]


def textured(glb, **material) -> TriangleMesh:
    picture = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    image = glb.view(encode_png(picture))
    glb.document["images"] = [{"bufferView": image, "mimeType": "image/png"}]
    glb.document["textures"] = [{"source": 0}]
    texture = {"index": 0, **material.pop("texture", {})}
    glb.document["materials"] = [
        {"pbrMetallicRoughness": {"baseColorTexture": texture}, **material}
    ]
    uv = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.5]], np.float32)
    glb.primitive(4, POSITION=glb.accessor(POSITIONS), TEXCOORD_0=glb.accessor(uv), material=0)
    return read_glb(glb.write()).meshes[0]


def test_an_embedded_texture_comes_with_its_coordinates(glb) -> None:
    mesh = textured(glb, alphaMode="BLEND")
    assert mesh.texture is not None
    assert mesh.texture.tolist() == np.arange(24).reshape(2, 3, 4).tolist()
    assert mesh.uv is not None
    assert mesh.uv[3].tolist() == [1, 1]


def test_an_opaque_material_ignores_the_alpha_of_its_texture(glb) -> None:
    mesh = textured(glb)
    assert mesh.texture is not None
    assert mesh.texture.shape == (2, 3, 3)


def test_a_texture_transform_is_applied_to_the_coordinates(glb) -> None:
    transform = {"offset": [0.25, 0.5], "scale": [0.5, 2], "rotation": np.pi / 2}
    mesh = textured(glb, texture={"extensions": {"KHR_texture_transform": transform}})
    assert mesh.uv is not None
    # scale, then turn, then move, as the extension says
    assert mesh.uv[1] == pytest.approx([0.25, 0.5 - 0.5], abs=1e-6)
    assert mesh.uv[2] == pytest.approx([0.25 + 2, 0.5], abs=1e-6)


def test_the_base_colour_paints_points_and_lines_that_have_no_other(glb) -> None:
    surface = {"baseColorFactor": [1, 0, 0.5, 1]}
    glb.document["materials"] = [{"pbrMetallicRoughness": surface}]
    glb.points(POSITIONS, material=0)
    glb.primitive(4, POSITION=0, material=0)
    views = read_glb(glb.write())
    assert views.clouds[0].colours is not None
    assert views.clouds[0].colours[4].tolist() == [255, 0, 188, 255]
    assert views.meshes[0].base_colour == (1, 0, 0.5, 1)


def test_a_scene_of_trimesh_reads_as_trimesh_made_it(tmp_path: Path, rng) -> None:
    points = rng.random((50, 3)).astype(np.float32)
    colours = rng.integers(0, 256, (50, 4), dtype=np.uint8)
    box = trimesh.creation.box()
    box.visual.vertex_colors = rng.integers(0, 256, (8, 4), dtype=np.uint8)
    edges = [trimesh.path.entities.Line([2 * i, 2 * i + 1]) for i in range(4)]
    frustum = trimesh.path.Path3D(entities=edges, vertices=rng.random((8, 3)))
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.PointCloud(points, colours))
    scene.add_geometry(box, transform=trimesh.transformations.translation_matrix([1, 2, 3]))
    scene.add_geometry(frustum)
    path = tmp_path / "scene.glb"
    path.write_bytes(trimesh.exchange.gltf.export_glb(scene))
    views = read_glb(path)
    assert np.array_equal(views.clouds[0].positions, points)
    assert np.array_equal(views.clouds[0].colours, colours)
    mesh = views.meshes[0]
    assert np.array_equal(mesh.triangles, box.faces)
    assert np.array_equal(mesh.colours, box.visual.vertex_colors)
    assert mesh.transform[:3, 3].tolist() == [1, -2, -3]
    assert len(views.lines[0].segments) == 4


def test_without_scenes_the_nodes_that_are_nobodys_child_are_shown(glb) -> None:
    glb.points(POSITIONS)
    del glb.document["scenes"]
    glb.document["nodes"] = [{"mesh": 0, "translation": [1, 0, 0]}, {"children": [0]}]
    (cloud,) = read_glb(glb.write()).clouds
    assert cloud.transform[0, 3] == 1


def test_a_rotation_of_length_zero_does_not_turn(glb) -> None:
    glb.points(POSITIONS)
    glb.document["nodes"][0]["rotation"] = [0, 0, 0, 0]
    assert np.array_equal(read_glb(glb.write()).clouds[0].transform, WORLD_FROM_Y_UP)


def test_a_primitive_without_positions_draws_nothing(glb) -> None:
    glb.points(POSITIONS)
    glb.primitive(0, COLOR_0=glb.accessor(RGBA))
    assert len(read_glb(glb.write()).clouds) == 1


def test_a_webp_texture_is_taken_from_its_extension(glb) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), (0, 0, 255)).save(buffer, "WEBP", lossless=True)
    glb.document["images"] = [{"bufferView": glb.view(buffer.getvalue())}]
    glb.document["textures"] = [{"extensions": {"EXT_texture_webp": {"source": 0}}}]
    glb.document["extensionsRequired"] = ["EXT_texture_webp"]
    glb.document["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    uv = glb.accessor(np.zeros((5, 2), np.float32))
    glb.primitive(4, POSITION=glb.accessor(POSITIONS), TEXCOORD_0=uv, material=0)
    texture = read_glb(glb.write()).meshes[0].texture
    assert texture is not None
    assert texture.tolist() == [[[0, 0, 255]] * 3] * 2
