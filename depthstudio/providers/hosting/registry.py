"""The hosts there are, by id."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from typing import cast

from depthstudio.core.errors import UsageError
from depthstudio.providers import hosting
from depthstudio.providers.hosting.base import Host

Hosts = Mapping[str, Host]


def load_hosts() -> dict[str, Host]:
    """Import every module beside this one and take the hosts it defines, sorted by title."""
    found: list[Host] = []
    for entry in pkgutil.iter_modules(hosting.__path__, f"{hosting.__name__}."):
        module = importlib.import_module(entry.name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            is_own = issubclass(member, Host) and member.__module__ == module.__name__
            if is_own and not inspect.isabstract(member):
                found.append(cast("type[Host]", member)())
    return {host.info.id: host for host in sorted(found, key=lambda host: host.info.title)}


def known_host(hosts: Hosts, host_id: str) -> Host:
    """The host with that id.

    Raises
    ------
    UsageError
        naming the ids there are
    """
    if host_id not in hosts:
        known = ", ".join(hosts) or "none"
        raise UsageError(f"There is no host “{host_id}”", hint=f"Known: {known}")
    return hosts[host_id]
