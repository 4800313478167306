"""Opens pictures through Pillow: one set of limits, and one kind of error."""

import contextlib
import io
import warnings
from collections.abc import Generator
from pathlib import Path

from PIL import ExifTags, Image

from depthstudio.core.errors import FormatError
from depthstudio.formats import media_type
from depthstudio.formats.brands import container_kind
from depthstudio.formats.heif import learn_heif

# 400 megapixels is a 20,000 x 20,000 picture, 1.2 GB once decoded.
MAX_PIXELS = 400_000_000
# Those of these two kinds are read whole before anything is known of them.
MAX_CONTAINER_BYTES = 1 << 30
PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF")
_CONTAINER_FORMATS = {media_type.AVIF: ("AVIF",), media_type.HEIC: ("HEIF",)}
_HEAD_BYTES = 512

# Pillow's own limit is lower. Ours is checked below, before any pixel is decoded.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


@contextlib.contextmanager
def opened_image(source: Path | bytes) -> Generator[Image.Image]:
    """A picture with its header read and its pixels not yet decoded.

    Whatever goes wrong inside the ``with`` block while decoding is a damaged file.

    Raises
    ------
    FormatError
        when it is not a picture of a known format, is damaged, or is too large
    """
    name = source.name if isinstance(source, Path) else "The picture"
    try:
        # Pillow warns about odd metadata, which changes nothing for the user.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = io.BytesIO(source) if isinstance(source, bytes) else source
            with Image.open(file, formats=_formats_of(source, name)) as image:
                _refuse_bomb(image.size, name)
                yield image
    except FormatError:
        raise
    except Image.DecompressionBombError as exc:
        raise _too_large(name) from exc
    except MemoryError as exc:
        raise FormatError(
            f"{name} does not fit into memory", hint="Close other programs or make it smaller"
        ) from exc
    except TimeoutError as exc:
        raise FormatError(
            f"{name} takes too long to decode",
            hint="Open it in the program that made it and save it again",
            detail=str(exc),
        ) from exc
    except Exception as exc:  # Pillow's parsers raise nearly any type on damaged files
        raise FormatError(
            f"{name} is damaged or cut short and cannot be decoded",
            hint="Open it in the program that made it and save it again",
            detail=f"{type(exc).__name__}: {exc}",
        ) from exc


def _formats_of(source: Path | bytes, name: str) -> tuple[str, ...]:
    """What Pillow may take a picture for. It learns to read HEIC when there is one."""
    if isinstance(source, bytes):
        head, size_bytes = source[:_HEAD_BYTES], len(source)
    else:
        with source.open("rb") as file:
            head, size_bytes = file.read(_HEAD_BYTES), source.stat().st_size
    kind = container_kind(head)
    if kind not in _CONTAINER_FORMATS:
        return PILLOW_FORMATS
    if size_bytes > MAX_CONTAINER_BYTES:
        raise _too_large(name)
    if kind == media_type.HEIC:
        learn_heif()
    return _CONTAINER_FORMATS[kind]


def _refuse_bomb(size_px: tuple[int, int], name: str) -> None:
    if size_px[0] * size_px[1] > MAX_PIXELS:
        raise _too_large(name)


def _too_large(name: str) -> FormatError:
    return FormatError(
        f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels, the most that is read",
        hint="Save a smaller copy of it",
    )


def exif_orientation(image: Image.Image) -> int:
    """1 to 8 as EXIF counts them, 1 where nothing usable is said. Decodes no pixels."""
    if image.format in ("TIFF", "HEIF"):  # these are turned as they are decoded
        return 1
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # asking further would decode the whole picture
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  Pillow raises nearly any type on damaged EXIF data
        return 1
    return orientation if orientation in range(1, 9) else 1


def upright_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) in pixels after the EXIF rotation."""
    width_px, height_px = image.size
    return (height_px, width_px) if exif_orientation(image) >= 5 else (width_px, height_px)


def image_size(source: Path | bytes) -> tuple[int, int]:
    """(width, height) in pixels after the EXIF rotation, without decoding the picture.

    Raises
    ------
    FormatError
        as `opened_image`
    """
    with opened_image(source) as image:
        return upright_size(image)
