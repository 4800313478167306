"""Patterns through space: linear colours at points, from arithmetic alone."""

import numpy as np
from numpy.typing import NDArray

from still_life.shapes import Points, Values

Colours = NDArray[np.floating]  # (N, 3) linear RGB


def srgb(code: str) -> NDArray[np.float64]:
    """Linear RGB of a colour written as artists' tools write it, such as `c8a26b`."""
    value = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def blend(a: NDArray[np.floating], b: NDArray[np.floating], share: Values) -> Colours:
    """Colour `a` where share is 0, `b` where it is 1."""
    return a + (b - a) * np.clip(share, 0, 1)[:, None]


def _lattice(cells: NDArray[np.int64]) -> Values:
    """A fixed number from 0 to 1 for every whole-numbered point."""
    mixed = cells[:, 0] * 374761393 + cells[:, 1] * 668265263 + cells[:, 2] * 2147483647
    mixed = (mixed ^ (mixed >> 13)) & 0x7FFFFFFF
    mixed = (mixed * 1274126177) & 0x7FFFFFFF
    return ((mixed ^ (mixed >> 16)) & 0xFFFF).astype(np.float32) / 0xFFFF


def noise(points: Points) -> Values:
    """Smooth value noise from 0 to 1, one feature per unit."""
    base = np.floor(points)
    cell = base.astype(np.int64)
    part = points - base
    part = part * part * (3 - 2 * part)
    total = np.zeros(len(points), points.dtype)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=1)
        total += weight * _lattice(cell + np.array(corner))
    return total


def fractal(points: Points, octaves: int = 4) -> Values:
    """Noise with finer noise upon it, about 0.5."""
    total = np.zeros(len(points), points.dtype)
    for octave in range(octaves):
        total += noise(points * 2**octave + 17.3 * octave) * 0.5 ** (octave + 1)
    return total


def wood(points: Points, dark: str, light: str, ring_m: float = 0.02) -> Colours:
    """Long grain along x, as sawn from a trunk of rings `ring_m` apart."""
    stretched = points * np.array([2.2, 15.0, 15.0], points.dtype)
    wander = fractal(stretched, 3)
    rings = np.hypot(points[:, 1] + 0.11, points[:, 2] * 0.55) / ring_m + 3.2 * wander
    band = 0.5 + 0.5 * np.sin(2 * np.pi * rings)
    pores = noise(points * np.array([60.0, 900.0, 900.0], points.dtype))
    return blend(srgb(dark), srgb(light), 0.2 + 0.9 * band * wander + 0.2 * wander - 0.22 * pores)


def planks(points: Points) -> Colours:
    """A table top of boards that run across the picture."""
    board = np.floor(points[:, 2] / 0.17)
    shifted = points + np.stack([board * 7.7, board * 0.031, board * 1.3], axis=-1)
    tone = 0.8 + 0.4 * _lattice(np.stack([board, board, board], axis=-1).astype(np.int64))
    seam = np.abs(points[:, 2] / 0.17 - board - 0.5)
    gap = np.where(seam > 0.492, 0.25, 1.0)
    colours = wood(shifted.astype(points.dtype), "3d2415", "8a5a36")
    return colours * (tone * gap)[:, None]


def marble(points: Points, ground: str = "c9c0b2", vein: str = "4d5358") -> Colours:
    """Pale stone with thin dark veins."""
    warped = 6 * fractal(points * 16, 5)
    wave = np.abs(np.sin(points @ np.array([23.0, 31.0, 17.0]) + 2.6 * warped))
    cloud = fractal(points * 30, 3)
    share = np.clip(1 - wave * 2.0, 0, 1) ** 1.4 * 0.85 + 1.1 * np.maximum(cloud - 0.42, 0)
    return blend(srgb(ground), srgb(vein), share)


def checker(points: Points, cell_m: float, a: str, b: str) -> Colours:
    """Cubes of two woods, `cell_m` along each edge."""
    odd = np.floor(points / cell_m).sum(axis=1) % 2
    grain = 0.8 + 0.4 * fractal(points * np.array([40.0, 240.0, 240.0], points.dtype), 3)
    return blend(srgb(a), srgb(b), odd) * grain[:, None]
