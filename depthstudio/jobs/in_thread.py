"""How blocking work is kept off the loop, for those who are given the way."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class InThread(Protocol):
    """Runs blocking work off the loop."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]: ...
