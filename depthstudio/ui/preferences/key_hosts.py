"""Who gets to see the key of a service or host, as it declares that itself."""

from collections.abc import Mapping
from typing import Any

from depthstudio.providers.base import Provider
from depthstudio.providers.hosting.base import Host


def key_hosts(service: Provider[Any] | Host, endpoints: Mapping[str, str]) -> tuple[str, ...]:
    """The hosts a key would be sent to, sorted; `endpoints` are in place of the service's own.

    Empty where that is nobody, or not known before somebody gives an address.
    """
    info = service.info
    if not info.secrets:
        return ()
    if isinstance(service, Provider) and service.info.missing_address(endpoints):
        return ()
    stand_in = {secret.name: "-" for secret in info.secrets}
    credential = service.credential(stand_in, info.addresses(endpoints))
    hosts = credential.hosts if credential is not None else frozenset[str]()
    families = tuple(host.removeprefix("*") for host in hosts if host.startswith("*"))
    alone = [host for host in hosts if host.startswith("*") or not host.endswith(families)]
    return tuple(sorted(alone))
