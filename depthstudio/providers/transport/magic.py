"""Whether the first bytes of a download are of a kind that was asked for."""

from collections.abc import Callable, Collection

from depthstudio.formats import media_type
from depthstudio.providers.transport.web_page import is_web_page

HEAD_BYTES = 64
FEWEST_BYTES = 16  # fewer tell nothing, unless there are no more


def _starting(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


def _is_riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == kind


def _is_quicktime(head: bytes) -> bool:
    """ISO base media; old QuickTime files begin without ftyp."""
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip")


def _is_ftyp(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and head[8:12] in brands


_ARCHIVE = _starting(b"PK\x03\x04")
_EBML = _starting(b"\x1a\x45\xdf\xa3")
_IS_OF_KIND: dict[str, Callable[[bytes], bool]] = {
    media_type.PNG: _starting(b"\x89PNG\r\n\x1a\n"),
    media_type.JPEG: _starting(b"\xff\xd8\xff"),
    media_type.WEBP: _is_riff(b"WEBP"),
    media_type.TIFF: _starting(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    media_type.GLB: _starting(b"glTF"),
    media_type.PLY: _starting(b"ply\n", b"ply\r"),
    media_type.NPZ: _ARCHIVE,
    "application/zip": _ARCHIVE,
    "application/json": lambda head: head.lstrip()[:1] in (b"{", b"["),
    "application/x-npy": _starting(b"\x93NUMPY"),
    "image/gif": _starting(b"GIF8"),
    "image/avif": _is_ftyp(b"avif", b"avis"),
    "image/heic": _is_ftyp(b"heic", b"heix", b"mif1"),
    "image/x-exr": _starting(b"\x76\x2f\x31\x01"),
    "video/mp4": _is_quicktime,
    "video/quicktime": _is_quicktime,
    "video/webm": _EBML,
    "video/x-matroska": _EBML,
}


def require_known(kinds: Collection[str]) -> None:
    """Refuse a kind nobody could recognise: that is a mistake of ours."""
    if unknown := sorted(set(kinds) - _IS_OF_KIND.keys()):
        raise ValueError(f"no way to recognise {', '.join(unknown)}")


def is_one_of(kinds: Collection[str], head: bytes) -> bool:
    """Whether a file that begins with `head` can be of one of `kinds`.

    No kinds at all mean anything but a web page.
    """
    if not kinds:
        return not is_web_page("", head)
    return any(_IS_OF_KIND[kind](head) for kind in kinds)
