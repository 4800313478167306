"""Cameras as the pyramids people know them by."""

import numpy as np

from depthstudio.core.views import CameraSet, LineSet

# Apex 0, then the corners of the picture: top left, top right, bottom right, bottom left.
_EDGES = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (3, 4), (4, 1)]


def frustums(cameras: CameraSet, depth: float) -> LineSet:
    """One pyramid per camera, its picture `depth` in front of it, in the world's unit.

    Returns
    -------
    5 points and 8 segments for each camera, in order
    """
    width, height = cameras.sizes_px[:, 0], cameras.sizes_px[:, 1]
    # Pixel centres are integers, so the picture's edges lie half a pixel further out.
    u = np.stack([0 * width, width, width, 0 * width], axis=1) - 0.5
    v = np.stack([0 * height, 0 * height, height, height], axis=1) - 0.5
    focal = cameras.intrinsics[:, [0, 1], [0, 1]]
    middle = cameras.intrinsics[:, :2, 2]
    corners = np.ones((len(cameras), 4, 3))
    corners[..., 0] = (u - middle[:, :1]) / focal[:, :1]
    corners[..., 1] = (v - middle[:, 1:]) / focal[:, 1:]
    local = np.concatenate([np.zeros((len(cameras), 1, 3)), corners * depth], axis=1)
    turn, origin = cameras.world_from_camera[:, :3, :3], cameras.world_from_camera[:, None, :3, 3]
    world = np.einsum("nij,nkj->nki", turn, local) + origin
    segments = np.array(_EDGES)[None] + 5 * np.arange(len(cameras))[:, None, None]
    return LineSet(
        positions=world.reshape(-1, 3).astype(np.float32),
        segments=segments.reshape(-1, 2).astype(np.int32),
        name="cameras",
    )
