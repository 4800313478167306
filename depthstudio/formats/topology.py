"""Strips, fans, loops and polygons as separate triangles and segments."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.integer[Any]]


def separate_triangles(corners: Indices) -> Indices:
    """(N,) to (N // 3, 3), a view; corners left over are dropped."""
    return corners[: len(corners) // 3 * 3].reshape(-1, 3)


def strip_triangles(corners: Indices) -> Indices:
    """(N,) to (N - 2, 3); every second triangle is turned so that all face the same side."""
    triangles = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=-1)
    triangles[1::2, 1:] = triangles[1::2, :0:-1]
    return triangles


def fan_triangles(corners: Indices) -> Indices:
    """(N,) to (N - 2, 3), all around the first corner."""
    return polygon_triangles(corners[None, :])


def polygon_triangles(polygons: Indices) -> Indices:
    """(M, K) corners of M polygons to (M * (K - 2), 3), a fan for each polygon."""
    first = np.broadcast_to(polygons[:, :1], polygons[:, 2:].shape)
    return np.stack([first, polygons[:, 1:-1], polygons[:, 2:]], axis=-1).reshape(-1, 3)


def separate_segments(ends: Indices) -> Indices:
    """(N,) to (N // 2, 2), a view; an end left over is dropped."""
    return ends[: len(ends) // 2 * 2].reshape(-1, 2)


def strip_segments(ends: Indices) -> Indices:
    """(N,) to (N - 1, 2)"""
    return np.stack([ends[:-1], ends[1:]], axis=-1)


def loop_segments(ends: Indices) -> Indices:
    """(N,) to (N, 2), the last one closing the loop."""
    return np.stack([ends, np.roll(ends, -1)], axis=-1)


# glTF's primitive modes; below the smallest number of points a mode has nothing to draw.
TRIANGLE_MODES: dict[int, Callable[[Indices], Indices]] = {
    4: separate_triangles,
    5: strip_triangles,
    6: fan_triangles,
}
SEGMENT_MODES: dict[int, Callable[[Indices], Indices]] = {
    1: separate_segments,
    2: loop_segments,
    3: strip_segments,
}
