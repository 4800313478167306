"""Providers as the inspector shows them."""

from collections.abc import Mapping
from typing import Any

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, validated
from depthstudio.providers.registry import Registry
from depthstudio.ui.inspector.inspector import ProviderEntry


def entries_of(registry: Registry) -> list[ProviderEntry]:
    """One entry for every provider that works, in the order of the registry."""
    return [
        ProviderEntry(
            info=provider.info,
            schema=schema_of(provider.params_type),
            validate=lambda values, model=provider.params_type: _problem_in(model, values),
        )
        for provider in registry
    ]


def _problem_in(model: type[Params], values: Mapping[str, Any]) -> ParamError | None:
    try:
        validated(model, values)
    except ParamError as error:
        return error
    return None
