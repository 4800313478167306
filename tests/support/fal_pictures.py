"""What the model of the fal service makes of a picture, and how it refuses one."""

import base64
import binascii
import io
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

READS = ("PNG", "JPEG", "WEBP")
PATCH_PX = 14
MOST_BYTES = 64 << 20
_DATA = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class Refused(Exception):
    """The model's own 422: what is wrong with the input, as pydantic lists it."""

    kind: str
    message: str
    context: dict[str, Any] | None = None

    def body(self, given: object) -> dict[str, Any]:
        item: dict[str, Any] = {
            "loc": ["body", "image_url"],
            "msg": self.message,
            "type": self.kind,
            "url": f"https://docs.fal.ai/errors#{self.kind}",
            "input": given,
        }
        return {"detail": [item | ({"ctx": self.context} if self.context else {})]}


def fetched(address: object, most_bytes: int = MOST_BYTES) -> bytes:
    """The bytes at an address or in a data URI, without anybody's credentials."""
    if not isinstance(address, str):
        raise Refused("string_type", "Input should be a valid string")
    if address.startswith("data:"):
        found = _DATA.fullmatch(address)
        try:
            data = base64.b64decode(found[2], validate=True) if found else b""
        except binascii.Error:
            data = b""
        if not data:
            raise Refused("image_load_error", "Failed to load the image.")
    else:
        data = _downloaded(address)
    if len(data) > most_bytes:
        raise Refused("file_too_large", "The file is too large.", {"max_size": most_bytes})
    return data


def _downloaded(address: str) -> bytes:
    if not address.startswith(("http://", "https://")):
        raise Refused("file_download_error", "Failed to download the file.")
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise Refused("file_download_error", "Failed to download the file.") from error


def depth_of(data: bytes) -> np.ndarray:
    """(H, W) uint8, near bright: the picture's blurred brightness, its range spread out.

    Sides are multiples of 14. How the camera was held is not looked at, and 16 bits are cut
    as Pillow cuts them.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=READS).convert("RGB")
    except Exception as error:
        raise Refused("image_load_error", "Failed to load the image.") from error
    if min(image.size) < PATCH_PX:
        raise Refused("image_too_small", "The image is too small.", {"min_size": PATCH_PX})
    size = tuple(max(PATCH_PX, side // PATCH_PX * PATCH_PX) for side in image.size)
    gray = image.convert("L").filter(ImageFilter.BoxBlur(2)).resize(size)
    values = np.asarray(gray, np.float32)
    low, high = float(values.min()), float(values.max())
    return np.rint((values - low) * (255 / max(high - low, 1.0))).astype(np.uint8)


def png_of(depth: np.ndarray, mode: str) -> bytes:
    """A PNG in “L”, “RGB” with equal channels, “16” bits, or in “colours”."""
    match mode:
        case "L":
            image = Image.fromarray(depth)
        case "RGB":
            image = Image.fromarray(depth).convert("RGB")
        case "16":
            image = Image.fromarray(depth.astype(np.uint16) * 257)
        case "colours":
            image = Image.fromarray(np.dstack([depth, 255 - depth, depth // 2]))
        case _:
            raise ValueError(mode)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
