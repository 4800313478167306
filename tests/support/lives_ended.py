"""A life of the program that is ended from outside, when a server has seen enough of it."""

import signal
import subprocess
from collections.abc import Callable
from typing import Any

from tests.support.lives import command, environment


def live_until(plan: dict[str, Any], actions: tuple[str, ...], seen: Callable[[], object]) -> None:
    """Let a process live until `seen` returns, then kill it as a power cut does."""
    turn = {"actions": actions, "fatal": None, "when": "after", "alone": False, "nth": 1}
    with subprocess.Popen(
        command(plan, turn),
        env=environment(plan),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            seen()
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL  # it had not ended by itself
