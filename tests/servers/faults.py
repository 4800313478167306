"""Faults on demand: what goes wrong in a function, and what goes wrong on the way to it."""

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import gradio as gr


class KilledError(RuntimeError):
    """The server was restarted while a function was held."""


@dataclass
class Fault:
    """One fault: `kind` says which, `facts` how; it strikes `times` times (None: always).

    Of a function (`on` is its name): ``latency`` (seconds), ``error`` (title, text: gr.Error),
    ``exception`` (text: ValueError), ``null`` (runs, but gives only nulls), ``log`` (title, text,
    level: gr.Info and its kin, then runs).

    Of a request (`on` is a pattern searched in "METHOD /path?query"): see `proxy`.
    """

    on: str
    kind: str
    facts: dict[str, Any]
    times: int | None = 1
    skip: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def strikes(self) -> bool:
        """Whether it is this one's turn now; counts."""
        if self.skip:
            self.skip -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


class Faults:
    """The faults that are set, and the functions that are held. Safe in every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._functions: list[Fault] = []
        self._requests: list[Fault] = []
        self._holds: dict[str, threading.Event] = {}
        self._generation = 0

    def set(self, scope: str, fault: Fault) -> None:
        with self._lock:
            (self._functions if scope == "function" else self._requests).append(fault)

    def of_function(self, name: str) -> list[Fault]:
        with self._lock:
            return [fault for fault in self._functions if fault.on == name and fault.strikes()]

    def of_request(self, request: str) -> Fault | None:
        """The fault that strikes "METHOD /path?query", the first that was set."""
        with self._lock:
            for fault in self._requests:
                if re.search(fault.on, request) and fault.strikes():
                    return fault
        return None

    def hold(self, name: str) -> None:
        """Let every call of the function wait until `release`."""
        with self._lock:
            self._holds.setdefault(name, threading.Event())

    def held(self, name: str) -> threading.Event | None:
        with self._lock:
            return self._holds.get(name)

    def wait(self, hold: threading.Event) -> None:
        """Until the hold is released. KilledError when that was by a restart."""
        generation = self._generation
        hold.wait()
        if generation != self._generation:
            raise KilledError("the server went away")

    def release(self, name: str | None = None) -> None:
        """Let one function, or all of them, and every paused request go on."""
        with self._lock:
            names = list(self._holds) if name is None else [name]
            for held in names:
                if hold := self._holds.pop(held, None):
                    hold.set()
            for fault in self._requests if name is None else ():
                fault.released.set()

    def kill(self) -> None:
        """As `release`, but the functions that were held fail."""
        self._generation += 1
        self.release()

    def clear(self) -> None:
        self.release()
        with self._lock:
            self._functions.clear()
            self._requests.clear()


def strike(fault: Fault) -> None:
    """What the fault of a function does before the function runs."""
    facts = fault.facts
    if fault.kind == "latency":
        time.sleep(facts["seconds"])
    elif fault.kind == "error":
        raise gr.Error(facts["text"], title=facts["title"])
    elif fault.kind == "exception":
        raise ValueError(facts["text"])
    elif fault.kind == "log":
        show = {"info": gr.Info, "warning": gr.Warning, "success": gr.Success}[facts["level"]]
        show(facts["text"], title=facts["title"])
