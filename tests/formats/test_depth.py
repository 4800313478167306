"""Depth keeps its numbers and their meaning."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import FormatError, InputError
from depthstudio.core.views import DepthKind, DepthStack
from depthstudio.formats.depth import (
    read_depth_npz,
    read_depth_png16,
    write_depth_npz,
    write_depth_png16,
)


@pytest.fixture
def stack(rng) -> DepthStack:
    values = rng.random((3, 5, 7), np.float32)
    values[0, 0, 0] = np.nan
    return DepthStack(values, DepthKind.RELATIVE_DISPARITY, lossy=True)


def test_a_stack_comes_back_number_for_number_and_mapped(tmp_path: Path, stack) -> None:
    write_depth_npz(tmp_path / "a.npz", stack)
    back = read_depth_npz(tmp_path / "a.npz", assumed_kind=DepthKind.METRIC)
    assert np.array_equal(back.values, stack.values, equal_nan=True)
    assert (back.kind, back.lossy) == (stack.kind, True)
    assert not back.values.flags.owndata
    assert not back.values.flags.writeable
    assert back.values.ctypes.data % 64 == 0


def test_numpy_reads_it_without_pickle(tmp_path: Path, stack) -> None:
    write_depth_npz(tmp_path / "a.npz", stack)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert np.array_equal(archive["depth"], stack.values, equal_nan=True)
        assert str(archive["kind"]) == "relative-disparity"
        assert str(archive["unit"]) == ""
        assert bool(archive["lossy"])


def test_the_same_values_make_the_same_bytes(tmp_path: Path, stack) -> None:
    write_depth_npz(tmp_path / "a.npz", stack)
    write_depth_npz(tmp_path / "b.npz", stack)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("name", ["depth", "depths", "arr_0"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<f2"])
def test_a_foreign_file_is_read_as_the_caller_says(tmp_path, save, name, dtype) -> None:
    values = np.array([[0.5, np.inf], [-np.inf, np.nan], [0, 2]], dtype)
    save(tmp_path / "a.npz", **{name: values}, fps=np.array(30))
    depth = read_depth_npz(tmp_path / "a.npz", assumed_kind=DepthKind.METRIC)
    expected = np.array([[[0.5, np.nan], [np.nan, np.nan], [np.nan, 2]]], np.float32)
    assert np.array_equal(depth.values, expected, equal_nan=True)
    assert depth.values.dtype == np.float32
    assert depth.kind is DepthKind.METRIC
    assert read_depth_npz(tmp_path / "a.npz").kind is DepthKind.RELATIVE_DEPTH


def test_fortran_order_is_turned_into_ours(tmp_path: Path, rng) -> None:
    values = rng.random((4, 6), np.float32)
    np.savez(tmp_path / "a.npz", depth=np.asfortranarray(values))
    assert np.array_equal(read_depth_npz(tmp_path / "a.npz").values[0], values)


def test_zero_stays_a_value_where_depth_is_relative(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", depth=np.zeros((2, 2), np.float32))
    assert (read_depth_npz(tmp_path / "a.npz").values == 0).all()


@pytest.mark.parametrize(
    "arrays",
    [
        {"a": np.zeros((2, 2)), "b": np.zeros((2, 2))},
        {"depth": np.zeros(4)},
        {"depth": np.zeros((2, 2, 2, 2))},
        {"depth": np.zeros((0, 2))},
        {"depth": np.array([["x"]])},
        {"depth": np.zeros((2, 2), complex)},
        {"depth": np.zeros((2, 2), [("a", "f4")])},
    ],
)
def test_arrays_that_cannot_be_depth_are_refused(tmp_path: Path, arrays) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FormatError, match="no array that is clearly depth"):
        read_depth_npz(tmp_path / "a.npz")


class Trap:
    """Unpickling this would be noticed."""

    def __reduce__(self) -> tuple:
        return pytest.fail, ("a pickle was opened",)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_pickles_are_never_opened(tmp_path: Path, save) -> None:
    save(tmp_path / "a.npz", depth=np.array([[Trap()]], dtype=object))
    with pytest.raises(FormatError, match="clearly depth"):
        read_depth_npz(tmp_path / "a.npz")


def npy(shape: str, data: bytes) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("shape", ["(2, 3)", "(100000000, 100000000)", f"({10**14}, {10**14})"])
def test_a_shape_larger_than_the_data_is_refused(tmp_path: Path, shape, compression) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", compression) as archive:
        archive.writestr("depth.npy", npy(shape, bytes(20)))
    with pytest.raises(FormatError, match="more values than it has"):
        read_depth_npz(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "shape", ["(-2, 3)", "__import__('os')", "(2, 3", "(2, 10000000000000000)"]
)
def test_a_header_is_matched_not_evaluated(tmp_path: Path, shape: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("depth.npy", npy(shape, bytes(24)))
    with pytest.raises(FormatError):
        read_depth_npz(tmp_path / "a.npz")


def test_a_member_that_claims_to_unpack_to_more_than_deflate_can_is_refused(tmp_path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("depth.npy", npy("(32, 30000000)", bytes(100)))
    data = bytearray(path.read_bytes())
    directory = data.rfind(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(FormatError, match="claims to unpack"):
        read_depth_npz(path)


def test_what_is_not_an_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(FormatError, match="not a whole NPZ archive"):
        read_depth_npz(tmp_path / "a.npz")
    with pytest.raises(InputError, match="cannot be opened"):
        read_depth_npz(tmp_path / "b.npz")


@pytest.mark.parametrize(("near", "far"), [(0.5, 80.0), (1.0, 0.0), (-3.0, 5.0)])
def test_png16_is_exact_to_half_a_step_and_keeps_unknowns(tmp_path, rng, near, far) -> None:
    frame = rng.uniform(min(near, far), max(near, far), (9, 11)).astype(np.float32)
    frame[2, 3] = np.nan
    path = tmp_path / "d.png"
    write_depth_png16(path, frame, near=near, far=far, kind=DepthKind.METRIC)
    back = read_depth_png16(path)
    half_step = abs(far - near) / 65534 / 2
    assert np.nanmax(np.abs(back.values[0] - frame)) <= half_step * 1.001 + 1e-6
    assert np.array_equal(np.isnan(back.values[0]), np.isnan(frame))
    assert (back.kind, back.lossy) == (DepthKind.METRIC, True)


def test_png16_codes_follow_the_formula_and_the_sidecar_says_so(tmp_path: Path) -> None:
    frame = np.array([[1, 2, 3, np.nan, 0, 9, np.inf, -np.inf]], np.float32)
    path = tmp_path / "d.png"
    sidecar = write_depth_png16(path, frame, near=1, far=3, kind=DepthKind.METRIC)
    with Image.open(path) as image:
        assert np.asarray(image).tolist() == [[1, 32768, 65535, 0, 1, 65535, 65535, 1]]
    facts = json.loads(sidecar.read_text())
    assert sidecar.name == "d.png.json"
    assert (facts["kind"], facts["unit"], facts["near"], facts["far"]) == ("metric", "m", 1, 3)


def test_png16_without_its_text_uses_the_sidecar(tmp_path: Path) -> None:
    frame = np.array([[1, 2, 3]], np.float32)
    path = tmp_path / "d.png"
    sidecar = write_depth_png16(path, frame, near=1, far=3, kind=DepthKind.RELATIVE_DEPTH)
    with Image.open(path) as image:
        Image.fromarray(np.asarray(image)).save(path)
    assert read_depth_png16(path).values[0] == pytest.approx(frame, abs=1e-4)
    sidecar.write_text('{"near": "x"}')
    with pytest.raises(FormatError, match="range that cannot be read"):
        read_depth_png16(path)
    sidecar.unlink()
    with pytest.raises(FormatError, match="does not say what its values mean") as caught:
        read_depth_png16(path)
    assert "d.png.json" in caught.value.hint


def test_an_8_bit_picture_is_not_depth(tmp_path: Path) -> None:
    Image.new("L", (2, 2)).save(tmp_path / "d.png")
    with pytest.raises(FormatError, match="not a 16-bit gray PNG"):
        read_depth_png16(tmp_path / "d.png")


@pytest.mark.parametrize(("near", "far"), [(1, 1), (float("nan"), 1), (0, float("inf"))])
def test_a_range_without_extent_is_our_own_mistake(tmp_path: Path, near, far) -> None:
    frame = np.zeros((2, 2), np.float32)
    with pytest.raises(ValueError, match="finite and different"):
        write_depth_png16(tmp_path / "d.png", frame, near=near, far=far, kind=DepthKind.METRIC)
