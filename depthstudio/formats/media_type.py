"""Names of the kinds of files that are told apart by their content."""

from pathlib import PurePath

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
TIFF = "image/tiff"
HEIC = "image/heic"
AVIF = "image/avif"
MP4 = "video/mp4"
MOV = "video/quicktime"
MKV = "video/matroska"
WEBM = "video/webm"
AVI = "video/x-msvideo"  # not registered; the usual name
MPEG_TS = "video/mp2t"
GLB = "model/gltf-binary"
PLY = "model/ply"
NPZ = "application/x-npz"  # not registered; the usual name
UNKNOWN = "application/x-unknown"  # an address whose name says nothing

PICTURES = frozenset({PNG, JPEG, WEBP, TIFF, HEIC, AVIF})
VIDEOS = frozenset({MP4, MOV, MKV, WEBM, AVI, MPEG_TS})
SCENES = frozenset({GLB, PLY, NPZ})

# Each with the ending that other programs expect, and the name that people know.
_ENDINGS_AND_NAMES = {
    PNG: (".png", "PNG"),
    JPEG: (".jpg", "JPEG"),
    WEBP: (".webp", "WebP"),
    TIFF: (".tif", "TIFF"),
    HEIC: (".heic", "HEIC"),
    AVIF: (".avif", "AVIF"),
    MP4: (".mp4", "MP4"),
    MOV: (".mov", "MOV"),
    MKV: (".mkv", "MKV"),
    WEBM: (".webm", "WebM"),
    AVI: (".avi", "AVI"),
    MPEG_TS: (".ts", "MPEG-TS"),
    GLB: (".glb", "GLB"),
    PLY: (".ply", "PLY"),
    NPZ: (".npz", "NPZ"),
}

_OTHER_ENDINGS = {
    ".jpeg": JPEG,
    ".tiff": TIFF,
    ".heif": HEIC,
    ".hif": HEIC,
    ".m4v": MP4,
    ".mts": MPEG_TS,
    ".m2ts": MPEG_TS,
}
_BY_ENDING = {ending: kind for kind, (ending, _) in _ENDINGS_AND_NAMES.items()} | _OTHER_ENDINGS


def of_name(name: str) -> str:
    """What a name suggests, where there is no content to look at; UNKNOWN where it is silent."""
    return _BY_ENDING.get(PurePath(name).suffix.lower(), UNKNOWN)


def ending(media_type: str) -> str:
    """How a file of this type is to be named: ".jpg"; ".bin" for a type nobody knows."""
    return _ENDINGS_AND_NAMES.get(media_type, (".bin", ""))[0]


def short_name(media_type: str) -> str:
    """What people call it: "HEIC"; the type itself where there is no such name."""
    return _ENDINGS_AND_NAMES.get(media_type, ("", media_type))[1]
