"""The envelope of a GLB file: header, description chunk, binary chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.record import RecordError, from_json
from depthstudio.formats.gltf_document import Document
from depthstudio.formats.mapped_file import map_file

MAGIC = b"glTF"
JSON_CHUNK = 0x4E4F534A
BINARY_CHUNK = 0x004E4942
HEADER_BYTES = 12
CHUNK_HEADER_BYTES = 8

# A description holds no data; honest ones stay far below, and parsing costs several times this.
MAX_DESCRIPTION_BYTES = 16 << 20

_EXPORT_AGAIN = "Copy, download or export the file again"

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Container:
    """An opened GLB: `binary` is (N,) uint8, read from disk as it is used."""

    file_name: str
    size_bytes: int
    document: Document
    binary: NDArray[np.uint8]

    def damaged(self, what: str) -> FormatError:
        """The error for a file whose parts do not fit together."""
        return FormatError(f"{self.file_name} is damaged: {what}", hint=_EXPORT_AGAIN)

    def part(self, parts: Sequence[T], index: int, kind: str) -> T:
        """`parts[index]`, or an error that names the missing part."""
        if index >= len(parts):
            raise self.damaged(f"{kind} {index} is used but only {len(parts)} exist")
        return parts[index]

    def buffer_view(self, index: int) -> tuple[NDArray[np.uint8], int | None]:
        """The bytes of a buffer view, and its stride if it has one."""
        view = self.part(self.document.buffer_views, index, "buffer view")
        buffer = self.part(self.document.buffers, view.buffer, "buffer")
        if buffer.uri is not None or view.buffer != 0:
            raise FormatError(
                f"{self.file_name} keeps data outside itself",
                hint="Export it again as one GLB file with everything embedded",
            )
        available = min(buffer.byte_length, len(self.binary))
        end = view.byte_offset + view.byte_length
        if end > available:
            raise self.damaged(f"buffer view {index} ends at byte {end} of {available}")
        return self.binary[view.byte_offset : end], view.byte_stride


def open_container(path: Path) -> Container:
    """Open a GLB 2.0 file and check its lengths.

    Raises
    ------
    FormatError
        when it is not GLB 2.0, is cut short, or its parts do not fit together
    InputError
        when it cannot be opened
    """
    data = map_file(path)
    if len(data) < HEADER_BYTES + CHUNK_HEADER_BYTES or data[:4].tobytes() != MAGIC:
        raise FormatError(f"{path.name} is not a GLB file", hint="Use a binary glTF 2.0 file")
    version, total = _unsigned(data, 4), _unsigned(data, 8)
    if version != 2:
        raise FormatError(
            f"{path.name} is glTF version {version}", hint="Export it again as glTF 2.0"
        )
    if total > len(data):
        raise FormatError(
            f"{path.name} is cut short: it has {len(data)} of {total} bytes",
            hint="Copy or download it again",
        )
    description, after = _chunk(data[:total], HEADER_BYTES, JSON_CHUNK, path.name)
    if after == total:
        binary = data[:0]
    else:
        binary, _ = _chunk(data[:total], after, BINARY_CHUNK, path.name)
    return Container(path.name, len(data), _parsed(description, path.name), binary)


def _unsigned(data: NDArray[np.uint8], offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4].tobytes(), "little")


def _chunk(
    data: NDArray[np.uint8], offset: int, kind: int, file_name: str
) -> tuple[NDArray[np.uint8], int]:
    """The content of the chunk at `offset`, and where the next one begins."""
    start = offset + CHUNK_HEADER_BYTES
    if start > len(data):
        raise FormatError(f"{file_name} is damaged: a chunk has no header", hint=_EXPORT_AGAIN)
    size_bytes, found = _unsigned(data, offset), _unsigned(data, offset + 4)
    if found != kind:
        wanted = "description" if kind == JSON_CHUNK else "data"
        raise FormatError(
            f"{file_name} is damaged: its {wanted} is not where it belongs", hint=_EXPORT_AGAIN
        )
    end = start + size_bytes
    if end > len(data):
        raise FormatError(
            f"{file_name} is damaged: a chunk ends at byte {end} of {len(data)}",
            hint=_EXPORT_AGAIN,
        )
    return data[start:end], end


def _parsed(description: NDArray[np.uint8], file_name: str) -> Document:
    if len(description) > MAX_DESCRIPTION_BYTES:
        raise FormatError(
            f"{file_name} has a description of {len(description) >> 20} MiB,"
            f" more than the {MAX_DESCRIPTION_BYTES >> 20} MiB that are read",
            hint="Export it again with fewer separate objects",
        )
    try:
        # Some exporters pad with zero bytes where the standard wants spaces.
        # To JSON 24 and 24.0 are the same, and exporters write either.
        return from_json(Document, description.tobytes().rstrip(b"\0 "), strict=False)
    except RecordError as exc:
        raise FormatError(f"{file_name} is damaged: {exc}", hint=_EXPORT_AGAIN) from exc
