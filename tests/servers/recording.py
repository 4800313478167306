"""What a server remembers: every request that reached it and every function it really ran."""

import copy
import threading
import time
from collections.abc import Callable
from typing import Any

Entry = dict[str, Any]


class Recording:
    """Entries of requests and calls, in the order in which they began. Safe in every thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._entries: dict[str, list[Entry]] = {"requests": [], "calls": []}

    def begin(self, what: str, **facts: Any) -> Entry:
        """Keep an entry that `update` may add to."""
        with self._changed:
            self._entries[what].append(facts)
            self._changed.notify_all()
        return facts

    def update(self, entry: Entry, **facts: Any) -> None:
        with self._changed:
            entry.update(facts)
            self._changed.notify_all()

    def entries(self, what: str, wanted: Callable[[Entry], bool] = lambda _: True) -> list[Entry]:
        """Copies of the entries that are wanted."""
        with self._changed:
            return [copy.deepcopy(entry) for entry in self._entries[what] if wanted(entry)]

    def wait(
        self, what: str, wanted: Callable[[Entry], bool], count: int, timeout_s: float
    ) -> list[Entry]:
        """The wanted entries once there are as many as `count`, or TimeoutError."""
        end_s = time.monotonic() + timeout_s
        with self._changed:
            while sum(map(wanted, self._entries[what])) < count:
                if not self._changed.wait(end_s - time.monotonic()):
                    raise TimeoutError(f"{count} such {what} did not come: {self._entries[what]}")
        return self.entries(what, wanted)

    def clear(self) -> None:
        with self._changed:
            for entries in self._entries.values():
                entries.clear()
