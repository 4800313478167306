"""Reads single JSON Schema properties, also those a server sent: nothing in them is trusted."""

import math
from collections.abc import Callable, Mapping
from typing import Any, cast

Property = Mapping[str, Any]

MOST_REFERENCES = 16


def resolved(declared: Any, schema: Property) -> dict[str, Any]:
    """A property with its `$ref` and single-entry `allOf` folded in; its own words win."""
    merged = dict(as_property(declared))
    for _ in range(MOST_REFERENCES):
        options = merged.get("allOf")
        if "$ref" in merged:
            target = _target(merged.pop("$ref"), schema)
        elif isinstance(options, list) and len(cast("list[Any]", options)) == 1:
            target = as_property(merged.pop("allOf")[0])
        else:
            return merged
        merged = {**target, **merged}
    return {name: part for name, part in merged.items() if name not in ("$ref", "allOf")}


def without_null(declared: Property, schema: Property) -> tuple[dict[str, Any], bool]:
    """The property for values that are not None, and whether None is allowed as well."""
    core = dict(declared)
    types = core.get("type")
    if isinstance(types, list):
        kept = [name for name in cast("list[Any]", types) if name != "null"]
        core["type"] = kept[0] if len(kept) == 1 else None
        return core, "null" in types
    options = [resolved(option, schema) for option in alternatives(core)]
    kept_options = [option for option in options if option.get("type") != "null"]
    if len(kept_options) == 1:
        core = {**kept_options[0], **{k: v for k, v in core.items() if k not in ("anyOf", "oneOf")}}
    elif kept_options:
        core["anyOf"] = kept_options
    return core, len(kept_options) < len(options)


def alternatives(declared: Property) -> list[Any]:
    """What a property may be one of; empty where it is one thing."""
    options = declared.get("anyOf", declared.get("oneOf"))
    return cast("list[Any]", options) if isinstance(options, list) else []


def as_property(declared: Any) -> Property:
    """A property as it is, and an empty one for what is none."""
    return cast("Property", declared) if isinstance(declared, Mapping) else {}


def number_in(declared: Property, name: str) -> float | None:
    """A finite number of a property, None where it has no such."""
    value = declared.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # a whole number beyond every float
        return None


def base_type(core: Property) -> str:
    """The JSON type of a property without null; "" where it does not say one."""
    kind = core.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        return kind
    choices = choices_in(core)
    if choices and (len(kinds := {_type_of(choice) for choice in choices}) == 1):
        return kinds.pop()
    return ""


def choices_in(core: Property) -> list[Any]:
    """The values to choose from; empty where any value of the type will do."""
    choices = core.get("enum")
    if isinstance(choices, list):
        return cast("list[Any]", choices)
    if "const" in core:
        return [core["const"]]
    options = alternatives(core)
    if options and all("const" in as_property(option) for option in options):
        return [option["const"] for option in options]
    return []


def fits(value: Any, declared: Property, schema: Property) -> bool:
    """Does a plain value satisfy a property: its type, its choices and its range?"""
    core, is_optional = without_null(resolved(declared, schema), schema)
    if value is None:
        return is_optional or not base_type(core)
    kind = base_type(core)
    if kind and not _TYPES[kind](value):
        return False
    choices = choices_in(core)
    if choices and not any(_same(choice, value) for choice in choices):
        return False
    return kind not in ("integer", "number") or _is_in_range(value, core)


def _is_in_range(number: float, core: Property) -> bool:
    low, high = number_in(core, "minimum"), number_in(core, "maximum")
    over, under = number_in(core, "exclusiveMinimum"), number_in(core, "exclusiveMaximum")
    return (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (over is None or number > over)
        and (under is None or number < under)
    )


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return _is_number(value) and value == int(value)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_whole,
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, dict),
}


def _type_of(value: Any) -> str:
    return next((name for name, is_one in _TYPES.items() if is_one(value)), "")


def _same(first: Any, second: Any) -> bool:
    return isinstance(first, bool) == isinstance(second, bool) and first == second


def _target(ref: Any, schema: Property) -> Property:
    node: Any = schema
    for part in str(ref).removeprefix("#/").split("/"):
        node = as_property(node).get(part, {})
    return as_property(node)
