"""Builds small files byte by byte, so that tests decide every one of them."""

import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

COMPONENT_CODES = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class GlbSketch:
    """A GLB in the making: `accessor` adds data, `document` is free to be spoilt."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.binary = b""
        self.document: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
            "meshes": [{"primitives": []}],
            "accessors": [],
            "bufferViews": [],
        }

    def view(self, data: bytes, **properties: Any) -> int:
        self.binary += bytes(-len(self.binary) % 4)
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)}
        self.binary += data
        self.document["bufferViews"].append(view | properties)
        return len(self.document["bufferViews"]) - 1

    def accessor(self, values: np.ndarray, *, view: int | None = None, **properties: Any) -> int:
        width = values.shape[1] if values.ndim == 2 else 1
        accessor = {
            "bufferView": self.view(values.tobytes()) if view is None else view,
            "componentType": COMPONENT_CODES[values.dtype.str[1:]],
            "count": len(values),
            "type": TYPES[width],
        }
        self.document["accessors"].append(accessor | properties)
        return len(self.document["accessors"]) - 1

    def primitive(self, mode: int, **parts: Any) -> None:
        indices = {"indices": parts.pop("indices")} if "indices" in parts else {}
        material = {"material": parts.pop("material")} if "material" in parts else {}
        primitive = {"mode": mode, "attributes": parts, **indices, **material}
        self.document["meshes"][0]["primitives"].append(primitive)

    def points(self, positions: np.ndarray, **parts: Any) -> None:
        self.primitive(0, POSITION=self.accessor(positions), **parts)

    def write(self, *, description: bytes | None = None) -> Path:
        self.document.setdefault("buffers", [{"byteLength": len(self.binary)}])
        text = json.dumps(self.document).encode() if description is None else description
        text += b" " * (-len(text) % 4)
        binary = self.binary + bytes(-len(self.binary) % 4)
        total = 12 + 8 + len(text) + 8 + len(binary)
        self.path.write_bytes(
            struct.pack("<4sIIII", b"glTF", 2, total, len(text), 0x4E4F534A)
            + text
            + struct.pack("<II", len(binary), 0x004E4942)
            + binary
        )
        return self.path


@pytest.fixture
def glb(tmp_path: Path) -> GlbSketch:
    return GlbSketch(tmp_path / "sketch.glb")


@pytest.fixture
def write_text_ply(tmp_path: Path) -> Callable[[Sequence[str], str], Path]:
    """Writes a PLY from header lines (without ``ply`` and ``end_header``) and a body."""

    def write(header: Sequence[str], body: str) -> Path:
        path = tmp_path / "sketch.ply"
        path.write_text("\n".join(["ply", *header, "end_header", body]))
        return path

    return write


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
