"""What stands on the table, where, and what it is made of."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from still_life import shapes, textures
from still_life.shapes import Points, Values
from still_life.textures import Colours, srgb

TABLE_BACK_M = 0.62  # beyond it there is only the backdrop, which has no depth
MARBLE_BALL = ((0.165, 0.1268, 0.085), 0.052)  # centre and radius: tests know its depth


@dataclass(frozen=True)
class Finish:
    """How a surface answers light: `roughness` 0 to 1, `metal` 0 or 1, `coat` of glaze 0 to 1."""

    roughness: float
    metal: float = 0.0
    coat: float = 0.0


@dataclass(frozen=True)
class Part:
    """One thing. Its functions take points relative to `centre`, turned by `turn_deg`.

    reach_m : radius of a sphere about `centre` that holds all of it
    """

    name: str
    centre: tuple[float, float, float]
    reach_m: float
    distance: Callable[[Points], Values]
    colour: Callable[[Points], Colours]
    finish: Finish
    turn_deg: float = 0.0

    def local(self, points: Points) -> Points:
        return shapes.turned(points - np.asarray(self.centre, points.dtype), self.turn_deg)


def plain(code: str, mottle: float = 0.0) -> Callable[[Points], Colours]:
    """One colour everywhere, a little uneven as by hand."""
    colour = srgb(code)

    def paint(points: Points) -> Colours:
        uneven = 1 + mottle * (2 * textures.fractal(points * 45, 4) - 1)
        return colour * uneven[:, None]

    return paint


VASE_PROFILE = np.array(
    [[0, 0.042], [0.03, 0.062], [0.09, 0.088], [0.15, 0.083], [0.205, 0.045], [0.245, 0.03],
     [0.275, 0.034], [0.29, 0.046]]
)  # fmt: skip
BOWL_PROFILE = np.array([[0, 0.035], [0.012, 0.036], [0.025, 0.06], [0.045, 0.082], [0.062, 0.09]])


def vase_glaze(points: Points) -> Colours:
    """A deep blue-green glaze that thins to bare clay at the foot, with two pale bands."""
    run = points[:, 1] + 0.02 * textures.fractal(points * np.array([50.0, 9.0, 50.0]), 3)
    tone = textures.fractal(points * 40, 4)
    glaze = textures.blend(srgb("0d3f4d"), srgb("4b9a98"), 2.2 * tone - 0.7)
    for height, half in ((0.175, 0.0035), (0.188, 0.0015)):
        line = np.clip(1.5 - np.abs(points[:, 1] - height) / half, 0, 1)
        glaze = textures.blend(glaze, srgb("d8bd86"), line)
    return textures.blend(srgb("b5673d"), glaze, (run - 0.036) * 160)


def apple(points: Points) -> Values:
    body = shapes.ellipsoid(points, (0.043, 0.040, 0.043))
    radial = shapes.length(points[:, [0, 2]])
    dimple = 0.012 * np.exp(-((radial / 0.013) ** 2)) * np.where(points[:, 1] > 0, 1, 0.6)
    stem_at = points - np.array([0.002, 0.036, 0.0], points.dtype)
    stem = shapes.cylinder(stem_at, 0.0018, 0.014, 0.001)
    return np.minimum((body + dimple) * 0.75, stem)


def apple_skin(points: Points) -> Colours:
    streaks = textures.fractal(points * np.array([160.0, 22.0, 160.0]), 4)
    blush = textures.noise(points * 26) + 0.7 * streaks - 4 * points[:, 1] - 0.15
    skin = textures.blend(srgb("d9a83a"), srgb("a3191f"), 1.5 * blush)
    stem = (shapes.length(points[:, [0, 2]]) < 0.004) & (points[:, 1] > 0.026)
    return np.where(stem[:, None], srgb("4a2f1b"), skin)


def pear(points: Points) -> Values:
    belly = shapes.sphere(points - np.array([0, -0.004, 0], points.dtype), 0.041)
    neck = shapes.sphere(points - np.array([0.006, 0.048, 0], points.dtype), 0.021)
    lean = points - np.array([0.010, 0.078, 0], points.dtype)
    stem = shapes.cylinder(lean, 0.0018, 0.013, 0.001)
    return np.minimum(shapes.joined(belly, neck, 0.055), stem)


def pear_skin(points: Points) -> Colours:
    freckles = np.clip(textures.noise(points * 420) * 4 - 3.0, 0, 0.5)
    blush = 9 * points[:, 0] + textures.noise(points * 24) - 0.25
    skin = textures.blend(srgb("b9b23c"), srgb("c77a33"), blush)
    skin = textures.blend(skin, srgb("6b5a24"), freckles)
    return np.where((points[:, 1] > 0.0685)[:, None], srgb("4a2f1b"), skin)


def lemon(points: Points) -> Values:
    body = shapes.ellipsoid(points, (0.040, 0.029, 0.029))
    tip = shapes.sphere(points - np.array([0.037, 0, 0], points.dtype), 0.007)
    pits = 0.0005 * textures.noise(points * 330)
    return 0.8 * (shapes.joined(body, tip, 0.02) + pits)


def book(points: Points) -> Values:
    """Pages between two boards, with a rounded spine on the left; 0.20 x 0.036 x 0.145."""
    boards = shapes.box(points, (0.1, 0.018, 0.0725), 0.003)
    inside = points - np.array([0.006, 0, 0], points.dtype)
    gap = shapes.box(inside, (0.1, 0.0145, 0.08))
    pages = shapes.box(points, (0.094, 0.0145, 0.067))
    return np.minimum(np.maximum(boards, -gap), pages)


def bound_in(code: str, gilt: str) -> Callable[[Points], Colours]:
    """Cloth boards with a gilt frame, pages in thin lines."""

    def paint(points: Points) -> Colours:
        weave = 0.88 + 0.24 * textures.noise(points * np.array([1500.0, 900.0, 1500.0]))
        cloth = srgb(code) * weave[:, None]
        edge = np.maximum(np.abs(points[:, 0]) - 0.1, np.abs(points[:, 2]) - 0.0725)
        frame = (np.abs(edge + 0.012) < 0.0012) & (np.abs(points[:, 1]) > 0.017)
        bands = (np.abs(points[:, 0]) > 0.0985) & (np.abs(np.abs(points[:, 2]) - 0.045) < 0.002)
        cloth = np.where((frame | bands)[:, None], srgb(gilt), cloth)
        sheets = 0.75 + 0.35 * textures.noise(points * np.array([12.0, 2600.0, 12.0]))
        inside = (np.abs(points[:, 1]) < 0.0146) & (points[:, 0] > -0.0935)
        return np.where(inside[:, None], srgb("e6d6b4") * sheets[:, None], cloth)

    return paint


def candle_wax(points: Points) -> Colours:
    wick = (points[:, 1] > 0.0905) & (shapes.length(points[:, [0, 2]]) < 0.0035)
    warm = textures.blend(srgb("d9c49a"), srgb("ebdcb8"), (points[:, 1] + 0.09) * 5)
    return np.where(wick[:, None], srgb("241a14"), warm)


def candle(points: Points) -> Values:
    wax = shapes.cylinder(points, 0.021, 0.09, 0.004)
    hollow = shapes.ellipsoid(points - np.array([0, 0.094, 0], points.dtype), (0.015, 0.008, 0.015))
    wick_at = points - np.array([0, 0.095, 0], points.dtype)
    return np.minimum(np.maximum(wax, -hollow), shapes.cylinder(wick_at, 0.0014, 0.011, 0.001))


def dish(points: Points) -> Values:
    return np.minimum(
        shapes.cylinder(points, 0.05, 0.004, 0.003),
        shapes.torus(points - np.array([0, 0.006, 0], points.dtype), 0.05, 0.005),
    )


def _vessel(profile: np.ndarray, wall: float) -> Callable[[Points], Values]:
    return lambda points: shapes.turned_vessel(points, profile, wall)


def still_life() -> list[Part]:
    """Everything on the table, largest first."""
    satin, cloth, glazed = Finish(0.32, coat=0.5), Finish(0.75), Finish(0.3, coat=1.0)
    brass = Finish(0.22, metal=1.0)
    ball_centre, ball_radius = MARBLE_BALL
    return [
        Part("vase", (-0.115, 0.0, 0.11), 0.32, _vessel(VASE_PROFILE, 0.004), vase_glaze, glazed),
        Part("lower book", (0.17, 0.018, 0.075), 0.127, book,
             bound_in("6e1f24", "c9a14a"), cloth, -14),
        Part("upper book", (0.165, 0.054, 0.08), 0.127, book,
             bound_in("22384f", "c9a14a"), cloth, 7),
        Part("marble ball", ball_centre, ball_radius,
             lambda p: shapes.sphere(p, ball_radius), textures.marble, satin),
        Part("ring", (0.165, 0.0785, 0.085), 0.045,
             lambda p: shapes.torus(p, 0.033, 0.0065), plain("d9a441"), brass),
        Part("candle", (0.02, 0.098, 0.21), 0.12, candle, candle_wax, Finish(0.5, coat=0.2)),
        Part("dish", (0.02, 0.004, 0.21), 0.062, dish, plain("c98f3a"), brass),
        Part("bowl", (-0.03, 0.0, -0.1), 0.12, _vessel(BOWL_PROFILE, 0.004),
             plain("ddd2bf", 0.12), glazed),
        Part("apple", (-0.055, 0.058, -0.115), 0.06, apple, apple_skin, satin, 20),
        Part("pear", (0.005, 0.064, -0.09), 0.1, pear, pear_skin, Finish(0.45, coat=0.25), 200),
        Part("second apple", (-0.235, 0.0385, -0.045), 0.06, apple, apple_skin, satin, 130),
        Part("lemon", (0.115, 0.0285, -0.155), 0.05, lemon, plain("d9a51a", 0.15), satin, 28),
        Part("chequered cube", (0.265, 0.03, -0.085), 0.055,
             lambda p: shapes.box(p, (0.03, 0.03, 0.03), 0.002),
             lambda p: textures.checker(p + 0.03, 0.015, "3a2113", "d7ad73"),
             Finish(0.4, coat=0.35), 33),
    ]  # fmt: skip
