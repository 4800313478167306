"""Reads NPZ archives without pickle: arrays are checked before they are made, and mapped."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError, InputError
from depthstudio.formats.mapped_file import map_file

# numpy writes exactly this; anything else (pickled objects, records) is not data we read.
_HEADER = re.compile(
    rb"\{'descr': '([<>|=][fiubU]\d{1,9})', 'fortran_order': (True|False),"
    rb" 'shape': \(((?:\d{1,15},? ?){0,8})\),? ?\}\s*"
)
_NPY_MAGIC = b"\x93NUMPY"
_LOCAL_HEADER_BYTES = 30
_MAX_NPY_HEADER_BYTES = 4096
_MAX_MEMBERS = 1000
_MAX_DIRECTORY_BYTES = 1 << 20
_MAX_EXTENT_BYTES = 1 << 62  # numpy refuses more, also where one length is 0
# Deflate cannot do better, so a larger claim is a lie.
_MAX_DEFLATE_RATIO = 1032
MAX_WHOLE_BYTES = 1 << 30  # of a compressed array that is unpacked into memory at once
_BLOCK_BYTES = 1 << 24


@dataclass(frozen=True)
class NpyMember:
    """One array of an archive, known but not read."""

    info: ZipInfo
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    is_fortran: bool
    data_offset: int  # from the start of the member, after the array's own header


class _ShortReads(FileIO):
    """An archive of which no long list of members is read: a thousand of them are enough.

    zipfile reads the list in one go and makes ten times as much of it in memory.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MAX_DIRECTORY_BYTES:
            raise BadZipFile("its list of members is too long")
        return super().read(-1 if size is None else size)


