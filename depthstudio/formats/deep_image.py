"""Samples of more than 8 bits, which Pillow by itself narrows for colour pictures."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from depthstudio.formats.heif import is_deep_heif
from depthstudio.formats.image_header import opened_image

_OTHER_BYTE = {
    "16B": "16L",
    "16L": "16B",
    "16N": "16B" if sys.byteorder == "little" else "16L",
}


def deep_samples(
    image: Image.Image, source: Path | bytes
) -> NDArray[np.uint16] | NDArray[np.float32] | None:
    """All bits of a picture with more than 8 of them, None for any other.

    `image` is `source` as just opened, and is decoded by this. Covers 16-bit PNG (gray, RGB,
    with or without alpha), 16-bit TIFF (gray, RGB, RGBA), 32-bit integer and float gray TIFF.
    TIFF with one plane for each channel, premultiplied alpha or 16-bit CMYK is not covered:
    Pillow gives its upper 8 bits.

    Returns
    -------
    (H, W, C) uint16 with C in 1, 2 (gray and alpha), 3, 4;
    or (H, W, 1) float32, 0 to 1, for 32-bit samples. Not yet turned upright where EXIF says so
    """
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[..., None]
    if image.mode == "I":
        return _scaled(np.asarray(image), 65535)[..., None]
    if image.mode == "F":
        return _scaled(np.asarray(image), 1)[..., None]
    raw_modes = {_raw_mode(tile) for tile in _tiles(image)}
    if raw_modes == {"LA;16B"}:
        return _gray_alpha(image)
    channels, _, bits = next(iter(raw_modes), "").partition(";")
    if len(raw_modes) != 1 or channels not in ("RGB", "RGBA") or bits not in _OTHER_BYTE:
        return None
    with opened_image(source) as again:
        _set_raw_mode(again, f"{channels};{_OTHER_BYTE[bits]}")
        lower = np.asarray(again)
    # Read for the opposite byte order, Pillow's "upper 8 bits" are the lower ones.
    upper = np.asarray(image).astype(np.uint16)
    return np.left_shift(upper, 8, dtype=np.uint16) | lower.astype(np.uint16)


def has_deep_samples(image: Image.Image) -> bool:
    """Whether a picture has more than 8 bits for each sample. Decodes no pixels."""
    if image.format == "HEIF":
        return is_deep_heif(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return True
    return any(";16" in _raw_mode(tile) for tile in _tiles(image))


def _gray_alpha(image: Image.Image) -> NDArray[np.uint16]:
    """16-bit gray with alpha has four bytes for each pixel, as 8-bit RGBA has."""
    _set_raw_mode(image, "RGBA")
    return np.ascontiguousarray(np.asarray(image)).view(">u2").astype(np.uint16)


def _scaled(values: NDArray[Any], full_scale: float) -> NDArray[np.float32]:
    """0 to 1, where 1 is `full_scale` or the largest value if that is larger; NaN becomes 0."""
    with np.errstate(all="ignore"):
        finite = np.nan_to_num(values.astype(np.float32), nan=0.0)
        top = max(float(finite.max()), full_scale)
        return np.clip(finite / np.float32(top), 0, 1)


def _tiles(image: Image.Image) -> list[Any]:
    return image.tile if isinstance(image, ImageFile.ImageFile) else []


def _raw_mode(tile: Any) -> str:
    arguments = tile.args
    return str(arguments if isinstance(arguments, str) else arguments[0])


def _set_raw_mode(image: Image.Image, raw_mode: str) -> None:
    """Have the decoder unpack its bytes in another way than the file's header asks for."""
    for number, tile in enumerate(_tiles(image)):
        rest = () if isinstance(tile.args, str) else tile.args[1:]
        arguments = (raw_mode, *rest) if rest else raw_mode
        _tiles(image)[number] = tile._replace(args=arguments)
