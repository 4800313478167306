"""Brings our own parameters together with what a server says it takes.

The words stay ours, the numbers become the server's. What a server sends is only taken over
piece by piece, checked, and never as it is.
"""

from collections.abc import Mapping
from typing import Any, cast

from depthstudio.core.params import EXTRA, field_notes
from depthstudio.core.schema_reading import (
    Property,
    as_property,
    base_type,
    choices_in,
    fits,
    number_in,
    resolved,
    without_null,
)

LACKING = "This server has no such parameter"
OTHER_TYPE = "This server takes another kind of value here"
MOST_PARAMETERS = 100
MOST_CHOICES = 200
MOST_CHARACTERS = 500
LARGEST = 2.0**53  # a range beyond it is none that anybody can choose from
NUMERIC = {"integer", "number"}
RANGE = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
TYPES = {"boolean", "string", "array", "object", *NUMERIC}


def reconciled(own: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """Our schema as this server has it; `live` is what the server said.

    Parameters that never go to the server stay as they are. What it lacks, or has with
    another type, has a `disabled_reason`; what only the server has is `is_new`, if ours has
    a place for it. A server that said nothing changes nothing.
    """
    theirs = as_property(live.get("properties"))
    if not theirs:
        return dict(own)
    ours: dict[str, Any] = own.get("properties", {})
    properties = {
        name: _brought_together(declared, own, theirs.get(name), live)
        if name != EXTRA and field_notes(declared).get("is_remote", True)
        else declared
        for name, declared in ours.items()
    }
    if EXTRA in ours:
        new = [name for name in theirs if name not in ours and _is_name(name)]
        properties |= {name: _new(name, theirs[name], live) for name in new[:MOST_PARAMETERS]}
    return {**own, "properties": properties}


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= MOST_CHARACTERS and name.isprintable()


def _brought_together(
    declared: dict[str, Any], own: Property, live_declared: Any, live: Property
) -> dict[str, Any]:
    if not isinstance(live_declared, Mapping):
        return _disabled(declared, LACKING)
    core, is_optional = without_null(resolved(declared, own), own)
    other, _ = without_null(resolved(live_declared, live), live)
    mine, its = base_type(core), base_type(other)
    if mine and its and mine != its and not {mine, its} <= NUMERIC:
        return _disabled(declared, OTHER_TYPE)
    merged = dict(core)
    if mine == "number" and its == "integer":
        merged["type"] = its
    notes: dict[str, Any] = dict(field_notes(declared))
    _take_range(merged, notes, other)
    _take_choices(merged, notes, other)
    default = _default(declared.get("default"), other, merged, is_optional)
    merged.pop("default", None)
    merged["x"] = notes
    if is_optional:
        return _with_null(merged, default)
    return merged if default is None else {**merged, "default": default}


def _disabled(declared: dict[str, Any], reason: str) -> dict[str, Any]:
    return {**declared, "x": {**field_notes(declared), "disabled_reason": reason}}


def _take_range(merged: dict[str, Any], notes: dict[str, Any], other: Property) -> None:
    if base_type(merged) not in NUMERIC:
        return
    said = {name: number_in(other, name) for name in RANGE}
    taken = {name: end for name, end in said.items() if end is not None and abs(end) <= LARGEST}
    ends = {**{name: merged[name] for name in RANGE if name in merged}, **taken}
    for inclusive, exclusive in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):  # one of the two says where the range ends
        if inclusive in taken:
            ends.pop(exclusive, None)
        elif exclusive in taken:
            ends.pop(inclusive, None)
    low = ends.get("minimum", ends.get("exclusiveMinimum"))
    high = ends.get("maximum", ends.get("exclusiveMaximum"))
    if low is not None and high is not None and low > high:
        return
    merged.update(ends)
    for name in RANGE - set(ends):
        merged.pop(name, None)
    step = number_in(as_property(other.get("x")), "step") or number_in(other, "multipleOf")
    if step is not None and step > 0:
        notes["step"] = step


def _take_choices(merged: dict[str, Any], notes: dict[str, Any], other: Property) -> None:
    theirs, ours = _clean_choices(other), choices_in(merged)
    if not theirs or (len(theirs) == len(ours) and all(choice in theirs for choice in ours)):
        return
    for name in ("const", "anyOf", "oneOf"):
        merged.pop(name, None)
    merged["enum"] = theirs
    notes.pop("choice_labels", None)
    if labels := _clean_labels(other, len(theirs)):
        notes["choice_labels"] = labels


def _clean_choices(other: Property) -> list[Any]:
    choices = choices_in(other)
    if len(choices) > MOST_CHOICES or not all(_is_choice(choice) for choice in choices):
        return []
    return choices


def _is_choice(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MOST_CHARACTERS
    return isinstance(value, bool) or fits(value, {"type": "number"}, {})


def _clean_labels(other: Property, count: int) -> list[str]:
    labels = as_property(other.get("x")).get("choice_labels")
    if not isinstance(labels, list) or len(cast("list[Any]", labels)) != count:
        return []
    return [_text(label) for label in cast("list[Any]", labels)]


def _default(mine: Any, other: Property, merged: Property, is_optional: bool) -> Any:
    """The server's default, else ours, else the nearest that its range or choices allow."""
    if is_optional and "default" in other and other["default"] is None:
        return None
    for default in (other.get("default"), mine):
        if default is not None and _can_be_default(default, merged):
            return default
    if is_optional:
        return None
    return _nearest(mine, merged)


def _can_be_default(value: Any, declared: Property) -> bool:
    is_huge = isinstance(value, int | float) and abs(value) > LARGEST
    return not is_huge and fits(value, declared, {})


def _nearest(value: Any, core: Property) -> Any:
    """What comes closest to a value among what a property allows."""
    if choices := choices_in(core):
        return choices[0]
    number = fits(value, {"type": "number"}, {})
    low, high = number_in(core, "minimum"), number_in(core, "maximum")
    if number and low is not None and value < low:
        value = low
    elif number and high is not None and value > high:
        value = high
    return int(value) if number and base_type(core) == "integer" else value


def _with_null(core: dict[str, Any], default: Any) -> dict[str, Any]:
    """A property that may also be None, spelled as ours are."""
    words = {name: core[name] for name in ("title", "description", "x") if name in core}
    kind = {name: part for name, part in core.items() if name not in words}
    return {**words, "anyOf": [kind, {"type": "null"}], "default": default}


def _new(name: str, declared: Any, live: Property) -> dict[str, Any]:
    """A parameter that only the server has, made of what can be believed of its words."""
    core, is_optional = without_null(resolved(declared, live), live)
    kind, choices = base_type(core), _clean_choices(core)
    made: dict[str, Any] = {"type": kind} if kind in TYPES else {}
    notes: dict[str, Any] = {"is_new": True}
    said = as_property(core.get("x"))
    for note in ("group", "unit"):
        if isinstance(said.get(note), str):
            notes[note] = _text(said[note])
    _take_range(made, notes, core)
    if choices:
        _take_choices(made, notes, core)
    made["x"] = notes
    made["title"] = _text(core.get("title") or name.replace("_", " ").capitalize())
    made["description"] = _text(core.get("description") or "")
    default = core.get("default")
    if is_optional:
        return _with_null(made, default if _can_be_default(default, made) else None)
    if "default" in core and _can_be_default(default, made):
        made["default"] = default
    return made


def _text(value: Any) -> str:
    return " ".join(str(value)[:MOST_CHARACTERS].split())
