"""Depth to colours, fast enough for every frame of a clip."""

import functools
import math
from typing import cast

import numpy as np
from numpy.typing import NDArray

from depthstudio.geometry.colour_maps import COLOUR_MAPS

RGB = tuple[int, int, int]
UNKNOWN_COLOUR: RGB = (128, 128, 128)  # no value of any map but gray

BLOCK_ROWS = 32  # a block of a 4K frame stays in the second-level cache


@functools.cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """The 256 colours of a map in `COLOUR_MAPS`: (256, 3) uint8 sRGB, read-only."""
    if name not in COLOUR_MAPS:
        raise ValueError(f"no colour map “{name}”; there are {', '.join(COLOUR_MAPS)}")
    # Imported late: a start that shows no depth should not pay for it.
    from cmap import Colormap

    colours = cast("NDArray[np.float64]", np.asarray(Colormap(name).lut(256)))
    table = np.rint(colours[:, :3] * 255).astype(np.uint8)
    table.flags.writeable = False
    return table


def index_map(
    values: NDArray[np.floating],
    near: float,
    far: float,
    *,
    out: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """The place of every value in a 256-colour table.

    Parameters
    ----------
    values : (H, W) float; unknown (NaN) becomes 0, mask it separately
    near, far : the values of index 0 and 255; those outside are clipped. With both the
        same, everything above them is 255 and the rest 0.
    out : (H, W) uint8 to fill instead of a new array, for frame after frame

    Returns
    -------
    (H, W) uint8
    """
    if values.ndim != 2:
        raise ValueError(f"values must be (H, W), got {values.shape}")
    result = np.zeros(values.shape, np.uint8) if out is None else out
    offset, scale = np.float32(near), np.float32(_steps_per_unit(near, far))
    buffer = np.zeros((min(BLOCK_ROWS, len(values)), values.shape[1]), np.float32)
    # A value far outside the range overflows to infinity, which is clipped like any other.
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(values), BLOCK_ROWS):
            block = values[start : start + BLOCK_ROWS]
            steps = buffer[: len(block)]
            np.subtract(block, offset, out=steps, casting="same_kind")
            np.multiply(steps, scale, out=steps)
            np.add(steps, np.float32(0.5), out=steps)
            # fmax and fmin turn NaN into the limit, so that no NaN is cast to an integer.
            np.fmax(steps, np.float32(0), out=steps)
            np.fmin(steps, np.float32(255), out=steps)
            result[start : start + BLOCK_ROWS] = steps
    return result


def colourise(
    values: NDArray[np.floating],
    near: float,
    far: float,
    table: NDArray[np.uint8],
    *,
    invert: bool = False,
    unknown: RGB = UNKNOWN_COLOUR,
) -> NDArray[np.uint8]:
    """A picture of depth.

    Parameters
    ----------
    values : (H, W) float, NaN where unknown
    near, far : the values of the first and the last colour
    table : (256, 3) uint8, as `colour_table` gives it
    invert : use the table from its other end
    unknown : the colour of pixels without a value

    Returns
    -------
    (H, W, 3) uint8 sRGB
    """
    indices = index_map(values, near, far)
    # Four bytes at once: looking up whole words is several times faster than rows of three.
    words = np.zeros((256, 4), np.uint8)
    words[:, :3] = table[::-1] if invert else table
    packed = words.view(np.uint32)[:, 0]
    picture = np.zeros((*indices.shape, 3), np.uint8)
    looked_up = np.zeros((min(BLOCK_ROWS, len(indices)), indices.shape[1]), np.uint32)
    for start in range(0, len(indices), BLOCK_ROWS):
        rows = slice(start, start + BLOCK_ROWS)
        block = looked_up[: len(indices[rows])]
        # No index is out of range; without mode="clip" numpy would buffer to find that out.
        np.take(packed, indices[rows], out=block, mode="clip")
        picture[rows] = block.view(np.uint8).reshape(*block.shape, 4)[..., :3]
        absent = np.isnan(values[rows])
        if absent.any():
            picture[rows][absent] = unknown
    return picture


def _steps_per_unit(near: float, far: float) -> float:
    if not (math.isfinite(near) and math.isfinite(far)):
        raise ValueError(f"a range needs two finite ends, got {near} and {far}")
    largest = float(np.finfo(np.float32).max)
    if near == far:
        return largest
    return max(-largest, min(largest, 255.0 / (far - near)))
