"""Which addresses out of a service's answers may be fetched.

An answer may be forged or the service broken into: an address in it must not make this program
knock on doors inside the user's own network.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.hosts import is_loopback

LONGEST_ADDRESS = 8192
TELL_HINT = "Run it again; if it goes on, tell the service"
_USUAL_PORTS = {"http": 80, "https": 443}

_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_WORLD_V6 = ip_network("2000::/3")  # nothing else was ever given out
_V4_IN_V6 = ip_network("64:ff9b::/96")  # NAT64: the last four bytes are the address meant
# What Python 3.11 takes for public and is not: protocol assignments, documentation.
_NOT_PUBLIC = (ip_network("192.0.0.0/24"), ip_network("3fff::/20"))


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
            hint=TELL_HINT,
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
    name = host.lower().removesuffix(".")
    if is_loopback(name) or name.endswith(_PRIVATE_NAMES):
        return False
    try:
        return is_public(name)
    except ValueError:
        # “127.1” and “0x7f.1” are numbers to a resolver; a bare name is one of the own network.
        first, _, last = name.rpartition(".")
        return bool(first and last) and not last[0].isdecimal()


def is_public(address: str) -> bool:
    """Whether an IP address can be reached from anywhere.

    Raises
    ------
    ValueError
        when it is none
    """
    ip = ip_address(address.strip("[]").partition("%")[0])
    meant = _v4_meant(ip) if isinstance(ip, IPv6Address) else ip
    if meant is None and ip not in _WORLD_V6:
        return False
    ip = meant or ip
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _NOT_PUBLIC)


def _v4_meant(ip: IPv6Address) -> IPv4Address | None:
    """The address behind one that only carries it through an IPv6 network."""
    if ip in _V4_IN_V6:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour
