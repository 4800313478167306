"""The ways in which people write where a Space is."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from depthstudio.core.address import HUB_HOST, SPACE_ID, SPACE_PATH
from depthstudio.core.errors import UsageError

SPACE_HOSTS = "hf.space"


@dataclass(frozen=True)
class Address:
    """A Space of the hub, by its id, or a server by where it answers; one of them is "".

    `origin` may have a path, as behind a reverse proxy; it never ends in a slash.
    """

    space_id: str = ""
    origin: str = ""

    def __str__(self) -> str:
        return self.space_id or self.origin


def address_of(text: str) -> Address:
    """Read ``owner/name``, the page of a Space, its own address, or that of any server.

    Raises
    ------
    UsageError
        when it is none of these
    """
    text = text.strip()
    if SPACE_ID.fullmatch(text):
        return Address(space_id=text)
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
        _ = parts.port  # checks it
    except ValueError:
        host = ""
    else:
        if host in (HUB_HOST, f"www.{HUB_HOST}"):
            if page := SPACE_PATH.fullmatch(parts.path):
                return Address(space_id=page[1])
        elif host and parts.scheme in ("http", "https"):
            return Address(origin=f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/"))
    raise UsageError(
        f"“{text}” is not a Space or server",
        hint="Write owner/name, the address of a Space's page, or https://HOST",
    )


def usual_origin(space_id: str) -> str:
    """Where a Space answers unless the hub says otherwise."""
    return f"https://{re.sub('[^a-z0-9]+', '-', space_id.lower())}.{SPACE_HOSTS}"


def host_of(origin: str) -> str:
    """The host of an address with its port, as a `Credential` names it."""
    return urlsplit(origin).netloc.rpartition("@")[2].lower()
