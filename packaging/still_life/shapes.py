"""Signed distances, in metres: negative inside, never more than the way to the surface."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]  # (N, 3) x, height, z
Values = NDArray[np.floating]  # (N,)


def length(vectors: Points) -> Values:
    """Euclidean length of (N, K) rows."""
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def turned(points: Points, degrees: float) -> Points:
    """Points as seen by a shape that is turned about the vertical axis."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, height, z = points.T
    return np.stack([cos * x + sin * z, height, cos * z - sin * x], axis=-1)


def sphere(points: Points, radius: float) -> Values:
    return length(points) - radius


def ellipsoid(points: Points, radii: tuple[float, float, float]) -> Values:
    """A lower bound that is tight at the surface, after Inigo Quilez."""
    scaled = length(points / np.asarray(radii, points.dtype))
    gradient = length(points / np.square(np.asarray(radii, points.dtype)))
    return scaled * (scaled - 1) / np.maximum(gradient, 1e-6)


def box(points: Points, half: tuple[float, float, float], rounding: float = 0.0) -> Values:
    """A box whose edges are rounded by `rounding`, without growing it."""
    outside = np.abs(points) - np.asarray(half, points.dtype) + rounding
    inner = np.minimum(outside.max(axis=1), 0)
    return length(np.maximum(outside, 0)) + inner - rounding


def cylinder(points: Points, radius: float, half_height: float, rounding: float = 0.0) -> Values:
    """An upright cylinder about its own centre."""
    radial = length(points[:, [0, 2]]) - radius + rounding
    upright = np.abs(points[:, 1]) - half_height + rounding
    outside = np.hypot(np.maximum(radial, 0), np.maximum(upright, 0))
    return outside + np.minimum(np.maximum(radial, upright), 0) - rounding


def torus(points: Points, ring: float, tube: float) -> Values:
    """A ring that lies flat."""
    return np.hypot(length(points[:, [0, 2]]) - ring, points[:, 1]) - tube


def turned_vessel(points: Points, profile: NDArray[np.float64], wall: float) -> Values:
    """A vessel off the potter's wheel, open at the top.

    profile : (K, 2) height and outer radius, heights rising from 0; smoothed between
    """
    heights, radii = smooth_curve(profile)
    slope = np.abs(np.gradient(radii, heights)).max()
    radial = length(points[:, [0, 2]])
    height = points[:, 1]
    outer_radius = np.interp(height, heights, radii).astype(points.dtype)
    side = (radial - outer_radius) / np.sqrt(1 + slope**2)
    hollow = np.minimum(-side - wall, height - wall)
    solid = np.maximum(side, np.abs(height - heights[-1] / 2) - heights[-1] / 2)
    return np.maximum(solid, hollow)


def smooth_curve(knots: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A Catmull-Rom curve through (K, 2) knots, sampled finely; x stays rising."""
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    curve = np.vstack([*pieces, knots[-1:]])
    return curve[:, 0], curve[:, 1]


def joined(a: Values, b: Values, softness: float) -> Values:
    """Two shapes as one, with the seam filled over `softness` metres."""
    mix = np.maximum(softness - np.abs(a - b), 0) / softness
    return np.minimum(a, b) - mix**2 * softness / 4
