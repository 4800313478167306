"""From the address of something on the web to a source. Nothing here asks the network."""

from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

from depthstudio.core.address import checked_source_address, host_of
from depthstudio.core.job import Source
from depthstudio.formats import media_type

LONGEST_NAME = 50  # characters: with an id behind it, still a name that every system takes
_NO_PART_OF_A_NAME = frozenset('<>:"/\\|?*')


def source_from_address(text: str) -> Source:
    """What lies at an address, as far as the address says.

    The address is kept whole; its name is what a stranger wrote, and only ever shown.

    Raises
    ------
    Unencrypted, UsageError
        when it is none that may be used, see `checked_source_address`
    """
    url = checked_source_address(text)
    name = _name_of(urlsplit(url).path) or host_of(url)
    return Source(
        path=Path(name), media_type=media_type.of_name(name), size_bytes=0, mtime_ns=0, url=url
    )


def _name_of(path: str) -> str:
    """The last part of a path as a plain file name; empty where nothing is left of it."""
    last = unquote(path.rstrip("/").rpartition("/")[2])
    plain = "".join(c if c.isprintable() and c not in _NO_PART_OF_A_NAME else "_" for c in last)
    plain = plain.strip(" .")
    if len(plain) <= LONGEST_NAME:
        return plain
    ending = PurePath(plain).suffix[:8]
    return f"{plain[: LONGEST_NAME - len(ending) - 1]}…{ending}"
