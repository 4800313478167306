"""Finds the providers. A broken one is reported, and the rest work."""

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

from depthstudio.core.errors import UsageError
from depthstudio.providers import builtin
from depthstudio.providers.base import Provider

log = logging.getLogger(__name__)

AnyProvider = Provider[Any]


@dataclass(frozen=True)
class BrokenProvider:
    """A provider that cannot be used, and why."""

    module: str
    reason: str


class Registry:
    """Every provider by its id: those on this computer first, then by title."""

    def __init__(
        self, providers: Iterable[AnyProvider] = (), broken: Iterable[BrokenProvider] = ()
    ) -> None:
        """Of two providers with one id the first is kept, the second counts as broken."""
        known: dict[str, AnyProvider] = {}
        trouble = list(broken)
        for provider in providers:
            provider_id = provider.info.id
            if provider_id in known:
                other = type(known[provider_id]).__module__
                reason = f"the id “{provider_id}” is taken by {other}"
                trouble.append(BrokenProvider(type(provider).__module__, reason))
            else:
                known[provider_id] = provider
        self._providers = dict(sorted(known.items(), key=lambda item: _rank(item[1])))
        self.broken = tuple(trouble)

    @classmethod
    def load(cls, package: ModuleType = builtin) -> "Registry":
        """Import every module of a package and take the providers it defines."""
        providers: list[AnyProvider] = []
        broken: list[BrokenProvider] = []
        for entry in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            try:
                providers += _defined_in(importlib.import_module(entry.name))
            except Exception as error:
                log.exception("a provider cannot be used: %s", entry.name)
                broken.append(BrokenProvider(entry.name, f"{type(error).__name__}: {error}"))
        return cls(providers, broken)

    def __len__(self) -> int:
        return len(self._providers)

    def __iter__(self) -> Iterator[AnyProvider]:
        return iter(self._providers.values())

    def __contains__(self, provider_id: str) -> bool:
        return provider_id in self._providers

    def __getitem__(self, provider_id: str) -> AnyProvider:
        return self._providers[provider_id]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._providers)

    def get(self, provider_id: str) -> AnyProvider:
        """The provider with that id.

        Raises
        ------
        UsageError
            naming the ids there are, the most similar one first
        """
        if provider_id in self._providers:
            return self._providers[provider_id]
        import difflib  # for this mistake only

        close = difflib.get_close_matches(provider_id, self._providers, n=1)
        known = f"Known: {', '.join(self._providers) or 'none'}"
        hint = f"Did you mean “{close[0]}”? {known}" if close else known
        raise UsageError(f"There is no provider “{provider_id}”", hint=hint)


def _rank(provider: AnyProvider) -> tuple[bool, str, str]:
    info = provider.info
    return not info.runs_locally, info.title.casefold(), info.id


def _defined_in(module: ModuleType) -> list[AnyProvider]:
    """One instance of every provider the module defines; what it only imports is not its own."""
    found: list[AnyProvider] = []
    for _, member in inspect.getmembers(module, inspect.isclass):
        if not issubclass(member, Provider) or member.__module__ != module.__name__:
            continue
        provider_type = cast("type[AnyProvider]", member)
        if inspect.isabstract(provider_type):
            continue
        for name in ("info", "params_type"):
            if not hasattr(provider_type, name):
                raise TypeError(f"{provider_type.__name__} has no {name}")
        found.append(provider_type())
    return found
