"""Reads NAME=VALUE pairs by what a provider declares."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from depthstudio.core.errors import UsageError
from depthstudio.core.params import Params, validated
from depthstudio.core.record import to_plain
from depthstudio.providers.base import ProviderInfo

LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
    pairs: Sequence[str], info: ProviderInfo, plain_hosts: Sequence[str]
) -> dict[str, str]:
    """``--endpoint`` pairs; without ``NAME=`` the provider's first endpoint is meant.

    Raises
    ------
    UsageError
        for a name the provider lacks, or an address that would send in the clear
    """
    endpoints: dict[str, str] = {}
    for pair in pairs:
        name, equals, url = pair.partition("=")
        if not equals or "/" in name:
            name, url = next(iter(info.endpoints), ""), pair
        if name not in info.endpoints:
            known = ", ".join(info.endpoints) or "none, it runs on this computer"
            raise UsageError(f"{info.title} has no endpoint “{name}”", hint=f"It has: {known}")
        endpoints[name] = _checked_url(url, plain_hosts)
    return endpoints


def _checked_url(url: str, plain_hosts: Sequence[str]) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as brackets around what is no IPv6 address
        parts = urlsplit("")
    host = parts.hostname or ""  # in lower case
    if not host or parts.scheme not in ("http", "https"):
        raise UsageError(f"{url} is not an address", hint="Write https://HOST")
    allowed = (*LOOPBACK, *(plain_host.lower() for plain_host in plain_hosts))
    if parts.scheme == "http" and host not in allowed:
        raise UsageError(
            f"{host} would be spoken to without encryption",
            hint=f"Use https, or add --allow-http {host}",
        )
    if parts.username or parts.password:
        # Addresses are shown, and kept with results. Nor is it repeated here.
        raise UsageError(
            "An address may not hold a name or password", hint="Give only https://HOST"
        )
    return url
