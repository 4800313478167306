"""Reads a parameter's value as its declared type, also from the text of a command line."""

import json
from collections.abc import Iterator
from contextlib import suppress
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from depthstudio.core.digest import canonical_json
from depthstudio.core.record import RecordError, from_plain

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "on", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "off", "0"})


def as_declared(kind: Any, value: Any) -> Any:
    """A plain value as the type `kind`; text counts for what it says where it must.

    Raises
    ------
    ValueError
        when it is no such value, or holds NaN or infinity
    """
    for reading in _readings(value):
        if _is_json(reading):
            with suppress(RecordError):
                return from_plain(kind, reading)
    raise ValueError(f"{value!r:.80} is no {kind}")


def without_limits(kind: Any) -> Any:
    """The type without its ranges and choices, which a server may have changed."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return without_limits(parts[0])
    if origin is Literal:
        kinds: list[Any] = [type(value) for value in parts]
        return Union[tuple(kinds)]  # noqa: UP007
    if origin in (Union, UnionType):
        return Union[tuple(without_limits(part) for part in parts)]  # noqa: UP007
    return kind


def as_json(value: Any) -> Any:
    """What a text says as JSON; anything else as it is, and so is a word for true or false."""
    if not isinstance(value, str):
        return value
    try:
        plain = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return value if isinstance(plain, bool) else plain


def _is_json(value: Any) -> bool:
    """Without NaN and infinity, which msgspec lets through, and without half characters."""
    try:
        canonical_json(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _readings(value: Any) -> Iterator[Any]:
    """What a value may mean, the likeliest first: itself, then what its text says."""
    yield from _also_whole(value)
    if not isinstance(value, str):
        return
    yield from _also_whole(as_json(value))
    for number in (int, float):  # reads +5, .5 and 1_000, which are no JSON
        with suppress(ValueError):
            yield from _also_whole(number(value))
    if value.lower() in TRUE_WORDS | FALSE_WORDS:
        yield value.lower() in TRUE_WORDS


def _also_whole(value: Any) -> Iterator[Any]:
    """The value, and 2 for 2.0: to JSON they are the same."""
    yield value
    if isinstance(value, float) and value.is_integer():
        yield int(value)
