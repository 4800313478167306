"""The environments that the servers of the tests run in: one for each lock, made once."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock

SERVERS = Path(__file__).parent
CHECKOUT = SERVERS.parents[1]
LOCKS = {version: SERVERS / f"gradio-{version}.txt" for version in ("5.25", "5.49", "6")}


class EnvironmentFailedError(Exception):
    """An environment cannot be made: which, and what pip said."""


def environment(version: str) -> Path:
    """Where the environment of this lock is, or will be."""
    lock = LOCKS[version].read_bytes()
    made_from = hashlib.sha256(lock + sys.version.encode()).hexdigest()[:16]
    home = os.environ.get("DEPTHSTUDIO_TEST_SERVERS")
    folder = Path(home) if home else CHECKOUT / ".cache" / "servers"
    return folder / f"gradio-{version}-{made_from}"


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ensure(version: str) -> Path:
    """Make the environment unless it is there; gives its Python.

    Two processes at once make it once, and what an interrupted one left is made anew: it is
    built beside and takes its name last.
    """
    folder = environment(version)
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                build(version, folder)
    return python_of(folder)


def build(version: str, folder: Path) -> None:
    began_s = time.monotonic()
    say(f"Making the environment of gradio {version} for the tests…")
    beside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    run(version, sys.executable, "-m", "venv", str(beside))
    python = str(python_of(beside))
    quick = ["--no-deps", "--no-compile", "--only-binary=:all:", "--disable-pip-version-check"]
    run(version, python, "-m", "pip", "install", "-q", *quick, "-r", str(LOCKS[version]))
    beside.rename(folder)
    say(f"The environment of gradio {version} took {time.monotonic() - began_s:.0f} s.")


def run(version: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFailedError(
            f"The environment of gradio {version} cannot be made; the tests against its servers "
            f"need a package index. {' '.join(command)}\n{done.stdout}{done.stderr}"
        )


def say(text: str) -> None:
    print(text, file=sys.__stderr__, flush=True)
