"""Parameters as JSON Schema: what the inspector, the command line and the cache key read."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, cast, get_args, get_origin

import msgspec
from msgspec.structs import fields

from depthstudio.core.record import Record, to_plain

Choices = list[Any]


@cache
def schema_of(model: type[Record]) -> Mapping[str, Any]:
    """The fields of a record as one object schema. It is shared: leave it as it is."""
    (top,), definitions = msgspec.json.schema_components([model])
    schema = definitions.pop(top["$ref"].rpartition("/")[2])
    declared: list[Choices] = []
    for field in fields(model):
        choices = list(_choices_in(field.type))
        declared += choices
        property_ = schema["properties"][field.name]
        _put_in_order(property_, choices)
        if field.default_factory is not msgspec.NODEFAULT:  # which msgspec leaves out
            property_["default"] = to_plain(field.default_factory())
    _put_in_order(definitions, declared)
    if not schema["required"]:
        del schema["required"]
    return {**schema, "$defs": definitions} if definitions else schema


def _choices_in(kind: Any) -> Iterator[Choices]:
    """The values of every `Literal` and enum inside a type, in the order they were written."""
    if get_origin(kind) is Literal:
        yield list(get_args(kind))
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield [member.value for member in kind]
    else:
        for part in get_args(kind):
            yield from _choices_in(part)


def _put_in_order(node: Any, declared: Iterable[Choices]) -> None:
    """Undo that msgspec sorts choices: their labels stand in the order of the declaration."""
    if isinstance(node, list):
        for part in cast("list[Any]", node):
            _put_in_order(part, declared)
    if not isinstance(node, dict):
        return
    schema = cast("dict[str, Any]", node)
    for name, part in schema.items():
        if name == "enum":
            same = (choices for choices in declared if _are_equal(choices, part))
            schema[name] = next(same, part)
        elif name not in ("default", "x"):
            _put_in_order(part, declared)


def _are_equal(first: Choices, second: Choices) -> bool:
    return len(first) == len(second) and all(choice in second for choice in first)
