"""`depthstudio` as a user runs it: a process of its own, keys in its environment only."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
HIDDEN = ("DISPLAY", "WAYLAND_DISPLAY")
LONGEST_S = 110.0


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said, `records` where it spoke JSON."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["event"] == event]


def run_command(home: Path, *words: object, keys: Mapping[str, str] | None = None) -> Ran:
    """One command on a home, with these variables beside those that are there."""
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    own = {"DEPTHSTUDIO_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "-m", "depthstudio", *map(str, words)],
        env={**kept, **own, **(keys or {})},
        cwd=home.parent,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def set_words(values: Mapping[str, Any]) -> list[str]:
    """Parameters as words of the command line."""
    pairs = [
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in values.items()
    ]
    return [word for pair in pairs for word in ("--set", pair)]


def endpoint_words(endpoints: Mapping[str, str]) -> list[str]:
    """Where servers are, as words of the command line."""
    return [word for pair in endpoints.items() for word in ("--endpoint", "=".join(pair))]
