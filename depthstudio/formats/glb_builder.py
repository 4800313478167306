"""Lays out the buffers and the description of a GLB file that is being written."""

import json
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.formats.glb_container import (
    BINARY_CHUNK,
    CHUNK_HEADER_BYTES,
    HEADER_BYTES,
    JSON_CHUNK,
    MAGIC,
)
from depthstudio.formats.whole_file import whole_file

ARRAY_BUFFER = 34962
INDEX_BUFFER = 34963
_ALIGNMENT_BYTES = 4
_MAX_FILE_BYTES = (1 << 32) - 1
_COMPONENT_CODES = {"u1": 5121, "u4": 5125, "f4": 5126}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class GlbBuilder:
    """Collects arrays and description parts; `write` puts them into one file."""

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.uint8]] = []
        self._size_bytes = 0
        self._parts: dict[str, list[dict[str, Any]]] = {}
        self._extensions: set[str] = set()

    def add(self, kind: str, part: dict[str, Any]) -> int:
        """Append to a list of the description, such as ``meshes``; gives its index."""
        parts = self._parts.setdefault(kind, [])
        parts.append(part)
        return len(parts) - 1

    def use_extension(self, name: str) -> None:
        """Name an extension that readers may ignore."""
        self._extensions.add(name)

    def add_view(self, data: NDArray[Any], **properties: int) -> int:
        """Append bytes as a buffer view, aligned; the array is not copied if contiguous."""
        block = np.ascontiguousarray(data).reshape(-1).view(np.uint8)
        view = {"buffer": 0, "byteOffset": self._size_bytes, "byteLength": len(block)}
        padding = np.zeros(-len(block) % _ALIGNMENT_BYTES, np.uint8)
        self._blocks += [block, padding]
        self._size_bytes += len(block) + len(padding)
        return self.add("bufferViews", view | properties)

    def add_accessor(self, values: NDArray[Any], **properties: Any) -> int:
        """Append (N, width) float32 or uint8, or (N,) uint32 indices; gives the accessor."""
        width = values.shape[1] if values.ndim == 2 else 1
        target = INDEX_BUFFER if values.dtype.kind == "u" and width == 1 else ARRAY_BUFFER
        stride: dict[str, int] = {}
        stored = values.astype(values.dtype.newbyteorder("<"), copy=False)
        if values.dtype == np.uint8 and width == 3:  # each element must start at a multiple of 4
            stored = np.zeros((len(values), 4), np.uint8)
            stored[:, :3] = values
            stride = {"byteStride": 4}
        accessor: dict[str, Any] = {
            "bufferView": self.add_view(stored, target=target, **stride),
            "componentType": _COMPONENT_CODES[values.dtype.str[1:]],
            "count": len(values),
            "type": _TYPES[width],
        }
        return self.add("accessors", accessor | properties)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Raises
        ------
        FormatError
            when it would pass the 4 GiB that GLB can hold
        OSError
            when it cannot be written
        """
        description = self._description()
        total = HEADER_BYTES + 2 * CHUNK_HEADER_BYTES + len(description) + self._size_bytes
        if total > _MAX_FILE_BYTES:
            raise FormatError(
                f"{path.name} would have {total / (1 << 30):.1f} GiB, GLB can hold 4",
                hint="Export fewer points, or as PLY",
            )
        with whole_file(path) as temporary, temporary.open("wb") as file:
            file.write(struct.pack("<4sII", MAGIC, 2, total))
            file.write(struct.pack("<II", len(description), JSON_CHUNK))
            file.write(description)
            file.write(struct.pack("<II", self._size_bytes, BINARY_CHUNK))
            _write_blocks(file.write, self._blocks)

    def _description(self) -> bytes:
        description: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "DepthStudio"},
            "scene": 0,
            "scenes": [{"nodes": list(range(len(self._parts["nodes"])))}],
            "buffers": [{"byteLength": self._size_bytes}],
            **self._parts,
        }
        if self._extensions:
            description["extensionsUsed"] = sorted(self._extensions)
        text = json.dumps(description, separators=(",", ":"), allow_nan=False).encode()
        return text + b" " * (-len(text) % _ALIGNMENT_BYTES)


def _write_blocks(write: Any, blocks: Iterable[NDArray[np.uint8]]) -> None:
    for block in blocks:
        write(block.data)
