"""Cameras and the two conventions they come in.

Ours is OpenCV's: +X right, +Y down, +Z forward. glTF and OpenGL have +Y up and -Z forward.
The two differ by half a turn about X, in the world as in the camera.
"""

import math

import numpy as np
from numpy.typing import NDArray


def half_turn_about_x() -> NDArray[np.float64]:
    """(4, 4) float64: glTF's frame from OpenCV's, and back, as it is its own inverse."""
    return np.diag([1.0, -1.0, -1.0, 1.0])


def opencv_from_opengl(world_from_camera: NDArray[np.float64]) -> NDArray[np.float64]:
    """A camera pose in the other convention, world and camera frame both turned.

    world_from_camera : (..., 4, 4) float64. Converts in both directions.
    """
    if world_from_camera.shape[-2:] != (4, 4):
        raise ValueError(f"poses must be (..., 4, 4), got {world_from_camera.shape}")
    flip = half_turn_about_x()
    return flip @ world_from_camera @ flip


def look_at(
    eye: NDArray[np.float64], target: NDArray[np.float64], down: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Pose of a camera at `eye` that looks at `target`.

    Parameters
    ----------
    eye, target : (3,) float64, world frame, not the same point
    down : (3,) float64, the world direction that appears as down; +Y unless told

    Returns
    -------
    (4, 4) float64, world_from_camera, camera axes +X right, +Y down, +Z forward
    """
    forward = _unit(target - eye)
    wanted = np.array([0.0, 1.0, 0.0]) if down is None else _unit(down)
    if abs(float(wanted @ forward)) > 1 - 1e-9:
        # Straight up or down has no horizon; any direction across will do.
        wanted = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    right = _unit(np.cross(wanted, forward))
    pose = np.eye(4)
    pose[:3, :4] = np.column_stack([right, np.cross(forward, right), forward, eye])
    return pose


def intrinsics_from_fov(width_px: int, height_px: int, fov_x_rad: float) -> NDArray[np.float64]:
    """Pinhole of a picture with square pixels, its axis through the middle.

    `fov_x_rad` is the angle between the outer edges of the first and last column.
    """
    if not 0 < fov_x_rad < math.pi:
        raise ValueError(f"a field of view lies between 0 and 180 degrees, got {fov_x_rad} rad")
    focal_px = width_px / 2 / math.tan(fov_x_rad / 2)
    # Pixel (0, 0) is a pixel's centre, so the middle of the picture is half a pixel less.
    return np.array(
        [
            [focal_px, 0.0, (width_px - 1) / 2],
            [0.0, focal_px, (height_px - 1) / 2],
            [0.0, 0.0, 1.0],
        ]
    )


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    if length == 0:
        raise ValueError("a direction needs a length")
    return vector / length
