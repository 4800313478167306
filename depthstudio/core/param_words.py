"""Says in words what a JSON Schema property allows."""

import json
from collections.abc import Mapping
from typing import Any, cast

_WORDS = {"boolean": "true or false", "string": "text", "null": "null"}


def allowed_words(declared: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """What fits after “must be”, such as “a number from 0 to 1”; `schema` has the `$defs`."""
    if ref := declared.get("$ref"):
        return allowed_words(schema["$defs"][ref.rpartition("/")[2]], schema)
    if options := declared.get("anyOf"):
        return ", or ".join(allowed_words(option, schema) for option in options)
    if choices := declared.get("enum"):
        listed = ", ".join(_quoted(choice) for choice in choices)
        return f"one of {listed}" if len(choices) > 1 else listed
    match declared.get("type"):
        case "integer":
            return f"a whole number{_range(declared)}"
        case "number":
            return f"a number{_range(declared)}"
        case "array":
            return f"a list{_each('entry', declared.get('items'), schema)}"
        case "object":
            return f"a JSON object{_each('value', declared.get('additionalProperties'), schema)}"
        case kind:
            return _WORDS.get(str(kind), "a JSON value")


def _each(what: str, declared: Any, schema: Mapping[str, Any]) -> str:
    if not isinstance(declared, dict):  # false closes the list or object, and says no more
        return ""
    return f", each {what} {allowed_words(cast('Mapping[str, Any]', declared), schema)}"


def _quoted(choice: Any) -> str:
    return f"“{choice}”" if isinstance(choice, str) else json.dumps(choice)


def _range(declared: Mapping[str, Any]) -> str:
    low, high = declared.get("minimum"), declared.get("maximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    over, under = declared.get("exclusiveMinimum"), declared.get("exclusiveMaximum")
    ends = (("of at least", low), ("above", over), ("of at most", high), ("below", under))
    said = " and ".join(f"{words} {end}" for words, end in ends if end is not None)
    return f" {said}" if said else ""
