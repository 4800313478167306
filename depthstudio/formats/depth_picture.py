"""Pictures of depth: grey levels that stand for near and far, and measure nothing."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.views import DepthKind, DepthStack
from depthstudio.formats.image import read_precise


def read_depth_picture(path: Path, kind: DepthKind) -> DepthStack:
    """One frame, (1, H, W) float32 from 0 for black to 1 for white, with 8 or 16 bits.

    It is NaN where the picture is transparent. A coloured picture counts by the mean of its
    channels.

    Raises
    ------
    FormatError
        when the file is no picture, is damaged or too large
    """
    pixels = read_precise(path)
    grey = _grey(pixels[..., :3])
    if pixels.shape[2] == 4:
        grey = np.where(pixels[..., 3] > 0, grey, np.float32(np.nan))
    return DepthStack(grey[None], kind, lossy=True)


def _grey(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) of (H, W, 3); a grey picture keeps its exact levels."""
    red = colours[..., 0]
    if np.array_equal(red, colours[..., 1]) and np.array_equal(red, colours[..., 2]):
        return np.ascontiguousarray(red)
    return colours.mean(axis=-1, dtype=np.float32)
