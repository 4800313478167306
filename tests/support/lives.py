"""Lives of the program, each in a process of its own that may be killed at a transition."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

from depthstudio.jobs.phase import Transition

LONGEST_LIFE_S = 90.0

Jobs = list[dict[str, Any]]


def outcomes(jobs: Jobs) -> tuple[str, ...]:
    """Each job's state, with what a held or failed one says."""
    return tuple(
        " ".join(filter(None, (job["state"], job["hold"], job["failure"]))) for job in jobs
    )


def command(plan: dict[str, Any], turn: dict[str, Any]) -> list[str]:
    """How a life is begun. Its keys are not among the arguments, where everybody sees them."""
    told = {name: value for name, value in plan.items() if name != "environment"}
    return [sys.executable, "-m", "tests.support.crash_driver", json.dumps({**told, **turn})]


def environment(plan: dict[str, Any]) -> dict[str, str]:
    """What a process of this plan finds around it."""
    return {**os.environ, **plan.get("environment", {})}


def live(
    plan: dict[str, Any],
    actions: tuple[str, ...],
    fatal: Transition | None,
    when: str,
    *,
    alone: bool = False,
    nth: int = 1,
) -> Jobs | None:
    """Live one life; return where the jobs stand, or None when it died as planned."""
    turn = {"actions": actions, "fatal": fatal, "when": when, "alone": alone, "nth": nth}
    done = subprocess.run(
        command(plan, turn),
        env=environment(plan),
        capture_output=True,
        text=True,
        timeout=LONGEST_LIFE_S,
        check=False,
    )
    if fatal is not None:
        assert done.returncode == -signal.SIGKILL, done.stderr
        return None
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
