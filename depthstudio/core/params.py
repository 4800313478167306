"""A provider's parameters, declared once.

A `Params` model feeds the inspector, ``--set``, validation, the request and the cache
key. JSON Schema is the common tongue; what it lacks travels in the ``x`` entry of a
property (`FieldNotes`), so that a schema fetched from a live service reads the same way.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, TypeVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from depthstudio.core.errors import ParamError

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


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


class Params(BaseModel):
    """Base of every provider's parameters: frozen, and closed to names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="wrap")
    @classmethod
    def _read_text(cls, value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        """Text that the declaration refuses is read as JSON, as a command line gives it.

        pydantic itself turns "0.5" into a number, but not into one of a few numbers, nor
        text into a list or None.
        """
        try:
            return validate(value)
        except ValidationError:
            plain = _from_json(value)
            if plain is value or isinstance(plain, bool):
                raise  # pydantic reads the words for true and false itself, and true is no 1.0
            return validate(plain)


def param(
    default: Any,
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
) -> Any:
    """Declare one parameter: pydantic's `Field` with the words of the inspector."""
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
    if no_effect_on_server:
        notes["no_effect_on_server"] = True
    extra = cast("dict[str, Any]", {"x": notes})
    return Field(default, title=label, description=help, ge=ge, le=le, json_schema_extra=extra)


P = TypeVar("P", bound=Params)


def validated(model: type[P], values: Mapping[str, Any]) -> P:
    """Build parameters from plain values, or say which one is wrong and why.

    Text is read as the declared type ("0.5", "true", "null"), as a command line gives it.

    Raises
    ------
    ParamError
        naming the first parameter that does not fit its declaration
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as exc:
        first = exc.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields)
            raise ParamError(
                f"There is no parameter “{name}”", name=name, hint=f"Known: {known}"
            ) from exc
        reason = first["msg"].removeprefix("Value error, ")
        shown = json.dumps(first.get("input"), default=str)
        raise ParamError(f"{name}: {reason}, got {shown}", name=name) from exc


def _from_json(value: Any) -> Any:
    """What a text says as JSON; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def field_notes(schema_property: Mapping[str, Any]) -> FieldNotes:
    """The `FieldNotes` of one JSON Schema property; empty for a foreign schema."""
    notes = schema_property.get("x")
    return cast("FieldNotes", notes) if isinstance(notes, dict) else {}


def result_values(params: Params) -> dict[str, Json]:
    """The values that can change the result, in the form the cache key is made of."""
    properties = type(params).model_json_schema()["properties"]
    return {
        name: value
        for name, value in params.model_dump(mode="json").items()
        if field_notes(properties[name]).get("affects_result", True)
    }
