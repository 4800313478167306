"""Runs every check in order and stops at the first that fails; people and CI run the same.

Format, lint, types, import contracts, tests. `--full` adds the long matrices, and what is
measured while nothing else runs. What follows goes to pytest: `check.py tests/core -x`. Start
it with `python3 packaging/start.py check`, which installs what it needs first.
"""

import argparse
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
# All of them; a chosen few run in one process, where pdb works. Each wants 3 GB with its servers.
IN_PARALLEL = [f"--numprocesses={min(os.cpu_count() or 1, 2)}", "--dist=worksteal"]


def steps(pytest_options: list[str], *, full: bool) -> list[tuple[str, list[str]]]:
    """What is run, in order: a name and a command."""
    marked = "not quiet and not online" if full else "not quiet and not long and not online"
    contracts = Path(PYTHON).with_name("lint-imports")
    pytest = [PYTHON, "-m", "pytest", "-q"]
    planned = [
        ("Format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet"]),
        ("Lint", [PYTHON, "-m", "ruff", "check", "--quiet"]),
        ("Types", [PYTHON, "-m", "pyright"]),
        ("Import contracts", [str(contracts)]),
        ("Tests", [*pytest, "-m", marked, *(pytest_options or IN_PARALLEL)]),
    ]
    if full and not pytest_options:
        planned.append(("Tests alone", [*pytest, "-m", "quiet"]))
    return planned


def run_all(planned: list[tuple[str, list[str]]]) -> int:
    """The exit status of the first step that fails, 0 when none does."""
    for name, command in planned:
        print(f"== {name}", flush=True)
        began_s = time.monotonic()
        status = subprocess.run(command, cwd=CHECKOUT, check=False).returncode
        took_s = time.monotonic() - began_s
        if status != 0:
            print(f"== {name} failed after {took_s:.0f} s: {shlex.join(command)}")
            return status
        print(f"== {name} passed in {took_s:.0f} s", flush=True)
    print("== Everything passed")
    return 0


def main(arguments: list[str]) -> int:
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="check.py", description=summary, epilog=rest)
    parser.add_argument("--full", action="store_true", help="run the long matrices too")
    known, pytest_options = parser.parse_known_args(arguments)
    return run_all(steps(pytest_options, full=known.full))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
