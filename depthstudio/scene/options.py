"""How a scene looks and from where, apart from what is in it. Imports neither VTK nor numpy."""

from dataclasses import dataclass
from enum import StrEnum

# What is drawn while the camera moves.
MOVING_POINTS = 250_000  # 19 to 29 frames a second on a CPU alone
MOVING_TRIANGLES = 40_000  # textured, 10 to 15 frames a second on two cores alone


class Preset(StrEnum):
    """A standard view; FRONT is how the photo was seen."""

    PERSPECTIVE = "perspective"
    FRONT = "front"
    BACK = "back"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


class Layer(StrEnum):
    """A part of the scene that can be shown or hidden."""

    SURFACE = "surface"
    CLOUD = "cloud"
    LINES = "lines"


@dataclass(frozen=True)
class ItemKey:
    """One thing in a layer, by its place there. All lines together are one, number 0."""

    layer: Layer
    index: int


@dataclass(frozen=True)
class SceneOptions:
    """Choices of the user or the theme; colours are ``#rrggbb``.

    The ground is a gradient in neutral grey, so that it tints nothing and both white and
    black points stay visible in front of it.
    """

    point_size_px: float = 2.0
    line_width_px: float = 1.0
    ground_top: str = "#373737"
    ground_bottom: str = "#1D1D1D"
    surface_colour: str = "#B8B8B8"  # of meshes that bring no colour
    point_colour: str = "#D0D0D0"  # of clouds that bring no colour
    line_colour: str = "#E0E0E0"
    own_part_colours: bool = False  # parts in the colours of their file, not in ours
