"""Reads a parameter's value as its declared type, also from the text of a command line."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

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
