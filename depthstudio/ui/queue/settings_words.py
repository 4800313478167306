"""The parameters of a job as its form names them, to recognise it by."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from depthstudio.core.record import Json
from depthstudio.core.setting_words import counted, same
from depthstudio.ui.inspector.schema import ParamField, flat, read_schema
from depthstudio.ui.parts.amounts import unit_suffix


def in_words(
    values: Mapping[str, Json], schema: Mapping[str, Any], most_characters: int
) -> dict[str, Json]:
    """What is set and had an effect, by the titles in the schema, in its order; the rest comes
    last, as it is.

    What is as the provider would have it anyway is left out where all would be too long.
    """
    known = {field.name: field for field in read_schema(schema)}
    given = counted(flat(values), schema)
    said = {
        name: (known[name].label, _value(known[name], given[name]))
        if name in known
        else (name, str(given[name]))
        for name in [*(n for n in known if n in given), *(n for n in given if n not in known)]
        if given[name] not in (None, "")
    }
    if sum(len(label) + len(text) + 3 for label, text in said.values()) > most_characters:
        chosen = {
            name: words
            for name, words in said.items()
            if name not in known or not same(known[name].default, given[name])
        }
        said = chosen or said
    return dict(said.values())


def _value(field: ParamField, value: Json) -> str:
    for choice in field.choices:
        if same(choice.value, value):
            return choice.label
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    if isinstance(value, float):
        return f"{value:g}{unit_suffix(field.unit)}"
    return f"{value}{unit_suffix(field.unit)}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("queue", text)
