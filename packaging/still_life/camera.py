"""Where the pictures are taken from, in the program's camera frame.

+X right, +Y down, +Z forward, in the world too; pixel (0, 0) is the centre of the top
left pixel. Table coordinates differ from the world only in that height points up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TABLE_FROM_WORLD = np.array([1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    intrinsics : (3, 3) pixels; world_from_camera : (4, 4) metres
    """

    width_px: int
    height_px: int
    intrinsics: NDArray[np.float64]
    world_from_camera: NDArray[np.float64]

    def scaled(self, factor: float) -> Camera:
        """The same view with `factor` times as many pixels along each edge."""
        scale = np.diag([factor, factor, 1.0])
        centre = np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
        intrinsics = scale @ (self.intrinsics + centre) - centre
        size = (round(self.width_px * factor), round(self.height_px * factor))
        return Camera(*size, intrinsics, self.world_from_camera)

    def rays(self, u: NDArray, v: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Origin (3,) and directions (N, 3) in table coordinates, through pixels (u, v).

        A direction has length 1 along the camera's +Z, so that what is `depth` along it
        is depth, not distance.
        """
        x = (u - self.intrinsics[0, 2]) / self.intrinsics[0, 0]
        y = (v - self.intrinsics[1, 2]) / self.intrinsics[1, 1]
        in_camera = np.stack([x, y, np.ones_like(x)], axis=-1)
        in_world = in_camera @ self.world_from_camera[:3, :3].T
        return self.world_from_camera[:3, 3] * TABLE_FROM_WORLD, in_world * TABLE_FROM_WORLD


def looking_at(eye: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4) pose of a level camera at `eye`; both in table coordinates."""
    eye, target = eye * TABLE_FROM_WORLD, target * TABLE_FROM_WORLD
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross([0.0, 1.0, 0.0], forward)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=-1)
    pose[:3, 3] = eye
    return pose


def studio_cameras(width_px: int = 960, height_px: int = 640) -> list[Camera]:
    """Four places around the table, from left to right of the first."""
    focal_px = 1.72 * width_px
    intrinsics = np.array(
        [[focal_px, 0, (width_px - 1) / 2], [0, focal_px, (height_px - 1) / 2], [0, 0, 1]]
    )
    target = np.array([0.015, 0.108, 0.02])
    cameras: list[Camera] = []
    for turn_deg, rise_deg, away_m in (
        (4, 17, 1.2),
        (-22, 20, 1.2),
        (28, 15, 1.22),
        (-6, 36, 1.25),
    ):
        turn, rise = np.radians([turn_deg, rise_deg])
        offset = [np.sin(turn) * np.cos(rise), np.sin(rise), -np.cos(turn) * np.cos(rise)]
        pose = looking_at(target + away_m * np.array(offset), target)
        cameras.append(Camera(width_px, height_px, intrinsics, pose))
    return cameras
