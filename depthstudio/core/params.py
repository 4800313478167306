"""A provider's parameters, declared once.

A `Params` class feeds the inspector, ``--set``, validation, the request and the cache
key. JSON Schema is the common tongue; what it lacks travels in the ``x`` entry of a
property (`FieldNotes`), so that a schema fetched from a live service reads the same way.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypedDict, TypeVar, cast

import msgspec
from msgspec.structs import FieldInfo, fields

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.param_text import as_declared, as_json, without_limits
from depthstudio.core.param_words import allowed_words
from depthstudio.core.record import Json, Record, to_plain
from depthstudio.core.schema_reading import fits


class FieldNotes(TypedDict, total=False):
    """What the inspector and the cache key need beyond plain JSON Schema."""

    unit: str
    group: str
    step: float
    choice_labels: list[str]
    phrase: str  # what stands beside a check box
    enabled_when: dict[str, Json]  # other parameter -> the value that enables this one
    affects_result: bool
    no_effect_on_server: bool
    is_remote: bool  # False: never goes to the server, which need not know it
    disabled_reason: str  # why this server takes no value here
    is_new: bool  # the server has it and this program does not know it


EXTRA = "extra"  # the field that holds what only the server knows, by its own names


class Params(Record):
    """Base of every provider's parameters. Each has a `param` and a default.

    A rule between parameters goes into `__post_init__` and raises `ParamError`. Parameters
    that only a server has travel in a field ``extra: dict[str, Json]``, where there is one.
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
    no_effect_on_server: bool = False,
    is_remote: bool = True,
) -> msgspec.Meta:
    """Declare one parameter, in ``Annotated[float, param(label="Depth", ge=0)] = 0.12``.

    One that is not `is_remote` never goes to a server, and no server is asked about it.
    """
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


def validated(
    model: type[P], values: Mapping[str, Any], *, schema: Mapping[str, Any] | None = None
) -> P:
    """Build parameters from plain values, or say which one is wrong and why.

    Text is read as the declared type ("0.5", "true", "null"), as a command line gives it.
    Defaults are read too, so that a 3 among numbers is a 3.0 whoever made it. With `schema`,
    which is the model's own as a server changed it, ranges and choices are those it says.

    Raises
    ------
    ParamError
        naming the first parameter that does not fit its declaration
    """
    made = _built(model, values, lambda field, value: _read(model, field, value, schema))
    _check_extra(getattr(made, EXTRA, {}), schema)
    return made


def as_promised(model: type[P], values: Mapping[str, Any]) -> P:
    """The parameters of a job that was checked when it was added.

    Ranges and choices were those of its server then, and are not asked about again.

    Raises
    ------
    ParamError
        where a value is not even of the declared type
    """
    return _built(model, values, lambda field, value: _read_loosely(model, field, value))


def _built(model: type[P], values: Mapping[str, Any], read: Callable[[FieldInfo, Any], Any]) -> P:
    declared = _declared(model)
    if unknown := [name for name in values if name not in declared]:
        raise ParamError(
            f"There is no parameter “{unknown[0]}”",
            name=unknown[0],
            hint=f"Known: {', '.join(declared)}",
        )
    if missing := [name for name in declared if declared[name].required and name not in values]:
        raise ParamError(f"{missing[0]}: must be given", name=missing[0])
    return model(
        **{
            name: read(field, values[name] if name in values else _default(field))
            for name, field in declared.items()
        }
    )


@cache
def _declared(model: type[Params]) -> dict[str, FieldInfo]:
    return {field.name: field for field in fields(model)}


def _default(field: FieldInfo) -> Any:
    make = field.default_factory
    return to_plain(field.default if make is msgspec.NODEFAULT else make())


def _read(
    model: type[Params], field: FieldInfo, value: Any, schema: Mapping[str, Any] | None
) -> Any:
    if schema is None:
        try:
            return as_declared(field.type, value)
        except ValueError as exc:
            raise _misfit(field.name, value, schema_of(model)) from exc
    read = _read_loosely(model, field, value)
    declared: Mapping[str, Any] = schema["properties"][field.name]
    is_asked = not field_notes(declared).get("disabled_reason")
    if is_asked and not fits(to_plain(read), declared, schema):
        raise _misfit(field.name, value, schema)
    return read


def _read_loosely(model: type[Params], field: FieldInfo, value: Any) -> Any:
    try:
        return as_declared(without_limits(field.type), value)
    except ValueError as exc:
        raise _misfit(field.name, value, schema_of(model)) from exc


def _check_extra(extra: Mapping[str, Any], schema: Mapping[str, Any] | None) -> None:
    """What only the server has is checked where the server said what it takes."""
    if schema is None:
        return
    for name, value in extra.items():
        declared: Mapping[str, Any] | None = schema["properties"].get(name)
        if declared is None or not field_notes(declared).get("is_new"):
            raise ParamError(f"This server has no parameter “{name}”", name=name)
        if not fits(value, declared, schema):
            raise _misfit(name, value, schema)


def _misfit(name: str, value: Any, schema: Mapping[str, Any]) -> ParamError:
    words = allowed_words(schema["properties"][name], schema)
    shown = json.dumps(as_json(value), default=str)
    return ParamError(f"{name}: must be {words}, got {shown}", name=name)


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
