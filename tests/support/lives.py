"""Lives of the program, each in a process of its own that may be killed at a transition."""

import json
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
        [sys.executable, "-m", "tests.support.crash_driver", json.dumps({**plan, **turn})],
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
