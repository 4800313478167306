"""Grids of points to triangles: surfaces, and the closed body below them.

A quad is the square between four neighbouring points; quad (r, c) has its top left corner
at point (r, c). Points are numbered row by row. Triangles are counter-clockwise seen from
the camera, that is from -Z.
"""

import numpy as np
from numpy.typing import NDArray

LARGEST_INDEX = 2**31 - 1


def height_field(depth: NDArray[np.floating]) -> NDArray[np.float32]:
    """Orthographic position of every pixel, as a relief on a table has them.

    Parameters
    ----------
    depth : (H, W) float, in units of the picture's long side; NaN where unknown

    Returns
    -------
    (H, W, 3) float32: +X right, +Y down, both centred on 0, the outer pixel centres of the
    long side 1 apart; z is `depth`, and NaN with it
    """
    if depth.ndim != 2:
        raise ValueError(f"depth must be (H, W), got {depth.shape}")
    height, width = depth.shape
    pitch = 1.0 / max(height - 1, width - 1, 1)
    positions = np.zeros((height, width, 3), np.float32)
    positions[..., 0] = (np.arange(width) - (width - 1) / 2) * pitch
    positions[..., 1] = ((np.arange(height) - (height - 1) / 2) * pitch)[:, np.newaxis]
    positions[..., 2] = depth
    return positions


def grid_uv(height_px: int, width_px: int) -> NDArray[np.float32]:
    """Texture coordinate of every pixel's centre, (H * W, 2); (0, 0) is the top left corner."""
    u = (np.arange(width_px) + 0.5) / width_px
    v = (np.arange(height_px) + 0.5) / height_px
    return np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2).astype(np.float32)


def grid_triangles(
    valid: NDArray[np.bool_], *, cut: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Triangles over a grid of points, two for every quad with four valid corners.

    Parameters
    ----------
    valid : (H, W) bool
    cut : (H - 1, W - 1) bool, quads to leave out, as `discontinuities` finds them

    Returns
    -------
    (M, 3) int32, indices into the H * W points
    """
    quads = known_quads(valid)
    return quad_triangles(quads if cut is None else quads & ~cut)


def known_quads(valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(H - 1, W - 1) bool: which quads have all four corners in `valid` (H, W)."""
    if valid.ndim != 2:
        raise ValueError(f"valid must be (H, W), got {valid.shape}")
    return valid[:-1, :-1] & valid[:-1, 1:] & valid[1:, :-1] & valid[1:, 1:]


def discontinuities(depth: NDArray[np.floating], max_ratio: float) -> NDArray[np.bool_]:
    """Quads that span a jump in depth, as between a person and the wall behind.

    Parameters
    ----------
    depth : (H, W) float, positive, along +Z; NaN where unknown
    max_ratio : the farthest corner of a quad may be this many times as far as the nearest

    Returns
    -------
    (H - 1, W - 1) bool; False where a corner is unknown
    """
    if max_ratio < 1:
        raise ValueError(f"the farthest is never nearer than the nearest, got {max_ratio}")
    corners = (depth[:-1, :-1], depth[:-1, 1:], depth[1:, :-1], depth[1:, 1:])
    nearest = np.minimum.reduce(corners)
    farthest = np.maximum.reduce(corners)
    return farthest > nearest * max_ratio


def without_pinches(quads: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out quads until no two touch at a corner only.

    Where they do, the walls below would share one edge four ways, and no slicer knows
    inside from outside there. quads : (h, w) bool; so is the result.
    """
    kept = quads.copy()
    while True:
        top_left, top_right = kept[:-1, :-1], kept[:-1, 1:]
        low_left, low_right = kept[1:, :-1], kept[1:, 1:]
        falling = top_left & low_right & ~top_right & ~low_left
        rising = top_right & low_left & ~top_left & ~low_right
        if not (falling.any() or rising.any()):
            return kept
        kept[1:, 1:] &= ~falling
        kept[1:, :-1] &= ~rising


def quad_triangles(quads: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(M, 3) int32: two triangles for every True in `quads` (H - 1, W - 1)."""
    rows, columns = quads.shape
    if (rows + 1) * (columns + 1) > LARGEST_INDEX:
        raise ValueError(f"{columns + 1} x {rows + 1} points are too many for 32-bit indices")
    top_left = _corners(quads)
    top_right, low_left = top_left + 1, top_left + columns + 1
    triangles = np.stack(
        [top_left, low_left, top_right, top_right, low_left, low_left + 1], axis=-1
    )
    return triangles.reshape(-1, 3).astype(np.int32)


def compacted(
    positions: NDArray[np.float32], triangles: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Number the used points of a mesh anew, without the rest.

    Parameters
    ----------
    positions : (N, 3); triangles : (M, 3) int32 indices into it

    Returns
    -------
    (kept, triangles): (K,) indices of the used points in rising order, with which to take
    positions, colours and texture coordinates; and (M, 3) int32 indices into those
    """
    used = np.zeros(len(positions), bool)
    used[triangles.ravel()] = True
    kept = np.flatnonzero(used)
    renumbered = np.zeros(len(positions), np.int32)
    renumbered[kept] = np.arange(len(kept), dtype=np.int32)
    return kept, renumbered[triangles]


def closed_base(
    positions: NDArray[np.float32], quads: NDArray[np.bool_], floor_z: float
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Walls and bottom that make a watertight body of a surface over a grid.

    Parameters
    ----------
    positions : (H, W, 3) float32 of a height field, known at the corners of `quads`
    quads : (H - 1, W - 1) bool, the surface's quads, without pinches
    floor_z : where the bottom lies, beyond every point (+Z points away from the camera)

    Returns
    -------
    (K, 3) float32 positions and (M, 3) int32 triangles, counter-clockwise from outside.
    The upper edge repeats the surface's border points, in the same places.
    """
    top = positions.reshape(-1, 3)
    below = top.copy()
    below[:, 2] = floor_z
    shift = len(top)  # a point's counterpart on the floor comes that much later
    start, end = _border(quads)
    walls = [
        np.stack([end, start, start + shift], axis=-1),
        np.stack([end, start + shift, end + shift], axis=-1),
    ]
    if quads.all():
        # Seen from the middle a full rectangle's whole border is in sight: a fan will do.
        middle = np.full_like(start, 2 * shift)
        bottom = np.stack([end + shift, start + shift, middle], axis=-1)
    else:
        bottom = quad_triangles(quads)[:, ::-1].astype(np.int64) + shift
    border = below[start]
    centre = (border.min(axis=0) + border.max(axis=0)) / 2
    points = np.concatenate([top, below, centre[np.newaxis]])
    triangles = np.concatenate([*walls, bottom]).astype(np.int32)
    kept, triangles = compacted(points, triangles)
    return points[kept], triangles


def _border(quads: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start and end point of every open edge, in the direction its own triangle runs."""
    columns = quads.shape[1] + 1
    padded = np.pad(quads, 1)
    inside = padded[1:-1, 1:-1]
    left = _corners(inside & ~padded[1:-1, :-2])
    low = _corners(inside & ~padded[2:, 1:-1]) + columns
    right = _corners(inside & ~padded[1:-1, 2:]) + 1
    top = _corners(inside & ~padded[:-2, 1:-1])
    start = np.concatenate([left, low, right + columns, top + 1])
    end = np.concatenate([left + columns, low + 1, right, top])
    return start, end


def _corners(quads: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of the top left point of every True quad."""
    rows, columns = np.nonzero(quads)
    return rows.astype(np.int64) * (quads.shape[1] + 1) + columns
