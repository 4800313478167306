"""Between pixels with depth and points in front of a pinhole camera."""

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS = 16  # depth and points of a block stay in the cache between the three writes


def unproject(depth: NDArray[np.floating], intrinsics: NDArray[np.float64]) -> NDArray[np.float32]:
    """Camera-space point of every pixel: +X right, +Y down, +Z forward.

    Parameters
    ----------
    depth : (H, W) float, any length unit; NaN where unknown
        Distance along +Z, not along the ray.
    intrinsics : (3, 3) float64, pixels, without skew
        Pixel (0, 0) is the centre of the top left pixel.

    Returns
    -------
    (H, W, 3) float32, in the unit of `depth`; NaN where `depth` is NaN
    """
    if depth.ndim != 2:
        raise ValueError(f"depth must be (H, W), got {depth.shape}")
    focal_x, focal_y, centre_x, centre_y = _pinhole(intrinsics)
    height, width = depth.shape
    rays_x = ((np.arange(width, dtype=np.float64) - centre_x) / focal_x).astype(np.float32)
    rays_y = ((np.arange(height, dtype=np.float64) - centre_y) / focal_y).astype(np.float32)
    points = np.zeros((height, width, 3), np.float32)
    for start in range(0, height, BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        block = depth[rows].astype(np.float32, copy=False)
        np.multiply(block, rays_x, out=points[rows, :, 0])
        np.multiply(block, rays_y[rows, np.newaxis], out=points[rows, :, 1])
        points[rows, :, 2] = block
    return points


def project(points: NDArray[np.floating], intrinsics: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where points in front of the camera appear.

    Parameters
    ----------
    points : (..., 3) float, +X right, +Y down, +Z forward
    intrinsics : (3, 3) float64, pixels, without skew

    Returns
    -------
    (..., 2) float64, pixels (u right, v down); NaN for points that are not in front
    """
    if points.shape[-1] != 3:
        raise ValueError(f"points must be (..., 3), got {points.shape}")
    focal_x, focal_y, centre_x, centre_y = _pinhole(intrinsics)
    x, y, z = np.moveaxis(points.astype(np.float64), -1, 0)
    z = np.where(z > 0, z, np.nan)
    return np.stack([x / z * focal_x + centre_x, y / z * focal_y + centre_y], axis=-1)


def _pinhole(intrinsics: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Focal lengths and principal point, in pixels."""
    if intrinsics.shape != (3, 3):
        raise ValueError(f"intrinsics must be (3, 3), got {intrinsics.shape}")
    if intrinsics[0, 1] != 0:
        raise ValueError("intrinsics with skew are not a pinhole camera's")
    focal_x, focal_y = float(intrinsics[0, 0]), float(intrinsics[1, 1])
    if focal_x == 0 or focal_y == 0:
        raise ValueError("intrinsics need a focal length")
    return focal_x, focal_y, float(intrinsics[0, 2]), float(intrinsics[1, 2])
