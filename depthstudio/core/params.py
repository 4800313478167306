"""A provider's parameters, declared once.

A `Params` class feeds the inspector, ``--set``, validation, the request and the cache
key. JSON Schema is the common tongue; what it lacks travels in the ``x`` entry of a
property (`FieldNotes`), so that a schema fetched from a live service reads the same way.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypedDict, TypeVar, cast

import msgspec
from msgspec.structs import FieldInfo, fields

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.param_text import as_declared, as_json
from depthstudio.core.param_words import allowed_words
from depthstudio.core.record import Json, Record, to_plain


class FieldNotes(TypedDict, total=False):
    """What the inspector and the cache key need beyond plain JSON Schema."""

    unit: str
    group: str
    step: float
    choice_labels: list[str]
    phrase: str  # what stands beside a check box
    enabled_when: dict[str, Json]  # other parameter -> the value that enables this one
    affects_result: bool
    is_remote: bool
    no_effect_on_server: bool


class Params(Record):
    """Base of every provider's parameters. Each has a `param` and a default.

    A rule between parameters goes into `__post_init__` and raises `ParamError`.
    """


def param(
    *,
    label: str,
    help: str = "",
    group: str = "",
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    step: float | None = None,
    choice_labels: Sequence[str] = (),
    phrase: str = "",
    enabled_when: Mapping[str, Json] | None = None,
    affects_result: bool = True,
    is_remote: bool = True,
    no_effect_on_server: bool = False,
) -> msgspec.Meta:
    """Declare one parameter, in ``Annotated[float, param(label="Depth", ge=0)] = 0.12``."""
    notes: FieldNotes = {"affects_result": affects_result}
    if unit:
        notes["unit"] = unit
    if group:
        notes["group"] = group
    if step is not None:
        notes["step"] = step
    if choice_labels:
        notes["choice_labels"] = list(choice_labels)
    if phrase:
        notes["phrase"] = phrase
    if enabled_when:
        notes["enabled_when"] = dict(enabled_when)
    if not is_remote:
        notes["is_remote"] = False
    if no_effect_on_server:
        notes["no_effect_on_server"] = True
    return msgspec.Meta(title=label, description=help, ge=ge, le=le, extra_json_schema={"x": notes})


def bounds(*, ge: float | None = None, le: float | None = None) -> msgspec.Meta:
    """The range of a number that may also be None, which only the number itself can have:
    ``Annotated[Annotated[int, bounds(ge=1)] | None, param(label="Frames")] = None``."""
    return msgspec.Meta(ge=ge, le=le)


P = TypeVar("P", bound=Params)


def validated(model: type[P], values: Mapping[str, Any]) -> P:
    """Build parameters from plain values, or say which one is wrong and why.

    Text is read as the declared type ("0.5", "true", "null"), as a command line gives it.
    Defaults are read too, so that a 3 among numbers is a 3.0 whoever made it.

    Raises
    ------
    ParamError
        naming the first parameter that does not fit its declaration
    """
    declared = _declared(model)
    if unknown := [name for name in values if name not in declared]:
        raise ParamError(
            f"There is no parameter “{unknown[0]}”",
            name=unknown[0],
            hint=f"Known: {', '.join(declared)}",
        )
    if missing := [name for name in declared if declared[name].required and name not in values]:
        raise ParamError(f"{missing[0]}: must be given", name=missing[0])
    read = {
        name: _read(model, field, values[name] if name in values else _default(field))
        for name, field in declared.items()
    }
    return model(**read)


@cache
def _declared(model: type[Params]) -> dict[str, FieldInfo]:
    return {field.name: field for field in fields(model)}


def _default(field: FieldInfo) -> Any:
    make = field.default_factory
    return to_plain(field.default if make is msgspec.NODEFAULT else make())


def _read(model: type[Params], field: FieldInfo, value: Any) -> Any:
    try:
        return as_declared(field.type, value)
    except ValueError as exc:
        schema = schema_of(model)
        words = allowed_words(schema["properties"][field.name], schema)
        shown = json.dumps(as_json(value), default=str)
        raise ParamError(f"{field.name}: must be {words}, got {shown}", name=field.name) from exc


def field_notes(schema_property: Mapping[str, Any]) -> FieldNotes:
    """The `FieldNotes` of one JSON Schema property; empty for a foreign schema."""
    notes = schema_property.get("x")
    return cast("FieldNotes", notes) if isinstance(notes, dict) else {}


def result_values(params: Params) -> dict[str, Json]:
    """The values that can change the result, in the form the cache key is made of."""
    properties = schema_of(type(params))["properties"]
    return {
        name: value
        for name, value in to_plain(params).items()
        if field_notes(properties[name]).get("affects_result", True)
    }
