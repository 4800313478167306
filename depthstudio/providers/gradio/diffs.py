"""A generator's output: first whole, then only what has changed."""

import copy
from collections.abc import Sequence
from typing import Any, cast

from depthstudio.core.errors import BadResponse


def changed(value: Any, edits: Sequence[Any]) -> Any:
    """A copy of `value` after ``[action, path, value]`` edits, as Gradio's `sse_v3` sends them.

    Raises
    ------
    BadResponse
        when an edit does not fit
    """
    value = copy.deepcopy(value)
    try:
        for action, path, new in edits:
            value = _edited(value, list(path), action, new)
    except (KeyError, IndexError, TypeError, ValueError) as exc:
        raise BadResponse(
            "The service sent a change that does not fit what it sent before", detail=repr(exc)
        ) from exc
    return value


def _edited(value: Any, path: list[Any], action: str, new: Any) -> Any:
    if not path:
        match action:
            case "replace":
                return new
            case "append":
                return value + new
            case _:
                raise ValueError(f"the whole cannot take the action {action!r}")
    key, rest = path[0], path[1:]
    if rest:
        value[key] = _edited(value[key], rest, action, new)
        return value
    match action:
        case "replace":
            value[key] = new
        case "append":
            value[key] = value[key] + new
        case "add" if isinstance(value, list):
            cast("list[Any]", value).insert(key, new)
        case "add":
            value[key] = new
        case "delete":
            del value[key]
        case _:
            raise ValueError(f"there is no action {action!r}")
    return cast("Any", value)
