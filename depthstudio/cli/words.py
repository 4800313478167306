"""Reads NAME=VALUE pairs by what a provider declares."""

from collections.abc import Sequence
from typing import Any

from depthstudio.core.address import checked_address
from depthstudio.core.errors import Unencrypted, UsageError
from depthstudio.core.params import Params, validated
from depthstudio.core.record import to_plain
from depthstudio.core.wiring import checked_wiring
from depthstudio.providers.base import ProviderInfo
from depthstudio.providers.hosting.base import HostInfo


def parameter_values(pairs: Sequence[str], model: type[Params]) -> dict[str, Any]:
    """``--set`` pairs as values of the declared types, with the defaults of all others.

    Raises
    ------
    UsageError
        for a pair without “=”
    ParamError
        for a name the model lacks, or a value it does not allow
    """
    texts: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {pair} lacks a value", hint="Write --set NAME=VALUE")
        texts[name] = text
    return to_plain(validated(model, texts))


def endpoint_values(
    pairs: Sequence[str],
    info: ProviderInfo,
    plain_hosts: Sequence[str],
    host: HostInfo | None = None,
) -> dict[str, str]:
    """``--endpoint`` pairs, of wiring too; without ``NAME=`` the first endpoint is meant.

    Those of the `host` that files are put on may be named too.

    Raises
    ------
    UsageError
        for a name the provider lacks, an address that would send in the clear, or wiring that
        is not what its name says
    """
    endpoints: dict[str, str] = {}
    for pair in pairs:
        name, equals, url = pair.partition("=")
        if not equals or "/" in name:
            name, url = next(iter(info.endpoints), ""), pair
        if name in info.wiring:
            endpoints[name] = checked_wiring(name, url, info.wiring[name])
            continue
        named = [*info.endpoints, *(host.endpoints if host else ())]
        if name not in named:
            known = ", ".join([*named, *info.wiring]) or "none, it runs on this computer"
            raise UsageError(f"{info.title} has no endpoint “{name}”", hint=f"It has: {known}")
        endpoints[name] = _checked(url, name, info, plain_hosts)
    return endpoints


def _checked(address: str, name: str, info: ProviderInfo, plain_hosts: Sequence[str]) -> str:
    takes_space = name in info.space_endpoints
    try:
        return checked_address(address, takes_space=takes_space, plain_hosts=plain_hosts)
    except Unencrypted as error:
        hint = f"Use https, or add --allow-http {error.host}"
        raise Unencrypted(error.host, hint=hint) from error
