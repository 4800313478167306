"""News that travels upward: a typed signal without Qt."""

import logging
from collections.abc import Callable
from typing import Generic, ParamSpec

log = logging.getLogger(__name__)

P = ParamSpec("P")


class Event(Generic[P]):
    """Calls its handlers in the order they connected.

    A handler that raises is logged and does not stop the others: whoever emits has
    already changed its state, and must not learn about a broken listener by failing.
    """

    def __init__(self) -> None:
        self._handlers: list[Callable[P, object]] = []

    def connect(self, handler: Callable[P, object]) -> Callable[[], None]:
        """Add a handler and return the call that takes it off again."""
        self._handlers.append(handler)

        def disconnect() -> None:
            if handler in self._handlers:
                self._handlers.remove(handler)

        return disconnect

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every handler that was connected when the call began."""
        for handler in tuple(self._handlers):
            try:
                handler(*args, **kwargs)
            except Exception:
                log.exception("a listener failed")
