"""Reads NAME=VALUE pairs by what a provider declares."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from depthstudio.core.errors import ParamError, UsageError
from depthstudio.providers.base import ProviderInfo

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def parameter_values(pairs: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """``--set`` pairs as plain values.

    What the schema declares as text stays text; anything else is read as JSON where it
    is JSON, so that 512 is a number and true a flag.
    """
    properties: Mapping[str, Any] = schema.get("properties", {})
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {pair} lacks a value", hint="Write --set NAME=VALUE")
        if name not in properties:
            known = ", ".join(properties)
            raise ParamError(f"There is no parameter “{name}”", name=name, hint=f"Known: {known}")
        values[name] = text if _is_text(properties[name]) else _json_or_text(text)
    return values


def _is_text(declaration: Mapping[str, Any]) -> bool:
    if declaration.get("type") == "string":
        return True
    choices = declaration.get("enum", ())
    return bool(choices) and all(isinstance(choice, str) for choice in choices)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


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
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return url
    if parts.scheme == "http" and (host in LOOPBACK or host in plain_hosts):
        return url
    if parts.scheme == "http" and host:
        raise UsageError(
            f"{host} would be spoken to without encryption",
            hint=f"Use https, or add --allow-http {host}",
        )
    raise UsageError(f"{url} is not an address", hint="Write https://HOST")
