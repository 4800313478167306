"""Which addresses out of a service's answers may be fetched.

An answer may be forged or the service broken into: an address in it must not make this program
knock on doors inside the user's own network.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.hosts import is_loopback

LONGEST_ADDRESS = 8192
_USUAL_PORTS = {"http": 80, "https": 443}


def result_address(service: str, address: object, own: Iterable[str]) -> str:
    """The address, if it is https to a public host, or has the origin of one of `own`.

    A name is public until it is looked up: the connection sees to that, see `PUBLIC_ONLY`.

    Raises
    ------
    BadResponse
        when it is something else; the address is not repeated, its query may be a key
    """
    if not isinstance(address, str) or not 0 < len(address) <= LONGEST_ADDRESS:
        raise BadResponse(f"{service} gave no address where one was due", hint="Run it again")
    if is_own(address, own):
        return address
    scheme, host, _ = origin_of(address)
    if scheme != "https" or not host or not may_be_public(host):
        raise BadResponse(
            f"{service} gave an address that is not fetched: it is not https to a public host",
            hint="Run it again; if it goes on, tell the service",
            detail=f"scheme {scheme[:20]!r}",
        )
    return address


def is_own(address: str, own: Iterable[str]) -> bool:
    """Whether an address has the scheme, host and port of one of `own`."""
    origin = origin_of(address)
    return bool(origin[1]) and any(origin == origin_of(known) for known in own if known)


def origin_of(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; empty ones where it is no plain web address."""
    nothing = ("", "", None)
    if any(character.isspace() or not character.isprintable() for character in address):
        return nothing
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return nothing
    if parts.username is not None or parts.password is not None or "\\" in address:
        return nothing
    return parts.scheme, parts.hostname or "", port or _USUAL_PORTS.get(parts.scheme)


def may_be_public(host: str) -> bool:
    """False for a name of this computer, and for an address that is not of the whole world."""
    if is_loopback(host) or host.lower().endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return is_public(host)
    except ValueError:
        return "." in host.strip(".")  # a bare name is one of the user's own network


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from anywhere.

    Raises
    ------
    ValueError
        when it is none
    """
    ip = ip_address(address.strip("[]").partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return (mapped or ip).is_global and not ip.is_multicast
