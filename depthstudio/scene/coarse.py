"""Coarser surfaces while the camera moves, for displays that draw in software."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import TriangleMesh
from depthstudio.scene.bounds import bounds_of
from depthstudio.scene.options import MOVING_TRIANGLES

AREA_SAMPLE = 20_000  # triangles
TRIANGLES_PER_CELL = 2.6  # a flat surface keeps two for every cell it crosses, one that waves more
POSITION_BITS = 17  # of an axis, in the number of a cell
UV_BITS = 4
UV_CELLS = 2**UV_BITS  # keeps what is far apart in the texture from running together


def coarsened(meshes: Sequence[TriangleMesh], budget: int = MOVING_TRIANGLES) -> list[TriangleMesh]:
    """About `budget` triangles in all; the same objects where a surface stays as it is.

    A coarse surface shares every array but the triangles with the fine one, and has no gaps
    that the fine one has not. Small surfaces stay whole, and all do when they fit already.
    """
    total = sum(len(mesh.triangles) for mesh in meshes)
    if total <= budget:
        return list(meshes)
    return [
        replace(mesh, triangles=_coarse(mesh, budget * len(mesh.triangles) // total))
        if len(mesh.triangles) > budget // len(meshes)
        else mesh
        for mesh in meshes
    ]


def _coarse(mesh: TriangleMesh, budget: int) -> NDArray[np.integer]:
    """(M, 3): each corner moved to the first point in its cell, without what collapsed."""
    _, first, inverse = np.unique(_cells(mesh, budget), return_index=True, return_inverse=True)
    corners = inverse[mesh.triangles]
    a, b, c = corners.T
    kept = corners[(a != b) & (b != c) & (c != a)]
    return first[kept].astype(np.int32)


def _cells(mesh: TriangleMesh, budget: int) -> NDArray[np.int64]:
    """(N,) the cell each point lies in; those without a finite place share one of their own."""
    box = bounds_of(mesh.positions, np.eye(4))
    if box is None:
        return np.full(len(mesh.positions), -1)
    side = np.sqrt(TRIANGLES_PER_CELL * _area(mesh) / budget)
    side = max(side, float(box.size.max()) / (2**POSITION_BITS - 1)) or 1.0
    places = (mesh.positions - box.low.astype(np.float32)) / np.float32(side)
    finite = np.logical_and.reduce(np.isfinite(places), axis=1)
    x, y, z = np.where(finite[:, None], places, 0).astype(np.int64).T
    cells = (x << 2 * POSITION_BITS) | (y << POSITION_BITS) | z
    if mesh.uv is not None:
        u, v = (np.nan_to_num(mesh.uv) * UV_CELLS).astype(np.int64).T % UV_CELLS
        cells = cells << 2 * UV_BITS | u << UV_BITS | v
    return np.where(finite, cells, -1)


def _area(mesh: TriangleMesh) -> float:
    """About the whole area, from a sample spread evenly over the triangles."""
    step = -(-len(mesh.triangles) // AREA_SAMPLE)
    a, b, c = (mesh.positions[mesh.triangles[::step, corner]] for corner in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return float(areas[np.isfinite(areas)].sum()) * step
