"""Photos as arrays: PNG, JPEG, WebP, TIFF, HEIC and AVIF, upright, in sRGB."""

import io
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from depthstudio.formats.colour import colour_bytes
from depthstudio.formats.deep_image import deep_samples
from depthstudio.formats.heif import heif_samples
from depthstudio.formats.image_header import exif_orientation, opened_image
from depthstudio.formats.whole_file import whole_file

Sample = TypeVar("Sample", bound=np.generic)


def read_photo(path: Path) -> NDArray[np.uint8]:
    """A photo as (H, W, 3) uint8 sRGB, (H, W, 4) where it has an alpha channel.

    Turned upright as EXIF says and converted to sRGB from an embedded colour profile.
    Palettes, gray and CMYK become RGB, samples of more than 8 bits are rounded to 8, and of an
    animation, a burst or a multi-page file the first or main picture is read.

    Raises
    ------
    FormatError
        when the file is not such a picture, is damaged or too large
    """
    return _pixels(path, as_stored=False)


def decode_image(data: bytes, *, as_stored: bool = False) -> NDArray[np.uint8]:
    """`read_photo` for bytes in memory.

    `as_stored` leaves EXIF rotation and colour profiles unused, as textures want it.
    """
    return _pixels(data, as_stored=as_stored)


def read_precise(path: Path) -> NDArray[np.float32]:
    """A photo as (H, W, 3) or (H, W, 4) float32, 0 to 1, with every bit the file has.

    16-bit PNG and TIFF keep 16 bits and HEIC its 10 or 12, float TIFF keeps its values
    (values above 1 scale the whole picture, so that its largest is 1; NaN becomes 0); those
    are not converted from their colour profile. All else is `read_photo` divided by 255, see
    also `deep_samples` for the few layouts of which Pillow gives only 8 bits, as of any AVIF.

    Raises
    ------
    FormatError
        when the file is not such a picture, is damaged or too large
    """
    with opened_image(path) as image:
        orientation = exif_orientation(image)
        is_heif = image.format == "HEIF"
        samples = heif_samples(image) if is_heif else deep_samples(image, path)
        if samples is None:
            colours = _eight_bit(image, as_stored=False)
            values = colours.astype(np.float32) / np.float32(255)
        elif samples.dtype == np.uint16:
            values = _in_colour(samples).astype(np.float32) / np.float32(65535)
        else:
            values = _in_colour(samples).astype(np.float32, copy=False)
    return _upright(values, orientation)


def _pixels(source: Path | bytes, *, as_stored: bool) -> NDArray[np.uint8]:
    with opened_image(source) as image:
        orientation = 1 if as_stored else exif_orientation(image)
        samples = deep_samples(image, source)
        if samples is None:
            colours = _eight_bit(image, as_stored=as_stored)
        else:
            colours = _in_colour(colour_bytes(samples))
    return _upright(colours, orientation)


def _eight_bit(image: Image.Image, *, as_stored: bool) -> NDArray[np.uint8]:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if not as_stored:
        image = _in_srgb(image)
    return np.array(image.convert(mode))


def _in_srgb(image: Image.Image) -> Image.Image:
    """Converted from the embedded profile; unchanged without one, or with a broken one."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        return image
    image.load()  # outside, so that damaged pixels are not taken for a broken profile
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(embedded):
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        # Pillow has no type for what `createProfile` gives.
        srgb = ImageCms.ImageCmsProfile(cast("Any", ImageCms).createProfile("sRGB"))
        return ImageCms.profileToProfile(image, embedded, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return image


def _in_colour(samples: NDArray[Sample]) -> NDArray[Sample]:
    """(H, W, 1 to 4) to (H, W, 3 or 4): gray is repeated."""
    channels = samples.shape[2]
    if channels >= 3:
        return samples
    return samples[..., [0, 0, 0] if channels == 1 else [0, 0, 0, 1]]


def _upright(values: NDArray[Sample], orientation: int) -> NDArray[Sample]:
    """Undo how the camera was held; `orientation` is 1 to 8 as EXIF counts."""
    if orientation >= 5:
        values = values.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    return np.ascontiguousarray(values)


def write_png(path: Path, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Write (H, W) gray, (H, W, 3) or (H, W, 4); uint16 only for gray. Whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(encode_png(pixels))


def encode_png(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """PNG bytes of (H, W) gray, (H, W, 3) or (H, W, 4); uint16 only for gray."""
    return _encoded(pixels, "PNG")


def write_jpeg(path: Path, pixels: NDArray[np.uint8], *, quality: int = 92) -> None:
    """Write (H, W), (H, W, 3) or (H, W, 4) uint8, alpha laid on white. Whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(encode_jpeg(pixels, quality=quality))


def encode_jpeg(pixels: NDArray[np.uint8], *, quality: int = 92) -> bytes:
    """JPEG bytes of (H, W), (H, W, 3) or (H, W, 4) uint8; alpha is laid on white."""
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        alpha = pixels[..., 3:].astype(np.uint32)
        blend = pixels[..., :3] * alpha + 255 * (255 - alpha)
        pixels = ((blend + 127) // 255).astype(np.uint8)
    return _encoded(pixels, "JPEG", quality=quality)


def _encoded(pixels: NDArray[Any], file_format: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


def thumbnail(pixels: NDArray[np.uint8], max_side_px: int) -> NDArray[np.uint8]:
    """`pixels`, (H, W) or (H, W, 3 or 4), with the longer side at most `max_side_px`.

    Keeps the proportions, never enlarges, and no side becomes 0.
    """
    image = Image.fromarray(pixels)
    # Reducing by whole numbers first is several times faster and looks the same.
    image.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.array(image)
