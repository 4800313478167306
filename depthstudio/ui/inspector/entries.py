"""Providers as the inspector shows them."""

from collections.abc import Sequence

from depthstudio.core.errors import ParamError
from depthstudio.core.job import Source
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, validated
from depthstudio.providers.base import Provider
from depthstudio.providers.registry import Registry
from depthstudio.ui.inspector.entry import Plan, ProviderEntry, Schema, Values


def entries_of(registry: Registry) -> list[ProviderEntry]:
    """One entry for every provider that works, in the order of the registry."""
    return [entry_of(provider) for provider in registry]


def entry_of(provider: Provider[Params]) -> ProviderEntry:
    """What the inspector shows of one provider, and how it asks it."""
    return ProviderEntry(
        info=provider.info,
        schema=schema_of(provider.params_type),
        validate=lambda values, schema: _problem_in(provider, values, schema),
        plan=lambda sources, values, schema: _plan(provider, sources, values, schema),
    )


def _problem_in(provider: Provider[Params], values: Values, schema: Schema) -> ParamError | None:
    try:
        _read(provider, values, schema)
    except ParamError as error:
        return error
    return None


def _plan(
    provider: Provider[Params], sources: Sequence[Source], values: Values, schema: Schema
) -> Plan:
    try:
        params = _read(provider, values, schema)
        forecast = provider.forecast(sources, params) if sources else ""
        return Plan(forecast, len(provider.jobs_of(params)))
    except ParamError:
        return Plan()  # the form says what is wrong


def _read(provider: Provider[Params], values: Values, schema: Schema) -> Params:
    own = schema_of(provider.params_type)
    return validated(provider.params_type, values, schema=None if schema is own else schema)
