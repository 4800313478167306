"""Finds the addresses of files in what Oxen tells of a generation.

Where the raw depth stands is not documented, so every documented and plausible place is
searched, also inside objects and lists.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from depthstudio.providers.transport.result_address import LONGEST_ADDRESS

DEEPEST = 8
MOST_FOUND = 1000
NPZ_NAMES = ("npz", "raw_depth", "raw-depth", "depths", "raw_output")
VIDEO_NAMES = ("result_url", "url", "result_urls", "video", "videos", "outputs", "output", "result")
VIDEO_ENDINGS = (".mp4", ".mov", ".m4v")
OTHER_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".json", ".txt", ".zip", ".webm")
# The row repeats the request: what was sent is no result.
ECHOED = frozenset(
    {"video_url", "input_video", "input_videos", "input_image", "input_images", "prompt", "input"}
)


@dataclass(frozen=True)
class Found:
    """An address, and the names on the way to it."""

    address: str
    names: tuple[str, ...]

    @property
    def file_names(self) -> str:
        """Its path, and what its query calls files, in lower case; each ends with a space."""
        parts = urlsplit(self.address)
        named = [value for _, value in parse_qsl(parts.query)]
        return "".join(f"{unquote(text)} " for text in [parts.path, *named]).lower()

    def is_file(self, endings: tuple[str, ...]) -> bool:
        return any(f"{ending} " in self.file_names for ending in endings)

    def is_called(self, names: tuple[str, ...]) -> bool:
        return any(name in given.lower() for given in self.names for name in names)


def raw_depth_address(told: Mapping[str, Any]) -> str | None:
    """Where the NPZ lies: what ends as one, else what is called so."""
    found = list(_addresses(told, (), DEEPEST))
    for one in found:
        if one.is_file((".npz",)):
            return one.address
    for one in found:
        if one.is_called(NPZ_NAMES) and not one.is_file(VIDEO_ENDINGS + OTHER_ENDINGS):
            return one.address
    return None


def video_address(told: Mapping[str, Any]) -> str | None:
    """Where the video lies: where results are documented to stand first, then anywhere."""
    found = [
        one
        for one in _addresses(told, (), DEEPEST)
        if not one.is_file((".npz", *OTHER_ENDINGS)) and not one.is_called(NPZ_NAMES)
    ]
    for name in VIDEO_NAMES:
        for one in found:
            if name in one.names:
                return one.address
    return next((one.address for one in found if one.is_file(VIDEO_ENDINGS)), None)


def _addresses(value: object, names: tuple[str, ...], deepest: int) -> Generator[Found]:
    if isinstance(value, str):
        if len(value) <= LONGEST_ADDRESS and value.startswith(("https://", "http://")):
            yield Found(value, names)
    elif deepest > 0 and isinstance(value, Mapping):
        for name, part in list(cast("Mapping[str, object]", value).items())[:MOST_FOUND]:
            if name not in ECHOED:
                yield from _addresses(part, (*names, name), deepest - 1)
    elif deepest > 0 and isinstance(value, list):
        for part in cast("list[object]", value)[:MOST_FOUND]:
            yield from _addresses(part, names, deepest - 1)
