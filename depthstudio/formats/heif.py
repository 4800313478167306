"""HEIC photos through libheif, imported when there is one."""

import functools
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@functools.cache
def learn_heif() -> None:
    """Have Pillow read HEIC, the main picture alone, from now on."""
    _library().register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def is_deep_heif(image: Image.Image) -> bool:
    """Whether a HEIC photo has more than 8 bits for each sample. Decodes no pixels."""
    return int(image.info.get("bit_depth", 8)) > 8


def heif_samples(image: Image.Image, path: Path) -> NDArray[np.uint16] | None:
    """All bits of a HEIC photo with more than 8 of them, None for any other.

    `image` is the file as just opened.

    Returns
    -------
    (H, W, C) uint16 over its whole range with C in 1, 3, 4; upright
    """
    if not is_deep_heif(image):
        return None
    # Not through Pillow, which has no colour picture of more than 8 bits.
    file = _library().open_heif(path, convert_hdr_to_8bit=False)
    samples: NDArray[np.uint16] = np.asarray(file)  # lies in memory that goes with `file`
    samples = samples.reshape(*samples.shape[:2], -1)  # gray has no third axis
    # The bits stand at the upper end of 16, so that white falls short of full.
    bits = int(image.info["bit_depth"])
    codes = np.right_shift(samples, 16 - bits).astype(np.float32)
    return np.rint(codes * np.float32(65535 / ((1 << bits) - 1))).astype(np.uint16)


def _library() -> Any:
    return import_module("pi_heif")  # has no types
