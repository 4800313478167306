"""Reads PLY: points or a surface, as text or binary of either byte order."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import PointCloud, TriangleMesh, Views
from depthstudio.formats.colour import colour_bytes
from depthstudio.formats.mapped_file import map_file
from depthstudio.formats.ply_header import Header, damaged, read_header
from depthstudio.formats.ply_rows import Rows, read_rows
from depthstudio.formats.ply_write import write_ply
from depthstudio.formats.topology import polygon_triangles
from depthstudio.formats.up_axis import WORLD_FROM_Y_UP

__all__ = ["read_ply", "write_ply"]

_COLOUR_NAMES = (
    ("red", "green", "blue", "alpha"),
    ("diffuse_red", "diffuse_green", "diffuse_blue", "diffuse_alpha"),
    ("r", "g", "b", "a"),
)
_FACE_LISTS = ("vertex_indices", "vertex_index")
_TEXT_BLOCK_BYTES = 1 << 20
# Below this, float32 still resolves a quarter of a thousandth.
_FAR_FROM_ORIGIN = 4096.0


def read_ply(path: Path) -> Views:
    """The points of a PLY file as a cloud, or its surface if it has faces.

    PLY does not say which way is up: files are read as +Y up, as glTF is, so `transform`
    is the half turn about X. Coordinates may be of any number type; those of 64 bits that
    lie far from the origin (a map projection) are moved towards it and `transform` moves
    them back, so that no precision is lost. Colours are ``red green blue`` with or without
    ``alpha``; floats count from 0 to 1, or to 255 if one is above 1. Polygons become fans of
    triangles, in groups of equal numbers of corners. Other properties and elements are
    skipped.

    Raises
    ------
    FormatError
        when the file is damaged or cut short, or has no points
    InputError
        when it cannot be opened
    """
    data = map_file(path)
    header = read_header(path, data)
    body = data[header.body_offset :]
    if header.is_text:
        body = _numbers_as_bytes(path, body)
    vertices, faces = _wanted_rows(path, header, body)
    if vertices is None or not {"x", "y", "z"} <= set(vertices.scalars):
        raise FormatError(f"{path.name} holds no points", hint="Export it again")
    positions, transform = _positions(vertices)
    colours = _colours(vertices)
    triangles = _triangles(path, faces, len(positions))
    if len(triangles):
        mesh = TriangleMesh(positions, triangles, colours, transform=transform, name=path.stem)
        return Views(meshes=[mesh])
    return Views(clouds=[PointCloud(positions, colours, transform, path.stem)])


def _wanted_rows(
    path: Path, header: Header, body: NDArray[np.uint8]
) -> tuple[Rows | None, Rows | None]:
    """The rows of vertices and faces; what stands before them is stepped over."""
    found: dict[str, Rows] = {}
    offset = 0
    for element in header.elements:
        if {"vertex", "face"} <= set(found):
            break
        rows = read_rows(path, element, body[offset:])
        offset += rows.size_bytes
        found.setdefault(element.name, rows)
    return found.get("vertex"), found.get("face")


def _numbers_as_bytes(path: Path, body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A text body as float64 bytes, so that it reads like a binary one."""
    text = body.tobytes()
    blocks = [np.zeros(0)]
    start = 0
    while start < len(text):
        end = text.find(b"\n", start + _TEXT_BLOCK_BYTES) + 1 or len(text)
        try:
            blocks.append(np.fromiter(map(float, text[start:end].split()), np.float64))
        except ValueError as exc:
            raise damaged(path, "it has words where numbers belong") from exc
        start = end
    return np.concatenate(blocks).view(np.uint8)


def _positions(vertices: Rows) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """(N, 3) positions and the (4, 4) transform from them to our world frame."""
    columns = [vertices.scalars[axis] for axis in "xyz"]
    with np.errstate(all="ignore"):  # values beyond float32 become infinite
        if all(vertices.declared[axis].itemsize < 8 for axis in "xyz"):
            positions = np.stack(columns, axis=-1, dtype=np.float32, casting="unsafe")
            return positions, WORLD_FROM_Y_UP
        exact = np.stack(columns, axis=-1).astype(np.float64)
        finite = exact[np.isfinite(exact).all(axis=1)]
        if not len(finite) or np.abs(finite).max() < _FAR_FROM_ORIGIN:
            return exact.astype(np.float32), WORLD_FROM_Y_UP
        origin: NDArray[np.float64] = np.rint(finite.min(axis=0) / 2 + finite.max(axis=0) / 2)
        back = np.eye(4)
        back[:3, 3] = origin
        return (exact - origin).astype(np.float32), WORLD_FROM_Y_UP @ back


def _colours(vertices: Rows) -> NDArray[np.uint8] | None:
    for names in _COLOUR_NAMES:
        if set(names[:3]) <= set(vertices.scalars):
            present = [name for name in names if name in vertices.scalars]
            channels = [
                _channel(vertices.scalars[name], vertices.declared[name]) for name in present
            ]
            return np.stack(channels, axis=-1)
    return None


def _channel(values: NDArray[Any], declared: np.dtype[Any]) -> NDArray[np.uint8]:
    """One colour channel of any declared type as (N,) uint8."""
    if values.dtype == np.uint8:
        return values
    with np.errstate(all="ignore"):
        numbers = np.nan_to_num(values.astype(np.float64), nan=0.0)
        if declared == np.uint16:
            return colour_bytes(np.clip(numbers, 0, 65535).astype(np.uint16))
        if declared.kind == "f" and numbers.max() <= 1:
            return colour_bytes(numbers)
        return np.clip(np.rint(numbers), 0, 255).astype(np.uint8)


def _triangles(path: Path, faces: Rows | None, point_count: int) -> NDArray[np.integer[Any]]:
    """(M, 3) corners of all faces, every index checked."""
    if faces is None:
        return np.zeros((0, 3), np.uint32)
    polygons: Sequence[NDArray[Any]] = ()
    for name in _FACE_LISTS:
        polygons = polygons or faces.lists.get(name, ())
    parts: list[NDArray[np.integer[Any]]] = [np.zeros((0, 3), np.uint32)]
    for corners in polygons:
        if corners.shape[1] < 3:
            continue
        if not 0 <= corners.min() <= corners.max() < point_count:  # also refuses NaN
            raise damaged(path, f"a face refers to a point that is not among its {point_count}")
        parts.append(polygon_triangles(corners.astype(np.uint32)))
    return parts[1] if len(parts) == 2 else np.concatenate(parts)
