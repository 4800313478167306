"""Archives made to fill the memory or to be read as something they are not."""

import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthstudio.core.errors import FormatError
from depthstudio.formats.npz import NpzFile
from depthstudio.formats.npz_write import write_npz

COMPRESSIONS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
DIRECTORY_ENTRY = struct.pack(
    "<4sBBBBHHHHIIIHHHHHII",
    *(b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0),
)


def npy(descr: str, shape: str, data: bytes) -> bytes:
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


def archive_of(path: Path, member: bytes, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("depths.npy", member)
    return path


def with_directory(path: Path, directory: bytes, claimed: int) -> Path:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, claimed, claimed, len(directory), 0, 0)
    path.write_bytes(directory + end)
    return path


def outcome(path: Path) -> str:
    """What reading every array came to: “read”, or the hint of the error."""
    try:
        archive = NpzFile(path)
        for name in archive.members:
            archive.array(name)
    except FormatError as error:
        return error.hint
    return "read"


@pytest.mark.parametrize("claimed", [1, 0xFFFF])
def test_a_long_list_of_members_is_refused_before_it_is_read(tmp_path: Path, claimed: int) -> None:
    """47 MB of it took ten seconds and half a gigabyte."""
    path = with_directory(tmp_path / "a.npz", (DIRECTORY_ENTRY + b"a") * 1_000_000, claimed)
    began_s = time.monotonic()
    with pytest.raises(FormatError, match="not a whole NPZ archive"):
        NpzFile(path)
    assert time.monotonic() - began_s < 2


def test_more_members_than_anybody_needs_are_refused(tmp_path: Path) -> None:
    path = with_directory(tmp_path / "a.npz", (DIRECTORY_ENTRY + b"a") * 1001, 1)
    with pytest.raises(FormatError, match="lists 1001 arrays"):
        NpzFile(path)


def test_a_thousand_members_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    write_npz(path, {f"depth_of_frame_{n:05}": np.full(2, n, np.float32) for n in range(1000)})
    archive = NpzFile(path)
    assert len(archive.members) == 1000
    assert archive.array("depth_of_frame_00999").tolist() == [999, 999]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize(
    "shape", [f"(0, {10**14}, {10**14})", f"({10**14}, 0, {10**14})", f"({10**14}, {10**14}, 0)"]
)
def test_nothing_at_all_in_an_impossible_shape_is_refused(
    tmp_path: Path, shape: str, compression: int
) -> None:
    path = archive_of(tmp_path / "a.npz", npy("<f4", shape, bytes(64)), compression)
    with pytest.raises(FormatError, match="claims more values"):
        NpzFile(path)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("descr", ["<U0", "<f3", "|b9", "<i5"])
def test_values_of_no_size_are_no_array(tmp_path: Path, descr: str, compression: int) -> None:
    path = archive_of(tmp_path / "a.npz", npy(descr, "(3,)", bytes(64)), compression)
    assert NpzFile(path).members == {}


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    """A few kilobytes, of which the directory says that they are four gigabytes of values."""
    member = npy("<f4", f"({1 << 28},)", bytes(4 << 20))
    path = archive_of(tmp_path / "a.npz", member, zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    directory = data.rfind(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(data)
    assert len(data) < 10_000
    with pytest.raises(FormatError, match="claims to unpack to 4294967280 bytes"):
        NpzFile(path)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@given(
    descr=st.from_regex(r"[<>|=][fiubU]\d{1,3}", fullmatch=True),
    shape=st.lists(st.integers(0, 10**15), max_size=8),
    data=st.binary(max_size=64),
)
def test_any_header_gives_an_array_of_that_shape_or_an_error_of_ours(
    compression: int, tmp_path_factory: pytest.TempPathFactory, descr: str, shape: list[int],
    data: bytes,
) -> None:  # fmt: skip
    path = tmp_path_factory.getbasetemp() / "any.npz"
    member = npy(descr, f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})", data)
    archive_of(path, member, compression)
    try:
        archive = NpzFile(path)
        arrays = [archive.array(name) for name in archive.members]
    except FormatError:
        return
    assert [array.shape for array in arrays] in ([], [tuple(shape)])


@given(data=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_any_bytes_are_an_archive_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, start: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.npz"
    path.write_bytes(start + data)
    assert outcome(path) in ("read", "Copy or download it again")
