"""The settings of a job in the words of their declaration, and which of them counted."""

from collections.abc import Mapping
from typing import Any

from depthstudio.core.params import EXTRA, Json, field_notes
from depthstudio.core.schema_reading import resolved, without_null

Schema = Mapping[str, Any]


def counted(values: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    """Those values that had an effect: none that another one switched off, or no server heeds.

    What the schema does not name is taken to have one.
    """
    return {name: value for name, value in values.items() if _counts(name, values, schema)}


def _counts(name: str, values: Mapping[str, Json], schema: Schema) -> bool:
    notes = field_notes(schema.get("properties", {}).get(name, {}))
    if notes.get("no_effect_on_server") or notes.get("disabled_reason"):
        return False
    wanted = notes.get("enabled_when", {})
    return all(same(values.get(other), value) for other, value in wanted.items())


def setting_words(values: Mapping[str, Json], schema: Schema) -> dict[str, str]:
    """What counted and is set, by label, in the order of the schema; the rest comes last."""
    extra = values.get(EXTRA)
    given = {name: value for name, value in values.items() if name != EXTRA}
    given = {**(extra if isinstance(extra, dict) else {}), **given}
    set_ = {n: v for n, v in counted(given, schema).items() if v not in (None, "")}
    properties: Schema = schema.get("properties", {})
    names = [*(n for n in properties if n in set_), *(n for n in set_ if n not in properties)]
    said = [_words(name, set_[name], properties.get(name, {}), schema) for name in names]
    return dict(said)


def _words(name: str, value: Json, declared: Schema, schema: Schema) -> tuple[str, str]:
    core, _ = without_null(resolved(declared, schema), schema)
    notes = field_notes(declared)
    label = str(declared.get("title") or name)
    choices, labels = core.get("enum", ()), notes.get("choice_labels", ())
    if len(choices) == len(labels) and value in choices:
        return label, labels[list(choices).index(value)]
    if isinstance(value, bool):
        return label, "on" if value else "off"
    number = f"{value:g}" if isinstance(value, float) else str(value)
    unit = notes.get("unit", "")
    return label, f"{number} {unit}" if unit else number


def same(first: Json, second: Json) -> bool:
    """Equal as JSON: 1 and 1.0 are the same, 1 and true are not."""
    return isinstance(first, bool) == isinstance(second, bool) and first == second
