"""Tells what a file is by its content; its name is not looked at."""

from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.errors import FormatError, InputError
from depthstudio.formats import media_type

_HEAD_BYTES = 512
_USABLE = "Use a PNG, JPEG, WebP or TIFF picture, or a GLB, PLY or NPZ result"
_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", media_type.PNG),
    (b"\xff\xd8\xff", media_type.JPEG),
    (b"II*\0", media_type.TIFF),
    (b"MM\0*", media_type.TIFF),
    (b"II+\0", media_type.TIFF),
    (b"MM\0+", media_type.TIFF),
    (b"glTF", media_type.GLB),
    (b"ply\n", media_type.PLY),
    (b"ply\r", media_type.PLY),
)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF animation"),
    (b"BM", "a BMP picture"),
    (b"8BPS", "a Photoshop document"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1a\x45\xdf\xa3", "a Matroska or WebM video"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x93NUMPY", "a NumPy array"),
)
_FTYP_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"heic", "a HEIC photo"),
    (b"heix", "a HEIC photo"),
    (b"mif1", "a HEIC photo"),
    (b"avif", "an AVIF picture"),
)


@dataclass(frozen=True)
class Sniffed:
    """What a file is; the size, after the EXIF rotation, is 0 for anything but pictures."""

    media_type: str
    width_px: int = 0
    height_px: int = 0


def sniff(path: Path) -> Sniffed:
    """Recognise a file by its content. Reads its beginning, and decodes no pixels.

    Raises
    ------
    InputError
        saying what it is instead when it cannot be used, or why it cannot be read
    """
    head = _head(path)
    kind = _kind(path, head)
    if kind not in media_type.PICTURES:
        return Sniffed(kind)
    # Pillow is imported when the first picture is met, not when the window starts.
    from depthstudio.formats.image_header import image_size

    try:
        return Sniffed(kind, *image_size(path))
    except FormatError as exc:
        raise InputError(str(exc), hint=exc.hint, detail=exc.detail) from exc


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path.name} is a folder", hint="Add the files inside it")
        if not path.is_file() and path.exists():
            raise InputError(f"{path.name} is not an ordinary file", hint=_USABLE)
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError) as exc:  # ValueError: a zero byte in the name
        reason = getattr(exc, "strerror", None) or str(exc)
        raise InputError(
            f"{path.name} cannot be read: {reason}",
            hint="Check that it still exists and that you may read it",
        ) from exc
    if not head:
        raise InputError(f"{path.name} is empty", hint="Copy or download it again")
    return head


def _kind(path: Path, head: bytes) -> str:
    """The media type, or an error that names what the file seems to be."""
    for start, kind in _KNOWN:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return media_type.WEBP
    if head.startswith(b"PK\x03\x04") and _is_npz(path):
        return media_type.NPZ
    raise InputError(f"{path.name} is {_foreign_kind(head)}, not a picture", hint=_USABLE)


def _is_npz(path: Path) -> bool:
    from zipfile import BadZipFile, ZipFile  # needed rarely, and slow to import

    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError) as exc:
        raise InputError(
            f"{path.name} is a damaged or cut short archive", hint="Copy or download it again"
        ) from exc
    return bool(names) and all(name.endswith(".npy") for name in names)


def _foreign_kind(head: bytes) -> str:
    for start, kind in _FOREIGN:
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _FTYP_BRANDS if head[8:12] == brand), "a video")
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP archive"
    return "a text file" if _is_text(head) else "a file of an unknown kind"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as exc:
        if exc.start < len(head) - 3:  # more than a character cut by the end of the sample
            return False
        text = head[: exc.start].decode()
    return all(character.isprintable() or character in "\t\n\r\f" for character in text)
