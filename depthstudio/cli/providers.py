"""`providers`: what there is, and what it takes."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from depthstudio.cli import exit_codes
from depthstudio.cli.output import Output
from depthstudio.cli.words import endpoint_values
from depthstudio.core.errors import ProviderError, UsageError
from depthstudio.core.param_reconcile import reconciled
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, field_notes
from depthstudio.jobs.reach import check_provider, describe_provider
from depthstudio.providers.base import Health, LiveSchema, Provider, Secret
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import load_settings
from depthstudio.settings.keychain import SystemKeychain
from depthstudio.settings.paths import home_from
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets


def providers(options: argparse.Namespace, registry: Registry) -> int:
    """List providers, describe one, or test one."""
    output = Output(as_json=options.json)
    match options.words:
        case []:
            return _list(output, registry)
        case ["test", provider_id]:
            provider = registry.get(provider_id)
            endpoints = _endpoints(options, provider)
            return asyncio.run(_test(output, provider, endpoints, _own_certificates(options)))
        case [provider_id] if provider_id != "test":
            provider = registry.get(provider_id)
            endpoints = _endpoints(options, provider)
            live = asyncio.run(_live(options, provider, endpoints)) if options.live else None
            return _describe(output, provider, endpoints, live)
        case _:
            raise UsageError("Say one provider", hint="depthstudio providers [test] ID")


def _endpoints(options: argparse.Namespace, provider: Provider[Params]) -> dict[str, str]:
    return endpoint_values(options.endpoints, provider.info, options.plain_hosts)


def _own_certificates(options: argparse.Namespace) -> Path | None:
    return load_settings(home_from(options.home).settings_file).settings.own_certificates


async def _live(
    options: argparse.Namespace, provider: Provider[Params], endpoints: Mapping[str, str]
) -> LiveSchema:
    return await describe_provider(
        provider,
        endpoints,
        Secrets(keychain=SystemKeychain()),
        ca_file=_own_certificates(options),
    )


def _list(output: Output, registry: Registry) -> int:
    for provider in registry:
        if output.as_json:
            output.record(_record(provider))
        else:
            info = provider.info
            output.line(f"{info.id}  {info.title}: {info.subtitle}. {info.price}")
    for broken in registry.broken:
        if output.as_json:
            output.record({"module": broken.module, "broken": broken.reason})
        else:
            output.line(f"{broken.module}  cannot be used: {broken.reason}")
    return exit_codes.OK


def _record(provider: Provider[Params]) -> dict[str, Any]:
    info = provider.info
    return {
        "id": info.id,
        "title": info.title,
        "version": info.version,
        "accepts": sorted(info.accepts),
        "produces": [product.kind for product in info.produces],
        "licence": info.licence.text,
        "commercial": info.licence.commercial,
        "price": info.price,
        "endpoints": dict(info.endpoints),
        "wiring": dict(info.wiring),
        "secrets": [secret.name for secret in info.secrets],
        "max_sources": info.max_sources,
        "params": schema_of(provider.params_type),
    }


def _describe(
    output: Output,
    provider: Provider[Params],
    endpoints: Mapping[str, str],
    live: LiveSchema | None,
) -> int:
    record = _record(provider)
    for kind in ("endpoints", "wiring"):
        record[kind] |= {name: text for name, text in endpoints.items() if name in record[kind]}
    if live is not None:
        record["params"] = reconciled(record["params"], live.schema)
        record["profile"] = live.profile
    if output.as_json:
        output.record(record)
        return exit_codes.OK
    info = provider.info
    output.line(f"{info.title}: {info.subtitle}")
    output.line(f"Licence: {info.licence.text}. Price: {info.price}.")
    if info.note:
        output.line(info.note)
    output.line("")
    properties: Mapping[str, Mapping[str, Any]] = record["params"]["properties"]
    output.table([_parameter_cells(name, declared) for name, declared in properties.items()])
    if places := {**record["endpoints"], **record["wiring"]}:
        output.line("")
        output.line("Endpoints, for --endpoint NAME=VALUE:")
        output.table([[name, place or "yours to give"] for name, place in places.items()])
    return exit_codes.OK


def _parameter_cells(name: str, declared: Mapping[str, Any]) -> list[str]:
    choices = declared.get("enum")
    if choices:
        allowed = " | ".join(json.dumps(choice) for choice in choices)
    elif "minimum" in declared and "maximum" in declared:
        unit = field_notes(declared).get("unit", "")
        allowed = f"{declared['minimum']:g} to {declared['maximum']:g} {unit}".rstrip()
    else:
        allowed = str(declared.get("type", ""))
    notes = field_notes(declared)
    mark = " (new)" if notes.get("is_new") else ""
    if reason := notes.get("disabled_reason"):
        mark = f" ({reason})"
    title = f"{declared.get('title', '')}{mark}"
    return [name, json.dumps(declared.get("default")), allowed, title]


async def _test(
    output: Output,
    provider: Provider[Params],
    endpoints: Mapping[str, str],
    ca_file: Path | None,
) -> int:
    """Ask the service, and say which address and whose key that was about."""
    secrets = Secrets(keychain=SystemKeychain())
    try:
        health = await check_provider(provider, endpoints, secrets, ca_file)
    except ProviderError as error:
        health = Health(ok=False, message=f"{error}. {error.hint}".rstrip(". "))
    info = provider.info
    addresses = info.addresses(endpoints)
    origins = {s.name: secrets.origin(s.name, s.variable) for s in info.secrets}
    if output.as_json:
        output.record(
            {
                "ok": health.ok,
                "message": health.message,
                "latency_s": health.latency_s,
                "endpoints": addresses,
                "secrets": origins,
                "keychain": secrets.status.state,
            }
        )
    else:
        output.line(f"{'ok' if health.ok else 'not ok'}: {health.message}")
        output.table([[name, address or "not given"] for name, address in addresses.items()])
        output.table([[s.label, _words(s, origins[s.name], secrets)] for s in info.secrets])
    return exit_codes.OK if health.ok else exit_codes.NOT_ALL_DONE


def _words(secret: Secret, origin: SecretOrigin, secrets: Secrets) -> str:
    """Where a secret comes from; never what it is."""
    match origin:
        case SecretOrigin.ENVIRONMENT:
            return f"from {secret.variable}"
        case SecretOrigin.KEYCHAIN:
            hides = secrets.hides(secret.name, secret.variable)
            return f"from the keychain{f', not from {secret.variable}' if hides else ''}"
        case SecretOrigin.WITHHELD:
            return f"not known: the keychain cannot be used, {secrets.status.reason}"
        case _:
            return "not given"
