"""Finds what each ray meets, by walking along it as far as the nearest surface allows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from still_life.scene import TABLE_BACK_M, Part
from still_life.shapes import Points, Values, length

TABLE, BACKDROP = -1, -2
HIT_M = 2e-6
MAX_STEPS = 160
FAR_M = 1e3


@dataclass(frozen=True)
class Hits:
    """Where rays end.

    depth : (N,) in lengths of each ray's direction; inf on the backdrop
    what : (N,) index of the part, or TABLE, or BACKDROP
    """

    depth: NDArray[np.float64]
    what: NDArray[np.int64]


def nearest(parts: list[Part], points: Points, margin_m: float = 0.02) -> tuple[Values, NDArray]:
    """Distance to the nearest part, and its index.

    Beyond `margin_m` of a part's reach the distance to the reach stands for it: a little
    too small, never too large.
    """
    best = np.full(len(points), FAR_M, points.dtype)
    which = np.zeros(len(points), np.int64)
    for index, part in enumerate(parts):
        to_centre = points - np.asarray(part.centre, points.dtype)
        distance = length(to_centre) - points.dtype.type(part.reach_m)
        close = np.flatnonzero(distance < np.minimum(margin_m, best))
        distance[close] = part.distance(part.local(points[close]))
        closer = distance < best
        best[closer], which[closer] = distance[closer], index
    return best, which


def table_depth(origin: Points, directions: Points) -> NDArray[np.float64]:
    """(N,) where rays meet the table top, inf where they do not."""
    down = directions[:, 1] < 0
    depth = np.where(down, -origin[..., 1] / np.where(down, directions[:, 1], -1), np.inf)
    beyond = origin[..., 2] + depth * directions[:, 2] > TABLE_BACK_M
    return np.where(down & ~beyond, depth, np.inf)


def trace(parts: list[Part], origin: NDArray[np.float64], directions: Points) -> Hits:
    """What rays from one `origin` (3,) along `directions` (N, 3) meet first."""
    limit = table_depth(origin, directions)
    what = np.where(np.isfinite(limit), TABLE, BACKDROP)
    depth, last = _reach_of_all(parts, origin, directions)
    last = np.minimum(last, limit)
    speed = length(directions)
    active = np.flatnonzero(depth < last)
    for _ in range(MAX_STEPS):
        if not len(active):
            break
        points = origin + depth[active, None] * directions[active]
        gap, which = nearest(parts, points)
        met = gap < HIT_M
        what[active[met]] = which[met]
        limit[active[met]] = depth[active[met]]
        depth[active] += gap / speed[active]
        active = active[~met & (depth[active] < last[active])]
    return Hits(limit, what)


def _reach_of_all(
    parts: list[Part], origin: NDArray[np.float64], directions: Points
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Along each ray, the first and last depth at which any part may be met."""
    first, last = np.full(len(directions), np.inf), np.full(len(directions), -np.inf)
    a = np.einsum("ij,ij->i", directions, directions)
    for part in parts:
        to_origin = origin - np.asarray(part.centre)
        b = directions @ to_origin
        root = b**2 - a * (to_origin @ to_origin - (part.reach_m + 1e-3) ** 2)
        crossed = root > 0
        half = np.sqrt(np.where(crossed, root, 0))
        first = np.where(crossed, np.minimum(first, (-b - half) / a), first)
        last = np.where(crossed, np.maximum(last, (-b + half) / a), last)
    return first, last
