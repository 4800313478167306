"""Light and tone: a warm window at the upper left, a cool room, a dark backdrop."""

import numpy as np
from numpy.typing import NDArray

from still_life.scene import Finish, Part
from still_life.shapes import Points, Values, length
from still_life.textures import Colours
from still_life.trace import nearest

KEY_FROM = np.array([-0.62, 0.62, -0.48]) / np.linalg.norm([-0.62, 0.62, -0.48])
RIM_FROM = np.array([0.72, 0.38, 0.58]) / np.linalg.norm([0.72, 0.38, 0.58])
KEY = np.array([1.0, 0.83, 0.62]) * 3.1
RIM = np.array([0.55, 0.75, 1.0]) * 0.8
ROOM_ABOVE = np.array([0.36, 0.42, 0.52]) * 0.95
ROOM_BELOW = np.array([0.30, 0.19, 0.11]) * 0.9
KEY_SHARPNESS = 9.0  # how far the window is off, in its own widths
SHADOW_REACH_M = 0.75


def row_dot(a: Points, b: NDArray) -> Values:
    """Scalar product of each (N, 3) row with a row, or with one vector."""
    return np.einsum("ij,ij->i", a, np.broadcast_to(b, a.shape))


def window_share(parts: list[Part], points: Points, normals: Points) -> Values:
    """How much of the window each point sees, 0 to 1, after Inigo Quilez's soft shadows."""
    start = points + normals * 1.5e-3
    share = np.ones(len(points), points.dtype)
    way = np.full(len(points), 2e-3, points.dtype)
    toward = KEY_FROM.astype(points.dtype)
    active = np.flatnonzero(row_dot(normals, toward) > 0)
    for _ in range(70):
        if not len(active):
            break
        gap, _ = nearest(parts, start[active] + way[active, None] * toward, margin_m=0.09)
        share[active] = np.minimum(share[active], 0.5 + 0.5 * KEY_SHARPNESS * gap / way[active])
        way[active] += np.clip(gap, 2e-3, 0.05)
        active = active[(share[active] > 0) & (way[active] < SHADOW_REACH_M)]
    share = np.clip(share, 0, 1)
    return share * share * (3 - 2 * share)


def openness(parts: list[Part], points: Points, normals: Points) -> Values:
    """How open the surroundings are, 0 in a crevice to 1 in the free."""
    closed = np.zeros(len(points), points.dtype)
    for step, reach in enumerate((0.006, 0.016, 0.035, 0.07)):
        probe = points + normals * reach
        gap, _ = nearest(parts, probe, margin_m=0.09)
        gap = np.minimum(gap, np.maximum(probe[:, 1], 0))
        closed += np.maximum(reach - gap, 0) / reach * 0.75**step
    return np.clip(1 - 0.42 * closed, 0.06, 1)


def surroundings(directions: Points) -> Colours:
    """What a mirror shows: the window with its cross bars, the room, the table."""
    up = directions[:, 1]
    room = ROOM_BELOW + (ROOM_ABOVE - ROOM_BELOW) * np.clip(0.5 + 0.9 * up, 0, 1)[:, None]
    across = np.cross(KEY_FROM, [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    facing = row_dot(directions, KEY_FROM)
    x = row_dot(directions, across) / np.maximum(facing, 1e-3)
    y = row_dot(directions, np.cross(across, KEY_FROM)) / np.maximum(facing, 1e-3)
    pane = _inside(x, 0.34) * _inside(y, 0.42) * (facing > 0)
    bars = np.maximum(_inside(x, 0.022), _inside(y, 0.022))
    return room + (pane * (1 - bars))[:, None] * KEY * 2.4


def _inside(offset: Values, half: float) -> Values:
    return np.clip((half - np.abs(offset)) / 0.03 + 0.5, 0, 1)


def shade(
    colours: Colours, finish: Finish, normals: Points, views: Points, seen: Values, free: Values
) -> Colours:
    """Linear light that leaves surfaces towards the eye.

    normals, views : (N, 3) of length 1, views pointing to the eye
    seen, free : (N,) from `window_share` and `openness`
    """
    key = np.maximum(row_dot(normals, KEY_FROM), 0) * seen
    rim = np.maximum(row_dot(normals, RIM_FROM), 0) * free
    sky = (0.5 + 0.5 * normals[:, 1]) * free
    room = ROOM_BELOW + (ROOM_ABOVE - ROOM_BELOW) * sky[:, None]
    diffuse = key[:, None] * KEY + rim[:, None] * RIM + room * free[:, None]
    facing = np.clip(row_dot(normals, views), 0, 1)
    mirrored = 2 * facing[:, None] * normals - views
    glance = (1 - facing) ** 5
    gloss = _highlight(normals, views, finish.roughness) * seen
    mirror = surroundings(mirrored) * (free * (0.35 + 0.65 * seen))[:, None]
    if finish.metal:
        tint = colours + (1 - colours) * glance[:, None]
        return tint * (mirror * 1.1 + gloss[:, None] * KEY * 0.6 + 0.22 * diffuse)
    fresnel = 0.04 + 0.96 * glance * (1 - finish.roughness)
    coat = (fresnel * finish.coat)[:, None] * mirror
    return colours * diffuse + 0.045 * gloss[:, None] * KEY + coat


def _highlight(normals: Points, views: Points, roughness: float) -> Values:
    """The window's glint on a rough surface, after Blinn and Phong."""
    half = views + KEY_FROM
    half /= length(half)[:, None]
    power = 2 / roughness**3
    return np.maximum(row_dot(normals, half), 0) ** power * (power + 8) / 25


def backdrop(directions: Points) -> Colours:
    """A dark painted cloth with a pool of light upon it."""
    ahead = directions / length(directions)[:, None]
    glow = np.exp(-((ahead[:, 0] - 0.02) ** 2 / 0.05 + (ahead[:, 1] + 0.14) ** 2 / 0.02))
    return np.array([0.026, 0.024, 0.025]) + glow[:, None] * np.array([0.16, 0.12, 0.085])


def developed(linear: NDArray[np.floating]) -> NDArray[np.uint8]:
    """sRGB bytes of linear light, with a film's soft shoulder (Narkowicz's ACES fit)."""
    light = np.maximum(linear, 0) * 0.56
    film = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    film = np.clip(film, 0, 1)
    encoded = np.where(film <= 0.0031308, 12.92 * film, 1.055 * film ** (1 / 2.4) - 0.055)
    return np.round(encoded * 255).astype(np.uint8)
