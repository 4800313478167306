"""A cut-out of the user's own, laid out as services that make 3D objects want it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from depthstudio.core.errors import InputError
from depthstudio.formats.image import encode_png, read_photo

FULL = 255


def has_own_alpha(path: Path) -> bool:
    """Whether a photo has anything transparent. Reads the whole picture; blocking.

    Raises
    ------
    FormatError
        when it cannot be read
    """
    from depthstudio.formats.image_header import opened_image

    with opened_image(path) as image:
        if not image.has_transparency_data:
            return False
    pixels = read_photo(path)
    return pixels.shape[2] == 4 and bool((pixels[..., 3] < FULL).any())


def cut_out_canvas(path: Path, size_px: int = 518, border: float = 0.1) -> bytes:
    """PNG bytes of the object alone: RGBA, `size_px` square, in the middle, as large as fits.

    The object is what is not transparent; `border` of the side stays free, half of it at each
    end. The alpha is straight, and what is transparent is black. Blocking.

    Raises
    ------
    InputError
        when everything is transparent
    FormatError
        when the file cannot be read
    """
    pixels = read_photo(path)
    if pixels.shape[2] == 3:
        opaque = np.full(pixels.shape[:2], FULL, np.uint8)
        pixels = np.dstack([pixels, opaque])
    return encode_png(_laid_out(_trimmed(pixels, path.name), size_px, border))


def _trimmed(pixels: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """The smallest part of an RGBA picture with all that is not transparent."""
    rows = np.flatnonzero(pixels[..., 3].any(axis=1))
    columns = np.flatnonzero(pixels[..., 3].any(axis=0))
    if not len(rows):
        raise InputError(
            f"{name} is transparent everywhere", hint="Use a picture with something in it"
        )
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _laid_out(cut: NDArray[np.uint8], size_px: int, border: float) -> NDArray[np.uint8]:
    height_px, width_px = cut.shape[:2]
    scale = round(size_px * (1 - border)) / max(height_px, width_px)
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    # Premultiplied while it is scaled, or the hidden colours would bleed into the edge.
    scaled = Image.fromarray(cut).convert("RGBa").resize(size, Image.Resampling.LANCZOS)
    canvas = np.zeros((size_px, size_px, 4), np.uint8)
    left, top = (size_px - size[0]) // 2, (size_px - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = np.asarray(scaled.convert("RGBA"))
    canvas[canvas[..., 3] == 0] = 0
    return canvas