@dataclass(frozen=True)
class DeflatedMember:
    """A compressed array, still packed, for whoever unpacks it part by part.

    packed : (P,) uint8, a view of the mapped file; unpacks to `size_bytes` with this CRC-32,
    of which the values begin at `data_offset`
    """

    file_name: str
    packed: NDArray[np.uint8]
    size_bytes: int
    crc: int
    data_offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class NpzFile:
    """The arrays of one archive. Opened, its headers are read; `array` reads the values."""

    def __init__(self, path: Path) -> None:
        """Read and check the headers of all members that are arrays.

        Raises
        ------
        FormatError
            when the archive is damaged or claims what it cannot hold
        InputError
            when it cannot be opened
        """
        self._path = path
        self._data = map_file(path)
        self.members: Mapping[str, NpyMember] = self._read_members()

    def array(self, name: str) -> NDArray[Any]:
        """The values of a member; a view of the mapped file where it is not compressed.

        Stored members are not compared with their checksum, which would read all of them.

        Raises
        ------
        FormatError
            when the values are damaged or cut short, or too many to be unpacked at once
        """
        member = self.members[name]
        size_bytes = _array_bytes(member)
        if member.info.compress_type == ZIP_STORED:
            start = self._stored_offset(member.info) + member.data_offset
            values = self._data[start : start + size_bytes]
        else:
            values = self._inflated(member, size_bytes)
        order = "F" if member.is_fortran else "C"
        return values.view(member.dtype).reshape(member.shape, order=order)

    def is_compressed(self, name: str) -> bool:
        """Must the values of a member be unpacked to be read?"""
        return self.members[name].info.compress_type != ZIP_STORED

    def deflated(self, name: str) -> DeflatedMember:
        """A compressed member, unread.

        Raises
        ------
        FormatError
            when it is not where the archive says
        """
        member = self.members[name]
        start = self._offset(member.info)
        return DeflatedMember(
            self._path.name,
            self._data[start : start + member.info.compress_size],
            member.info.file_size,
            member.info.CRC,
            member.data_offset,
            member.dtype,
            member.shape,
        )

    def _damaged(self, what: str) -> FormatError:
        return FormatError(
            f"{self._path.name} is damaged: {what}", hint="Copy or download it again"
        )

    def _read_members(self) -> dict[str, NpyMember]:
        try:
            with _ShortReads(self._path) as file, ZipFile(file) as archive:
                infos = archive.infolist()
                if len(infos) > _MAX_MEMBERS:
                    raise self._damaged(f"it lists {len(infos)} arrays")
                found = ((info, self._member(archive, info)) for info in infos)
                return {i.filename.removesuffix(".npy"): m for i, m in found if m is not None}
        except OSError as exc:
            raise InputError(
                f"{self._path.name} cannot be opened: {exc.strerror or exc}",
                hint="Check that it still exists and that you may read it",
            ) from exc
        except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as exc:
            raise self._damaged("it is not a whole NPZ archive") from exc

    def _member(self, archive: ZipFile, info: ZipInfo) -> NpyMember | None:
        """The array in `info`; None where it is not one, or not of plain numbers or text."""
        is_plain = info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & 1
        if not info.filename.endswith(".npy") or not is_plain:
            return None
        if info.compress_type == ZIP_STORED:
            start = self._stored_offset(info)
            head = self._data[start : start + min(info.file_size, _MAX_NPY_HEADER_BYTES)].tobytes()
        else:
            with archive.open(info) as file:
                head = file.read(_MAX_NPY_HEADER_BYTES)
        member = _parsed(info, head)
        if member is None:
            return None
        is_too_wide = _array_bytes(member, least=1) > _MAX_EXTENT_BYTES
        if is_too_wide or member.data_offset + _array_bytes(member) > info.file_size:
            raise self._damaged(f"“{info.filename[:80]}” claims more values than it has")
        self._refuse_bomb(info)
        return member

    def _refuse_bomb(self, info: ZipInfo) -> None:
        if info.compress_type == ZIP_STORED:
            return
        if info.file_size > _MAX_DEFLATE_RATIO * info.compress_size + 1024:
            raise self._too_large(info.file_size)

    def _too_large(self, size_bytes: int) -> FormatError:
        return FormatError(
            f"{self._path.name} claims to unpack to {size_bytes} bytes",
            hint="Save it again without compression",
        )

    def _stored_offset(self, info: ZipInfo) -> int:
        """`_offset` of a member that is not compressed."""
        if info.file_size != info.compress_size:
            raise self._damaged("an array ends after the file does")
        return self._offset(info)

    def _offset(self, info: ZipInfo) -> int:
        """Where the bytes of a member begin in the file, all of them being there."""
        start = info.header_offset
        header = self._data[start : start + _LOCAL_HEADER_BYTES].tobytes()
        if start < 0 or len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
            raise self._damaged("an array is not where the archive says")
        name_bytes = int.from_bytes(header[26:28], "little")
        extra_bytes = int.from_bytes(header[28:30], "little")
        start += _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
        if start + info.compress_size > len(self._data):
            raise self._damaged("an array ends after the file does")
        return start

    def _inflated(self, member: NpyMember, size_bytes: int) -> NDArray[np.uint8]:
        if size_bytes > MAX_WHOLE_BYTES:
            raise self._too_large(size_bytes)
        values = np.zeros(size_bytes, np.uint8)
        try:
            with ZipFile(self._path) as archive, archive.open(member.info) as file:
                file.read(member.data_offset)
                done = 0
                while block := file.read(min(_BLOCK_BYTES, size_bytes - done)):
                    values[done : done + len(block)] = np.frombuffer(block, np.uint8)
                    done += len(block)
        except (BadZipFile, zlib.error, EOFError, OSError, ValueError) as exc:
            raise self._damaged("its compressed values cannot be unpacked") from exc
        if done < size_bytes:
            raise self._damaged(f"an array has {done} of {size_bytes} bytes")
        return values


def _array_bytes(member: NpyMember, least: int = 0) -> int:
    """The size of an array; no length counts for less than `least`."""
    size_bytes = member.dtype.itemsize
    for length in member.shape:  # Python's integers do not overflow, numpy's product does
        size_bytes *= max(length, least)
    return size_bytes


def _parsed(info: ZipInfo, head: bytes) -> NpyMember | None:
    """Read an NPY header without evaluating it."""
    if not head.startswith(_NPY_MAGIC) or len(head) < 12 or head[6] not in (1, 2):
        return None
    start = 10 if head[6] == 1 else 12
    header_bytes = int.from_bytes(head[8:start], "little")
    match = _HEADER.fullmatch(head[start : start + header_bytes])
    if match is None or start + header_bytes > len(head):
        return None
    try:
        dtype = np.dtype(match[1].decode())
    except TypeError:
        return None
    if dtype.itemsize == 0:
        return None
    shape = tuple(int(length) for length in match[3].replace(b",", b" ").split())
    return NpyMember(info, dtype, shape, match[2] == b"True", start + header_bytes)
