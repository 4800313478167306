"""The environments of what the tests run beside the program, real servers and official clients:
one for each lock, made once."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

SERVERS = Path(__file__).parent
CHECKOUT = SERVERS.parents[1]
LOCKS = {version: SERVERS / f"gradio-{version}.txt" for version in ("5.25", "5.49", "6")}
LOCKS |= {"fal-client": SERVERS / "fal-client.txt"}


_failed: dict[Path, str] = {}


class EnvironmentFailedError(Exception):
    """An environment cannot be made: which, and what pip said."""


def environment(version: str) -> Path:
    """Where the environment of this lock is, or will be."""
    lock = LOCKS[version].read_bytes()
    made_from = hashlib.sha256(lock + sys.version.encode()).hexdigest()[:16]
    home = os.environ.get("DEPTHSTUDIO_TEST_SERVERS")
    folder = Path(home) if home else CHECKOUT / ".cache" / "servers"
    return folder / f"{LOCKS[version].stem}-{made_from}"


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ensure(version: str, say: Callable[[str], None] = print) -> Path:
    """Make the environment unless it is there; gives its Python.

    Two processes at once make it once, and what an interrupted one left is made anew: it is
    built beside and takes its name last. What failed in this process is not tried again.
    """
    folder = environment(version)
    if not folder.exists():
        if folder in _failed:
            raise EnvironmentFailedError(_failed[folder])
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                build(version, folder, say)
    return python_of(folder)


def build(version: str, folder: Path, say: Callable[[str], None]) -> None:
    began_s, name = time.monotonic(), LOCKS[version].stem
    say(f"Making the environment of {name} for the tests, once…")
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    quick = ["--no-deps", "--no-compile", "--only-binary=:all:", "-r", str(LOCKS[version])]
    commands = [
        [sys.executable, "-m", "venv", "--without-pip", str(beside)],
        [sys.executable, "-m", "pip", f"--python={python_of(beside)}", "install", *quick],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            _failed[folder] = (
                f"The environment of {name} cannot be made, and the tests with it cannot run "
                f"without it. They need a package index once.\n"
                f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
            )
            raise EnvironmentFailedError(_failed[folder])
    beside.rename(folder)
    say(f"The environment of {name} took {time.monotonic() - began_s:.0f} s.")
