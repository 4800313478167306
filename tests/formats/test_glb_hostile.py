"""A damaged or malicious GLB is refused with words, never with a crash."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import FormatError, InputError
from depthstudio.formats.glb import read_glb
from depthstudio.formats.glb_container import open_container
from depthstudio.formats.glb_material import MaterialReader

TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)


def refusal(path) -> str:
    with pytest.raises(FormatError) as caught:
        read_glb(path)
    assert caught.value.hint
    return str(caught.value)


def test_a_cut_short_file_is_refused_with_its_length(glb) -> None:
    glb.points(TRIANGLE)
    path = glb.write()
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    assert f"{len(whole) - 10} of {len(whole)} bytes" in refusal(path)


def test_version_1_is_named(glb) -> None:
    glb.points(TRIANGLE)
    path = glb.write()
    data = bytearray(path.read_bytes())
    data[4] = 1
    path.write_bytes(data)
    assert "version 1" in refusal(path)


def test_a_missing_file_cannot_be_opened(tmp_path) -> None:
    with pytest.raises(InputError, match=r"nothing\.glb cannot be opened"):
        read_glb(tmp_path / "nothing.glb")


def test_chunks_in_the_wrong_order_are_refused(glb) -> None:
    path = glb.path
    path.write_bytes(struct.pack("<4sIIII", b"glTF", 2, 24, 4, 0x004E4942) + bytes(4))
    assert "not where it belongs" in refusal(path)


@pytest.mark.parametrize(
    "extension",
    ["KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_texture_basisu", "X_unknown"],
)
def test_an_extension_that_is_needed_and_not_read_is_named(glb, extension: str) -> None:
    glb.points(TRIANGLE)
    glb.document["extensionsRequired"] = [extension]
    assert extension in refusal(glb.write())


@pytest.mark.parametrize(
    ("where", "change", "words"),
    [
        ("accessors", {"count": 4}, "do not fit"),
        ("accessors", {"count": 2**52}, "do not fit"),
        ("accessors", {"count": -1}, "count"),
        ("accessors", {"byteOffset": 4}, "do not fit"),
        ("accessors", {"byteOffset": -4}, "byteOffset"),
        ("accessors", {"bufferView": 9}, "buffer view 9"),
        ("accessors", {"componentType": 5130}, "number type 5130"),
        ("accessors", {"type": "MAT4"}, "type MAT4"),
        ("accessors", {"type": "VEC2"}, "not 3"),
        ("accessors", {"count": 1e400}, "JSON is malformed"),  # as Infinity
        ("accessors", {"count": 24.5}, "accessors.0.count: Expected int"),
        ("nodes", {"matrix": ["nan"] * 16}, "nodes.0.matrix.0: "),
        ("nodes", {"scale": [1, 1, "inf"]}, "nodes.0.scale.2: "),
        ("bufferViews", {"byteLength": 37}, "ends at byte 37 of 36"),
        ("bufferViews", {"byteOffset": 2**50}, "ends at byte"),
        ("bufferViews", {"byteStride": 4}, "do not fit"),
        ("bufferViews", {"buffer": 1}, "buffer 1"),
        ("buffers", {"uri": "https://example.org/a.bin"}, "outside itself"),
        ("nodes", {"children": [0]}, "node 0 is used in two places"),
        ("nodes", {"children": [5]}, "node 5"),
        ("nodes", {"matrix": [1e300] * 16, "children": [1]}, "not finite"),
        ("nodes", {"matrix": [1] * 15}, "matrix"),
        ("nodes", {"mesh": 3}, "mesh 3"),
        ("scenes", {"nodes": [0, 0]}, "node 0 is used in two places"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(glb, where, change, words) -> None:
    glb.points(TRIANGLE)
    glb.document["nodes"].append({"matrix": [1e300] * 16})
    glb.document["buffers"] = [{"byteLength": len(glb.binary)}]
    glb.document[where][0].update(change)
    assert words in refusal(glb.write())


def test_zeros_without_data_are_bounded_by_the_size_of_the_file(glb) -> None:
    glb.points(TRIANGLE)
    accessor = glb.document["accessors"][0]
    del accessor["bufferView"]
    accessor["count"] = 10**9
    assert "more memory" in refusal(glb.write())


def test_many_conversions_of_the_same_bytes_are_bounded(glb) -> None:
    view = glb.view(bytes(3_000_000))
    for _ in range(60):
        accessor = glb.accessor(np.zeros((1_000_000, 3), np.int8), view=view)
        glb.primitive(0, POSITION=accessor)
    assert "more memory" in refusal(glb.write())


def test_an_index_past_the_last_point_is_refused(glb) -> None:
    indices = glb.accessor(np.array([0, 1, 3], np.uint16))
    glb.primitive(4, POSITION=glb.accessor(TRIANGLE), indices=indices)
    assert "point 3 of a part that has 3" in refusal(glb.write())


def test_fewer_colours_than_points_are_refused(glb) -> None:
    glb.points(TRIANGLE, COLOR_0=glb.accessor(np.zeros((2, 4), np.uint8)))
    assert "3 points but 2 colours" in refusal(glb.write())


def test_a_sparse_index_past_the_end_is_refused(glb) -> None:
    rows = glb.view(np.array([3], np.uint8).tobytes())
    values = glb.view(bytes(12))
    sparse = {
        "count": 1,
        "indices": {"bufferView": rows, "componentType": 5121},
        "values": {"bufferView": values},
    }
    glb.primitive(0, POSITION=glb.accessor(TRIANGLE, sparse=sparse))
    assert "points past its end" in refusal(glb.write())


def test_a_chain_of_ten_thousand_nodes_is_followed_without_recursion(glb) -> None:
    glb.points(TRIANGLE)
    nodes = [{"children": [number + 1]} for number in range(10_000)]
    glb.document["nodes"] = [*nodes, {"mesh": 0}]
    assert len(read_glb(glb.write()).clouds) == 1


@pytest.mark.parametrize(
    "description",
    [b"", b"[]", b"{", b"[" * 100_000, b'{"accessors": [{"count": 1}]}', b"\xff\xfe", b"NaN"],
    ids=["empty", "list", "cut", "deep", "incomplete", "not-utf8", "nan"],
)
def test_a_description_that_is_not_gltf_is_refused(glb, description: bytes) -> None:
    assert "damaged" in refusal(glb.write(description=description))


def test_a_description_too_long_to_be_honest_is_refused(glb) -> None:
    assert "more than the 16 MiB" in refusal(glb.write(description=b" " * ((16 << 20) + 4)))


def test_a_scene_with_nothing_to_draw_says_so(glb) -> None:
    assert "holds no points" in refusal(glb.write())


def test_a_damaged_texture_is_refused(glb) -> None:
    glb.document["images"] = [{"bufferView": glb.view(b"not a picture")}]
    glb.document["textures"] = [{"source": 0}]
    glb.document["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    glb.primitive(4, POSITION=glb.accessor(TRIANGLE), material=0)
    assert "cannot be decoded" in refusal(glb.write())


def test_positions_that_are_not_finite_are_kept(glb) -> None:
    glb.points(np.array([[np.nan, np.inf, 1]], np.float32))
    assert np.isnan(read_glb(glb.write()).clouds[0].positions[0, 0])


def test_a_binary_chunk_past_the_end_is_refused(glb) -> None:
    glb.points(TRIANGLE)
    path = glb.write()
    data = bytearray(path.read_bytes())
    start = data.index(b"BIN\0") - 4
    data[start : start + 4] = (2**32 - 1).to_bytes(4, "little")
    path.write_bytes(data)
    assert "a chunk ends at byte" in refusal(path)


@pytest.mark.parametrize(
    ("image", "texture", "words"),
    [
        ({"uri": "https://example.org/a.png"}, {"source": 0}, "textures outside itself"),
        ({"bufferView": 0}, {}, "texture of a kind that is not read"),
        ({"bufferView": 0}, {"source": 4}, "image 4"),
    ],
)
def test_textures_that_cannot_be_had_are_refused(glb, image, texture, words) -> None:
    glb.document["images"], glb.document["textures"] = [image], [texture]
    glb.document["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    glb.primitive(4, POSITION=glb.accessor(TRIANGLE), material=0)
    assert words in refusal(glb.write())


def test_many_large_textures_are_refused_before_they_are_decoded(glb) -> None:
    header = io.BytesIO()
    Image.new("1", (15_000, 15_000)).save(header, "PNG")  # 27 kB, 675 MB as RGB
    view = glb.view(header.getvalue())
    glb.document["images"] = [{"bufferView": view}, {"bufferView": view}]
    glb.document["textures"] = [{"source": 0}, {"source": 1}]
    glb.document["materials"] = [
        {"pbrMetallicRoughness": {"baseColorTexture": {"index": index}}} for index in (0, 1)
    ]
    materials = MaterialReader(open_container(glb.write()))
    materials._left_px = 15_000 * 15_000 - 1  # as if the first had been decoded
    with pytest.raises(FormatError, match="400 megapixels"):
        materials.look(1)


def test_too_many_parts_are_refused(glb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("depthstudio.formats.glb.MAX_PARTS", 2)
    for _ in range(3):
        glb.points(TRIANGLE)
    assert "more than 2 parts" in refusal(glb.write())


@pytest.mark.parametrize("stored", [np.zeros((3, 2), np.uint8), np.zeros((3, 3), np.int8)])
def test_what_is_no_colour_is_refused(glb, stored: np.ndarray) -> None:
    glb.points(TRIANGLE, COLOR_0=glb.accessor(stored))
    assert "cannot be a colour" in refusal(glb.write())


@pytest.mark.parametrize("stored", [np.zeros((3, 1), np.float32), np.zeros((3, 2), np.uint8)])
def test_what_is_no_index_is_refused(glb, stored: np.ndarray) -> None:
    glb.primitive(4, POSITION=glb.accessor(TRIANGLE), indices=glb.accessor(stored))
    assert "cannot hold indices" in refusal(glb.write())
