"""Which way a surface faces."""

import numpy as np
from numpy.typing import NDArray


def grid_normals(positions: NDArray[np.floating]) -> NDArray[np.float32]:
    """Unit normal of every point of a grid, on the side the camera sees.

    Parameters
    ----------
    positions : (H, W, 3) float, H and W at least 2; NaN where unknown
        Columns run towards +X and rows towards +Y where the grid is flat.

    Returns
    -------
    (H, W, 3) float32, unit length; (0, 0, -1) on a flat grid, which faces the camera.
    NaN at and next to unknown points, and where the grid has no area.
    """
    if positions.ndim != 3 or positions.shape[2] != 3 or min(positions.shape[:2]) < 2:
        raise ValueError(f"positions must be (H, W, 3) of at least 2 x 2, got {positions.shape}")
    down, right = np.gradient(positions.astype(np.float32, copy=False), axis=(0, 1))
    normals = np.cross(down, right)
    lengths = np.linalg.norm(normals, axis=2, keepdims=True)
    known = (lengths > 0) & ~np.isnan(positions).any(axis=2, keepdims=True)
    unknown = np.full_like(normals, np.nan)
    return np.divide(normals, lengths, out=unknown, where=known)
