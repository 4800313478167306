"""The turn between files that point +Y up (glTF, PLY) and our world, which points +Y down."""

import numpy as np
from numpy.typing import NDArray


def _half_turn_about_x() -> NDArray[np.float64]:
    turn = np.diag([1.0, -1.0, -1.0, 1.0])
    turn.flags.writeable = False
    return turn


# A rotation, so triangles keep their winding; its own inverse, and exact in floating point.
WORLD_FROM_Y_UP = _half_turn_about_x()
Y_UP_FROM_WORLD = WORLD_FROM_Y_UP
