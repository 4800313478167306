"""Sets this checkout up and starts it: ``python3 packaging/start.py demo`` or ``check``.

Needs only Python 3.11 or newer with pip. Everything it installs goes into .venv beside
pyproject.toml, and into the system only as root on Debian. Starts at once when nothing
changed. The file itself must be readable by older Pythons, to tell them they are too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = CHECKOUT / ".venv"
STAMP = ENVIRONMENT / "depthstudio-set-up.json"
OLDEST_PYTHON = (3, 11)
GROUPS = {"demo": [], "check": ["dev"]}  # what each command needs beyond the program
PIP = "pip>=25.1"  # the first that installs dependency groups

USAGE = """\
usage: start.py demo [options]    set up, then open the bundled sample (demo --help says more)
       start.py check [options]   set up, then run every check and test (check --help says more)"""


class SetUpError(Exception):
    """Set-up cannot go on: what happened, and what to do about it."""


def main(arguments: list[str]) -> int:
    """Set up what the command needs and become it; an exit status only when that fails."""
    if not arguments or arguments[0] not in GROUPS:
        print(USAGE)
        return 0 if arguments in (["-h"], ["--help"]) else 2
    command, options = arguments[0], arguments[1:]
    try:
        require_python(sys.version_info[:2])
        bring_system_packages(command)
        set_up(GROUPS[command])
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on where it stopped.", file=sys.stderr)
        return 130
    return hand_over([str(environment_python()), *program(command), *options])


def program(command: str) -> list[str]:
    """What the environment's Python is asked to run."""
    if command == "demo":
        return ["-m", "depthstudio", "demo"]
    return [str(CHECKOUT / "packaging" / "check.py")]


def require_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that could not even install the program."""
    if version < OLDEST_PYTHON:
        raise SetUpError(
            "This is Python {}.{}, and DepthStudio needs {}.{} or newer.\n"
            "Install a newer Python and start this script with it, such as python3.11".format(
                *version[:2], *OLDEST_PYTHON
            )
        )


def bring_system_packages(command: str) -> None:
    """Install the Debian packages that are missing, or name them."""
    sys.path.insert(0, str(CHECKOUT))
    # Here, not at the top: what is imported is written for Python 3.11.
    from depthstudio.core import display
    from depthstudio.core import system_libraries as system

    sections = {system.PICTURE}
    if command == "check":
        sections |= {system.WINDOW, system.CHECK}
    elif display.has_display():
        sections.add(system.WINDOW)
    missing = system.missing_packages(sections)
    if missing and may_install_packages():
        install_packages([entry.package for entry in missing])
        missing = system.missing_packages(sections)
    if missing:
        raise SetUpError("\n".join(system.missing_message(missing)))


def may_install_packages() -> bool:
    """Root on Debian, or on a system made from it."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(packages: list[str]) -> None:
    """Ask apt for `packages`; what is still missing afterwards is for the caller to say."""
    print("Installing system packages: {}".format(" ".join(packages)), flush=True)
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "DEBCONF_NOWARNINGS": "yes"}
    install = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    for step in ([*apt, "update"], install):
        subprocess.run(step, env={**os.environ, **quiet}, stdout=subprocess.DEVNULL, check=False)


def set_up(groups: list[str]) -> None:
    """Bring .venv in line with pyproject.toml, unless its stamp says that it is."""
    stamp = read_stamp()
    wanted = fingerprint()
    if stamp.get("fingerprint") == wanted and set(groups) <= set(stamp.get("groups", [])):
        return
    # What an earlier command installed stays wanted, or two commands would undo each other.
    groups = sorted({*groups, *stamp.get("groups", [])})
    print(f"Setting up {ENVIRONMENT} (once; up to 1 GB, some minutes on a slow line)", flush=True)
    STAMP.unlink(missing_ok=True)
    make_environment(rebuild=bool(stamp) and stamp.get("python") != python_version())
    install(groups)
    compile_installed()
    content = {"fingerprint": wanted, "groups": groups, "python": python_version()}
    STAMP.write_text(json.dumps(content) + "\n", encoding="utf-8")


def python_version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def fingerprint() -> str:
    """Changes whenever what is installed could: the requirements, the place, the Python."""
    digest = hashlib.sha256((CHECKOUT / "pyproject.toml").read_bytes())
    digest.update(f"{CHECKOUT}\n{python_version()}\n{Path(__file__).read_text('utf-8')}".encode())
    return digest.hexdigest()


def read_stamp() -> dict:
    """What the last finished set-up wrote; empty when there is none to trust."""
    try:
        content = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    usable = isinstance(content, dict) and environment_python().exists()
    return content if usable else {}


def environment_python() -> Path:
    if os.name == "nt":
        return ENVIRONMENT / "Scripts" / "python.exe"
    return ENVIRONMENT / "bin" / "python"


def make_environment(rebuild: bool) -> None:
    """Create .venv with a pip that is new enough, from whichever pip this Python has."""
    if rebuild or not environment_python().exists():
        # Debian's Python has no ensurepip unless python3-venv is installed: pip comes after.
        make = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(ENVIRONMENT)]
        run(make, f"Could not create {ENVIRONMENT}. Is the folder writable?")
    python = str(environment_python())
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "--python", python]
    elif importlib.util.find_spec("ensurepip"):
        run([python, "-m", "ensurepip"], "Python's own pip could not be unpacked.")
        pip = [python, "-m", "pip"]
    else:
        raise SetUpError(
            "This Python has no pip.\nOn Debian or Ubuntu: sudo apt-get install python3-pip"
        )
    run_pip([*pip, "install", "--upgrade", PIP])


def install(groups: list[str]) -> None:
    """Install the checkout itself, editable, and the dependency groups it names."""
    wanted = ["--editable", str(CHECKOUT)]
    for group in groups:
        wanted += ["--group", f"{CHECKOUT / 'pyproject.toml'}:{group}"]
    run_pip([str(environment_python()), "-m", "pip", "install", "--no-compile", *wanted])


def compile_installed() -> None:
    """Write bytecode on all processors; without it every start compiles everything again."""
    # Some packages ship templates that are no valid Python: those failures mean nothing.
    folders = [str(ENVIRONMENT), str(CHECKOUT / "depthstudio")]
    subprocess.run(
        [str(environment_python()), "-m", "compileall", "-qq", "-j", "0", *folders],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        check=False,
    )


def run_pip(command: list[str]) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    hint = "If the network cannot be reached, connect and run the same command again."
    run([*command, *options], f"Installing failed; pip's own words are above. {hint}")


def run(command: list[str], failure: str) -> None:
    """Run one step of the set-up, or say `failure`."""
    try:
        status = subprocess.run(command, env=clean_environment(), check=False).returncode
    except OSError as error:
        raise SetUpError(f"{failure}\n{error}") from error
    if status != 0:
        raise SetUpError(f"{failure} (exit status {status})")


def clean_environment() -> dict[str, str]:
    """The environment, without what would keep bytecode from being written or found, and
    without settings that lead pip elsewhere than into .venv."""
    unwanted = {
        "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH", "PYTHONHOME",
        "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV",
    }  # fmt: skip
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def hand_over(command: list[str]) -> int:
    """Become `command`. Windows cannot, and waits for it instead."""
    if os.name == "nt":
        return subprocess.call(command)
    sys.stdout.flush()
    return os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
