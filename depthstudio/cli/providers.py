"""`providers`: what there is, and what it takes."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from typing import Any

from depthstudio.cli import exit_codes
from depthstudio.cli.output import Output
from depthstudio.core.errors import ProviderError, UsageError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, field_notes
from depthstudio.jobs.reach import check_provider
from depthstudio.providers.base import Health, Provider
from depthstudio.providers.registry import Registry


def providers(options: argparse.Namespace, registry: Registry) -> int:
    """List providers, describe one, or test one."""
    output = Output(as_json=options.json)
    match options.words:
        case []:
            return _list(output, registry)
        case ["test", provider_id]:
            return asyncio.run(_test(output, registry, provider_id))
        case [provider_id] if provider_id != "test":
            return _describe(output, registry.get(provider_id))
        case _:
            raise UsageError("Say one provider", hint="depthstudio providers [test] ID")


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
        "secrets": [secret.name for secret in info.secrets],
        "max_sources": info.max_sources,
        "params": schema_of(provider.params_type),
    }


def _describe(output: Output, provider: Provider[Params]) -> int:
    record = _record(provider)
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
    return [name, json.dumps(declared.get("default")), allowed, declared.get("title", "")]


async def _test(output: Output, registry: Registry, provider_id: str) -> int:
    provider = registry.get(provider_id)
    try:
        health = await check_provider(provider)
    except ProviderError as error:
        health = Health(ok=False, message=f"{error}. {error.hint}".rstrip(". "))
    if output.as_json:
        output.record({"ok": health.ok, "message": health.message, "latency_s": health.latency_s})
    else:
        output.line(f"{'ok' if health.ok else 'not ok'}: {health.message}")
    return exit_codes.OK if health.ok else exit_codes.NOT_ALL_DONE
