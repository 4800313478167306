"""What JSON from elsewhere is taken for: an object, a list, or nothing of use."""

from collections.abc import Mapping
from typing import Any, cast


def object_in(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def list_in(value: object) -> list[Any]:
    """The value if it is a JSON list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []
