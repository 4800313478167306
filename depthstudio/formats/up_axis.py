"""The turn between files that point +Y up (glTF, PLY) and our world, which points +Y down."""

from depthstudio.geometry.camera import half_turn_about_x

# A rotation, so triangles keep their winding; its own inverse, and exact in floating point.
WORLD_FROM_Y_UP = half_turn_about_x()
WORLD_FROM_Y_UP.flags.writeable = False
Y_UP_FROM_WORLD = WORLD_FROM_Y_UP
