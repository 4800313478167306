"""The bundled sample: a still life of simple shapes, rendered with exact depth.

Positions here are table coordinates in metres: (N, 3) of x to the right, height above
the table and z away from the viewer. `camera` turns them into the program's own frame.
"""
