"""Names inside a result folder: checked when read, made harmless when written."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

MANIFEST_NAME = "manifest.json"
ANNOTATIONS_NAME = "annotations.json"
THUMBNAIL_NAME = "thumbnail.jpg"

MAX_NAME_CHARACTERS = 120  # leaves room for folders where a whole path may have 260

_OWN_NAMES = (MANIFEST_NAME, ANNOTATIONS_NAME)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_RESULT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{5,79}", re.ASCII)


def folded(name: str) -> str:
    """The spelling under which a file system may take two names for the same one."""
    return unicodedata.normalize("NFC", name).casefold()


def name_trouble(name: str) -> str:
    """Why `name` cannot be a file of a result folder on every system, or "" if it can."""
    if not name or len(name) > MAX_NAME_CHARACTERS:
        return f"has {len(name)} characters, not 1 to {MAX_NAME_CHARACTERS}"
    if _FORBIDDEN.search(name):
        return "has a character that no file name may have"
    if name.startswith(".") or name.endswith((".", " ")):
        return "begins with a dot, or ends with a dot or a space"
    if _DEVICE.fullmatch(name):
        return "is the name of a device on Windows"
    if folded(name) in _OWN_NAMES:
        return "is a name that the library keeps for itself"
    return ""


def is_result_id(text: str) -> bool:
    """May `text` name a result folder? 6 to 80 letters, digits, dashes and underscores."""
    return _RESULT_ID.fullmatch(text) is not None


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A harmless name like `wanted` whose folded spelling is not in `taken`."""
    name = _FORBIDDEN.sub("_", wanted).strip(" .") or "file"
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix) <= 12 else ""
    stem = name.removesuffix(suffix)[: MAX_NAME_CHARACTERS - 24].rstrip(" .")
    if _DEVICE.fullmatch(stem + suffix):
        stem = f"_{stem}"
    candidate, number = stem + suffix, 1
    while folded(candidate) in taken or folded(candidate) in _OWN_NAMES:
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return candidate
