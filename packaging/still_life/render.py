"""Pictures and depth of the still life."""

import numpy as np
from numpy.typing import NDArray

from still_life import light
from still_life.camera import Camera
from still_life.scene import Finish, Part
from still_life.shapes import Points, length
from still_life.textures import Colours, planks
from still_life.trace import BACKDROP, TABLE, trace

TABLE_FINISH = Finish(0.42, coat=0.5)
BAND_ROWS = 48  # rows of a picture that are worked on at a time, to bound memory


def pixel_grid(rows: range, width_px: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """u and v of every pixel centre of these rows, row by row."""
    v, u = np.meshgrid(np.array(rows, float), np.arange(width_px, dtype=float), indexing="ij")
    return u.ravel(), v.ravel()


def depth_map(parts: list[Part], camera: Camera) -> NDArray[np.float32]:
    """(H, W) metres along +Z at every pixel's centre, NaN where there is only backdrop."""
    u, v = pixel_grid(range(camera.height_px), camera.width_px)
    depth = depth_at(parts, camera, u, v)
    return depth.reshape(camera.height_px, camera.width_px)


def depth_at(parts: list[Part], camera: Camera, u: NDArray, v: NDArray) -> NDArray[np.float32]:
    """(N,) metres along +Z through image positions (u, v), NaN on the backdrop."""
    hits = trace(parts, *camera.rays(u, v))
    return np.where(hits.what == BACKDROP, np.nan, hits.depth).astype(np.float32)


def picture(parts: list[Part], camera: Camera, samples: int = 3) -> NDArray[np.uint8]:
    """(H, W, 3) sRGB; every pixel is the mean of `samples` x `samples` rays."""
    fine = camera.scaled(samples)
    bands = [
        _band(parts, fine, range(top, min(top + BAND_ROWS, fine.height_px)))
        for top in range(0, fine.height_px, BAND_ROWS)
    ]
    linear = np.concatenate(bands).reshape(camera.height_px, samples, camera.width_px, samples, 3)
    # Highlights are held back before the mean, or their edges would stay jagged.
    mean = np.minimum(linear, 4.0).mean(axis=(1, 3))
    return light.developed(mean * _vignette(camera)[..., None])


def _band(parts: list[Part], camera: Camera, rows: range) -> NDArray[np.float32]:
    u, v = pixel_grid(rows, camera.width_px)
    origin, directions = camera.rays(u, v)
    hits = trace(parts, origin, directions)
    linear = np.zeros((len(u), 3), np.float32)
    for what in np.unique(hits.what):
        chosen = np.flatnonzero(hits.what == what)
        if what == BACKDROP:
            linear[chosen] = light.backdrop(directions[chosen])
            continue
        points = origin + hits.depth[chosen, None] * directions[chosen]
        views = -directions[chosen] / length(directions[chosen])[:, None]
        linear[chosen] = _surface(parts, int(what), points, views)
    return linear


def _surface(parts: list[Part], what: int, points: Points, views: Points) -> Colours:
    if what == TABLE:
        normals = np.broadcast_to(np.array([0.0, 1.0, 0.0]), points.shape)
        colours, finish = planks(points), TABLE_FINISH
    else:
        part = parts[what]
        normals = surface_normals(part, points)
        colours, finish = np.clip(part.colour(part.local(points)), 0, 1), part.finish
    points32, normals32 = points.astype(np.float32), normals.astype(np.float32)
    seen = light.window_share(parts, points32, normals32)
    free = light.openness(parts, points32, normals32)
    return light.shade(colours, finish, normals, views, seen, free)


def surface_normals(part: Part, points: Points, step_m: float = 4e-5) -> Points:
    """(N, 3) outward directions of length 1, from distances at four corners."""
    corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], float)
    total = np.zeros_like(points)
    for corner in corners:
        total += corner * part.distance(part.local(points + corner * step_m))[:, None]
    return total / length(total)[:, None]


def _vignette(camera: Camera) -> NDArray[np.float64]:
    """(H, W) how much of the light reaches each pixel: corners a little less."""
    v, u = np.mgrid[0 : camera.height_px, 0 : camera.width_px]
    x = (u - camera.width_px / 2) / camera.width_px
    y = (v - camera.height_px / 2) / camera.width_px
    return 1 - 0.55 * (x**2 + y**2)
