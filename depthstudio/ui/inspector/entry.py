"""A provider as the inspector needs it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from depthstudio.core.errors import ParamError
from depthstudio.core.job import Source
from depthstudio.core.params import Json
from depthstudio.providers.base import ProviderInfo

Schema = Mapping[str, Any]
Values = Mapping[str, Json]


@dataclass(frozen=True)
class Plan:
    """What a run would be.

    forecast : what it would send, in a few words; empty when there is nothing to say
    job_count : how many jobs it makes of one set of sources
    """

    forecast: str = ""
    job_count: int = 1


def nothing_special(sources: Sequence[Source], values: Values, schema: Schema) -> Plan:
    """The plan of a provider that makes one job and has nothing to say about it."""
    return Plan()


@dataclass(frozen=True)
class ProviderEntry:
    """What the inspector shows of a provider, and whom it asks about its values.

    schema : its own parameters as JSON Schema
    validate : the first thing wrong with all values together, or None; the second argument
        is the schema as the chosen server has it
    plan : what a run of these sources with these values would be
    """

    info: ProviderInfo
    schema: Schema
    validate: Callable[[Values, Schema], ParamError | None]
    plan: Callable[[Sequence[Source], Values, Schema], Plan] = nothing_special
