"""Puts functions on the stage: whatever gradio calls is recorded and can be made to fail."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from faults import Faults, strike
from recording import Recording


class Stage:
    """The recording and the faults of one server, and the settings its functions obey."""

    def __init__(self, **settings: Any) -> None:
        self.recording = Recording()
        self.faults = Faults()
        self.defaults = dict(settings)
        self.settings = dict(settings)

    def served(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as gradio gets it; it looks the same from outside."""

        @functools.wraps(function)
        def run(*arguments: Any) -> Any:
            described = [describe(argument) for argument in arguments]
            call = self.recording.begin("calls", name=name, arguments=described, state="running")
            try:
                result = self._run(name, function, arguments, call)
            except BaseException as error:
                self.recording.update(
                    call, state="failed", error=f"{type(error).__name__}: {error}"
                )
                raise
            self.recording.update(call, state="done")
            return result

        return run

    def _run(
        self, name: str, function: Callable[..., Any], arguments: tuple[Any, ...], call: Any
    ) -> Any:
        if hold := self.faults.held(name):
            self.recording.update(call, state="held")
            self.faults.wait(hold)
            self.recording.update(call, state="running")
        struck = self.faults.of_function(name)
        for fault in struck:
            strike(fault)
        result = function(*arguments)
        if any(fault.kind == "null" for fault in struck):
            return (None,) * len(result) if isinstance(result, tuple | list) else None
        return result


def describe(value: Any) -> Any:
    """A value as JSON can say it: of files their names, of arrays shape and means."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, os.PathLike):
        return Path(value).name
    if isinstance(value, str):
        return Path(value).name if os.path.isabs(value) else value  # noqa: PTH117
    if isinstance(value, np.ndarray):
        means = value.reshape(-1, value.shape[-1]).mean(axis=0) if value.ndim == 3 else [0.0]
        return {"shape": list(value.shape), "means": [round(float(mean), 2) for mean in means]}
    if isinstance(value, list | tuple):
        return [describe(each) for each in value]
    if isinstance(value, dict):
        return {"type": "dict", "length": len(value)}
    return {"type": type(value).__name__, "index": getattr(value, "index", None)}
