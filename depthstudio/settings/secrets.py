"""Secrets as the user gave them: in the environment, or for as long as the program runs."""

import os
from collections.abc import Mapping

from depthstudio.core.event import Event


class Secrets:
    """Keys and passwords by name. They are never written down, shown or logged from here."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._given: dict[str, str] = {}
        self.changed: Event[str] = Event()

    def __repr__(self) -> str:
        return f"<Secrets {sorted(self._given)}>"

    def give(self, name: str, value: str) -> None:
        """Keep a secret until the program ends; "" forgets it."""
        text = value.strip()
        if text:
            self._given[name] = text
        else:
            self._given.pop(name, None)
        self.changed.emit(name)

    def get(self, name: str, variable: str = "") -> str:
        """What was given, else what the environment variable holds, else ""."""
        return self._given.get(name) or self._environment.get(variable, "").strip()

    def is_from_environment(self, name: str, variable: str) -> bool:
        """Does it come from outside, where this program cannot change it?"""
        return name not in self._given and bool(self._environment.get(variable, "").strip())
