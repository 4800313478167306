"""Writes binary PLY: points, or surfaces joined into one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.core.views import PointCloud, TriangleMesh
from depthstudio.formats.colour import srgb_colour
from depthstudio.formats.up_axis import Y_UP_FROM_WORLD
from depthstudio.formats.whole_file import whole_file

_ROWS_AT_ONCE = 1 << 18
_CHANNELS = ("red", "green", "blue", "alpha")
_WHITE = (1.0, 1.0, 1.0, 1.0)


def write_ply(
    path: Path, *, clouds: Sequence[PointCloud] = (), meshes: Sequence[TriangleMesh] = ()
) -> None:
    """Write all parts into one binary little endian PLY, +Y up, transforms applied.

    Positions are float32. Colours are written if any part has some, with alpha if any has
    that; a textured surface gets the texture's colour at each point, a plain one its base
    colour. Points that are not finite stay, as the format allows them. An existing file is
    replaced, or stays whole if writing fails.

    Raises
    ------
    FormatError
        when there are no points
    OSError
        when the file cannot be written
    """
    parts = [*clouds, *meshes]
    point_count = sum(len(part.positions) for part in parts)
    if point_count == 0:
        raise FormatError(
            f"{path.name} was not written: there are no points",
            hint="Choose a result that has some",
        )
    colours = [_part_colours(part) for part in parts]
    channels = max((found.shape[1] for found in colours if found is not None), default=0)
    triangle_count = sum(len(mesh.triangles) for mesh in meshes)
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.write(_header(point_count, channels, triangle_count))
        for part, found in zip(parts, colours, strict=True):
            for rows in _vertex_rows(part, found, channels):
                file.write(rows.view(np.uint8).data)
        first = sum(len(cloud) for cloud in clouds)
        for mesh in meshes:
            for rows in _face_rows(mesh.triangles, first):
                file.write(rows.view(np.uint8).data)
            first += len(mesh.positions)


def _header(point_count: int, channels: int, triangle_count: int) -> bytes:
    lines = ["ply", "format binary_little_endian 1.0", "comment DepthStudio, +Y up"]
    lines += [f"element vertex {point_count}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property uchar {name}" for name in _CHANNELS[:channels]]
    if triangle_count:
        lines += [f"element face {triangle_count}", "property list uchar int vertex_indices"]
    return "\n".join([*lines, "end_header", ""]).encode()


def _vertex_rows(
    part: PointCloud | TriangleMesh, colours: NDArray[np.uint8] | None, channels: int
) -> Iterator[NDArray[Any]]:
    """The rows of one part, a block at a time, so that large clouds need little memory."""
    row = np.dtype([("position", "<f4", (3,)), ("colour", "u1", (channels,))])
    matrix = Y_UP_FROM_WORLD @ part.transform
    for start in range(0, len(part.positions), _ROWS_AT_ONCE):
        positions = part.positions[start : start + _ROWS_AT_ONCE]
        rows = np.zeros(len(positions), row)
        with np.errstate(all="ignore"):  # points that are not finite
            rows["position"] = positions @ matrix[:3, :3].T + matrix[:3, 3]
        if channels:
            rows["colour"] = 255
        if colours is not None:
            found = colours[start : start + _ROWS_AT_ONCE]
            rows["colour"][:, : found.shape[1]] = found
        yield rows


def _face_rows(triangles: NDArray[np.integer[Any]], first: int) -> Iterator[NDArray[Any]]:
    row = np.dtype([("count", "u1"), ("corners", "<i4", (3,))])
    for start in range(0, len(triangles), _ROWS_AT_ONCE):
        corners = triangles[start : start + _ROWS_AT_ONCE]
        rows = np.zeros(len(corners), row)
        rows["count"] = 3
        rows["corners"] = corners.astype(np.int64) + first
        yield rows


def _part_colours(part: PointCloud | TriangleMesh) -> NDArray[np.uint8] | None:
    """(N, 3) or (N, 4) colours of a part, None where it has none."""
    if part.colours is not None or isinstance(part, PointCloud):
        return part.colours
    if part.texture is not None and part.uv is not None:
        return _sampled(part.texture, part.uv)
    if part.base_colour == _WHITE:
        return None
    return np.tile(srgb_colour(part.base_colour)[:3], (len(part.positions), 1))


def _sampled(texture: NDArray[np.uint8], uv: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The texel nearest to each coordinate; beyond the edge, that of the edge."""
    height_px, width_px = texture.shape[:2]
    inside = np.clip(np.nan_to_num(uv), 0, 1)
    columns = np.minimum((inside[:, 0] * width_px).astype(np.int64), width_px - 1)
    rows = np.minimum((inside[:, 1] * height_px).astype(np.int64), height_px - 1)
    return texture[rows, columns]
