"""Light on a depth map, as maps shade hills: a picture of the shape without rendering it."""

import numpy as np
from numpy.typing import NDArray

from depthstudio.geometry.normals import grid_normals
from depthstudio.geometry.surface import height_field

# From the upper left and from the front, where people expect light in a picture.
TOWARDS_LIGHT = np.array([-0.5, -0.6, -0.62], np.float32)


def hill_shade(depth: NDArray[np.floating], *, exaggeration: float = 1.0) -> NDArray[np.float32]:
    """How brightly every pixel of a relief is lit.

    Parameters
    ----------
    depth : (H, W) float, H and W at least 2, in units of the long side; NaN where unknown
    exaggeration : factor on the slopes, below 1 for a calmer picture

    Returns
    -------
    (H, W) float32, 0 to 1, one value for all flat places; 1 faces the light, 0 is turned away
    from it or next to an unknown pixel
    """
    normals = grid_normals(height_field(depth * np.float32(exaggeration)))
    light = TOWARDS_LIGHT / np.linalg.norm(TOWARDS_LIGHT)
    return np.nan_to_num(np.clip(normals @ light, 0.0, 1.0), nan=0.0).astype(np.float32)
