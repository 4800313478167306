"""Colours of any stored type as sRGB bytes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def narrowed(values: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.uint8]:
    """16-bit to 8-bit, rounded to the nearest: 0 is 0 and 65535 is 255."""
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def colour_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Colours as uint8 of the same shape.

    uint8 stays, and is not copied; uint16 is scaled from 65535; floats are scaled from 1,
    clipped and rounded, and NaN becomes 0.
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind == "u":
        return narrowed(values)
    with np.errstate(all="ignore"):  # infinities and signalling NaN of hostile files
        scaled = np.clip(np.nan_to_num(values.astype(np.float32), nan=0.0), 0, 1)
    return (scaled * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def srgb_byte(linear: float) -> int:
    """One linear channel, 0 to 1, as an sRGB byte."""
    clipped = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
    return round(encoded * 255)


def srgb_colour(base_colour: tuple[float, float, float, float]) -> NDArray[np.uint8]:
    """A linear RGBA factor as (4,) uint8 sRGB; alpha is linear on both sides."""
    red, green, blue, alpha = base_colour
    opacity = round(min(max(alpha, 0.0), 1.0) * 255)
    return np.array([*map(srgb_byte, (red, green, blue)), opacity], np.uint8)
