"""Which addresses a provider's server may have, for the window and the command line alike."""

import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import SplitResult, urlsplit, urlunsplit

from depthstudio.core.errors import Unencrypted, UsageError

LOOPBACK = ("localhost", "127.0.0.1", "::1")
HUB_HOST = "huggingface.co"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
SPACE_ID = re.compile(rf"{_NAME}/{_NAME}")
LONGEST_ADDRESS = 8192
SPACE_PATH = re.compile(rf"/spaces/({_NAME}/{_NAME})(?:/.*)?")


def checked_address(
    text: str, *, takes_space: bool = False, plain_hosts: Iterable[str] = ()
) -> str:
    """The address as it is kept, or why it is none.

    takes_space : a Space of Hugging Face will do, as ``owner/name`` or the address of its page
    plain_hosts : hosts that the user allows to be spoken to without encryption, beside this one

    Raises
    ------
    Unencrypted
        when it would send in the clear to a host the user has not allowed
    UsageError
        when it is no address, or holds a password
    """
    address = text.strip()
    if takes_space and SPACE_ID.fullmatch(address) and ".." not in address:
        return address
    parts = _split(address)
    host = parts.hostname or ""  # in lower case
    if not host or parts.scheme not in ("http", "https"):
        wanted = "Write OWNER/NAME of a Space, or https://HOST" if takes_space else ""
        shown = "This" if "@" in address else text  # a password is not repeated
        raise UsageError(f"{shown} is not an address", hint=wanted or "Write https://HOST")
    _require_encrypted(parts.scheme, host, plain_hosts)
    if parts.username or parts.password:
        # Addresses are shown, and kept with results. Nor is it repeated here.
        raise UsageError(
            "An address may not hold a name or password", hint="Give only https://HOST"
        )
    page = SPACE_PATH.fullmatch(parts.path)
    if takes_space and host == HUB_HOST and page:
        return page[1]
    return address


def usable_addresses(
    addresses: Mapping[str, str], plain_hosts: Collection[str] = ()
) -> dict[str, str]:
    """Those of them, by their names, that `checked_address` has nothing to say against."""
    return {name: text for name, text in addresses.items() if _is_usable(text, plain_hosts)}


def _is_usable(address: str, plain_hosts: Collection[str]) -> bool:
    try:
        checked_address(address, plain_hosts=plain_hosts)
    except UsageError:
        return False
    return True


def checked_source_address(text: str) -> str:
    """The whole address of something on the web that a service may be sent to.

    Raises
    ------
    Unencrypted
        when it is http, and not of this computer
    UsageError
        when it is no address, or holds a password; it is not repeated, its query may be a key
    """
    address = text.strip()
    parts = _split(address)
    host = parts.hostname or ""
    if not host or parts.scheme not in ("http", "https") or "\\" in address:
        raise UsageError("This is not an address on the web", hint="Write https://HOST/FILE")
    if len(address) > LONGEST_ADDRESS:
        raise UsageError("This address is too long", hint="Give a shorter one")
    if "@" in parts.netloc:
        raise UsageError(
            "An address may not hold a name or password", hint="Give one that works without"
        )
    _require_encrypted(parts.scheme, host, ())
    return address


def without_query(address: str) -> str:
    """As much of an address as may be shown and kept: its query may be a key."""
    parts = _split(address)
    return urlunsplit(parts._replace(query="", fragment=""))


def host_of(address: str) -> str:
    """The host of an address; a Space's ``owner/name`` stands for itself."""
    return _split(address).hostname or address


def _require_encrypted(scheme: str, host: str, plain_hosts: Iterable[str]) -> None:
    if scheme == "http" and host not in (*LOOPBACK, *(p.lower() for p in plain_hosts)):
        raise Unencrypted(host)


def _split(address: str) -> SplitResult:
    """The parts of an address; empty ones where it cannot be read."""
    nothing = urlsplit("")
    if any(character.isspace() or not character.isprintable() for character in address):
        return nothing  # which urlsplit would leave out in silence
    try:
        parts = urlsplit(address)
        _ = parts.port  # is only looked at when it is asked for
    except ValueError:  # such as brackets around what is no IPv6 address
        return nothing
    return parts
