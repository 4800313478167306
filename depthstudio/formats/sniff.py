"""Tells what a file is by its content; its name is not looked at."""

from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.errors import FormatError, InputError
from depthstudio.formats import media_type
from depthstudio.formats.brands import container_kind, foreign_brand

_HEAD_BYTES = 512
_USABLE = (
    "Use a PNG, JPEG, WebP, TIFF, HEIC or AVIF picture, an MP4, MOV, MKV, WebM or AVI video, "
    "or a GLB, PLY or NPZ result"
)
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
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x93NUMPY", "a NumPy array"),
)


@dataclass(frozen=True)
class Sniffed:
    """What a file is.

    The size, after rotation, is 0 for anything but pictures and videos; the frame rate, on
    average where it varies, and the number of frames are those of a video.
    """

    media_type: str
    width_px: int = 0
    height_px: int = 0
    frame_rate_hz: float = 0.0
    frame_count: int = 0


def sniff(path: Path) -> Sniffed:
    """Recognise a file by its content. Reads its beginning, of a video as much as it takes to
    count its frames, and decodes no more than a video's first frame.

    Raises
    ------
    InputError
        saying what it is instead when it cannot be used, or why it cannot be read
    """
    head = _head(path)
    kind = _kind(path, head)
    try:
        return _measured(path, kind)
    except FormatError as exc:
        raise InputError(str(exc), hint=exc.hint, detail=exc.detail) from exc


def _measured(path: Path, kind: str) -> Sniffed:
    # Pillow and FFmpeg are imported when the first file of theirs is met, not when the window
    # starts.
    if kind in media_type.PICTURES:
        from depthstudio.formats.image_header import image_size

        return Sniffed(kind, *image_size(path))
    if kind in media_type.VIDEOS:
        from depthstudio.formats.video_info import read_video_info

        info = read_video_info(path, kind)
        return Sniffed(kind, info.width_px, info.height_px, info.frame_rate_hz, info.frame_count)
    return Sniffed(kind)


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
    if kind := container_kind(head):
        return kind
    raise InputError(f"{path.name} is {_foreign_kind(head)}, not a picture or video", hint=_USABLE)


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
    if kind := foreign_brand(head):
        return kind
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
