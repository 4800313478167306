"""Which addresses a credential may be shown to."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

_USUAL_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether a name or address is this computer itself."""
    from ipaddress import ip_address  # only once something is sent

    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def may_see(hosts: Iterable[str], url: "httpx.URL") -> bool:
    """Whether a credential for `hosts` (see `Credential`) may go to `url`.

    Never over plain http, but to this computer itself.
    """
    host = url.raw_host.decode("ascii").lower()
    is_safe = url.scheme == "https" or (url.scheme == "http" and is_loopback(host))
    port = url.port or _USUAL_PORTS.get(url.scheme)
    return is_safe and any(_matches(entry.lower(), host, port) for entry in hosts)


def _matches(entry: str, host: str, port: int | None) -> bool:
    name, entry_port = _split(entry)
    if entry_port and entry_port != str(port):
        return False
    if name.startswith("*."):
        return len(name) > len("*.") and host.endswith(name[1:])
    return bool(name) and name == host


def _split(entry: str) -> tuple[str, str]:
    """Name and port of ``name``, ``name:port``, ``[::1]:port`` or ``::1``."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":")
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""
