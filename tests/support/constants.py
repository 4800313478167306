"""Waits of the program that a test shortens, by their dotted names."""

from dataclasses import is_dataclass
from importlib import import_module
from types import ModuleType
from typing import Any


def shortened(dotted: str, value: Any) -> tuple[ModuleType, str, Any]:
    """The module, the name of the constant in it, and its new value.

    A list stands for the fields of what is there, such as a `Pace`.
    """
    path, _, name = dotted.rpartition(".")
    module = import_module(path)
    before = getattr(module, name)
    return module, name, type(before)(*value) if is_dataclass(before) else value
