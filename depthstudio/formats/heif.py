"""HEIC photos in Pillow, decoded by libheif in a process of its own."""

import atexit
import functools
import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from depthstudio.formats import media_type
from depthstudio.formats.brands import container_kind

if TYPE_CHECKING:
    from depthstudio.formats.heif_decoder import HeifDecoder
    from depthstudio.formats.heif_process import Answer


@functools.cache
def learn_heif() -> None:
    """Have Pillow read HEIC, the main picture alone, from now on."""
    Image.register_open("HEIF", HeifPhoto, _is_heic)


def heif_decoder() -> "HeifDecoder":
    """The decoder of all HEIC photos. Its process starts with the first of them."""
    with _making:
        return _made_decoder()


_making = threading.Lock()


@functools.cache
def _made_decoder() -> "HeifDecoder":
    from depthstudio.formats.heif_decoder import HeifDecoder  # other photos need none of it

    decoder = HeifDecoder()
    atexit.register(decoder.close)
    return decoder


class HeifPhoto(ImageFile.ImageFile):
    """A HEIC photo, upright, of 8 bits for each sample."""

    format = "HEIF"
    format_description = "HEIC photo"

    def _open(self) -> None:
        self._file_bytes = self.fp.read() if self.fp else b""
        header = heif_decoder().header(self._file_bytes)
        self._take(header)
        self.info["bit_depth"] = header.bit_depth
        if header.profile:
            self.info["icc_profile"] = header.profile

    def load(self) -> "Image.core.PixelAccess | None":
        """Decode the pixels, once."""
        if self._file_bytes:
            decoded = heif_decoder().pixels(self._file_bytes, self.size)
            self._take(decoded)
            self.load_prepare()
            self.frombytes(decoded.pixels)
            self._file_bytes = b""
        return super().load()

    def samples(self) -> NDArray[np.uint16]:
        """(H, W, C) with all bits, at the upper end of 16. Only before `load`."""
        decoded = heif_decoder().pixels(self._file_bytes, self.size, is_deep=True)
        width_px, height_px = decoded.size_px
        return np.frombuffer(decoded.pixels, "<u2").reshape(height_px, width_px, -1)

    def _take(self, answer: "Answer") -> None:
        self._size = answer.size_px
        self._mode = answer.mode


def _is_heic(head: bytes) -> bool:
    """Whoever opens pictures of any kind with Pillow asks each of them."""
    return container_kind(head) == media_type.HEIC


def is_deep_heif(image: Image.Image) -> bool:
    """Whether a HEIC photo has more than 8 bits for each sample. Decodes no pixels."""
    return int(image.info.get("bit_depth", 8)) > 8


def heif_samples(image: Image.Image) -> NDArray[np.uint16] | None:
    """All bits of a HEIC photo with more than 8 of them, None for any other picture.

    `image` is the file as just opened.

    Returns
    -------
    (H, W, C) uint16 over its whole range with C in 1, 3, 4; upright
    """
    if not isinstance(image, HeifPhoto) or not is_deep_heif(image):
        return None
    # Not through Pillow, which has no colour picture of more than 8 bits. The bits stand at the
    # upper end of 16, so that white falls short of full.
    bits = min(int(image.info["bit_depth"]), 16)
    codes = np.right_shift(image.samples(), 16 - bits).astype(np.float32)
    return np.rint(codes * np.float32(65535 / ((1 << bits) - 1))).astype(np.uint16)
