"""`selftest`: what works on this computer. Each check is ok, absent or broken."""

import argparse
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import numpy as np

from depthstudio.cli import exit_codes
from depthstudio.cli.output import Output
from depthstudio.cli.pictures import draw
from depthstudio.core.display import has_display
from depthstudio.core.system_libraries import missing_libraries
from depthstudio.core.views import PointCloud, Views
from depthstudio.formats.image import read_photo
from depthstudio.providers.registry import Registry
from depthstudio.settings.keychain import KeychainState, KeychainStatus, SystemKeychain, probe

WINDOW_TIMEOUT_S = 120
KEYCHAIN_TIMEOUT_S = 30
LIBRARIES = (
    "numpy",
    "httpx",
    "PIL",
    "pi_heif",
    "av",
    "pyvista",
    "PySide6.QtWidgets",
    "pyvistaqt",
    "qasync",
)
CODECS = {"PNG": "zlib", "JPEG": "jpg", "WebP": "webp", "TIFF": "libtiff", "AVIF": "avif"}


class Verdict(StrEnum):
    """Only BROKEN fails the test."""

    OK = "ok"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    check: str
    verdict: Verdict
    detail: str = ""


def selftest(options: argparse.Namespace, registry: Registry) -> int:
    """Try every part once and say how it went."""
    output = Output(as_json=options.json)
    findings = [finding for check in _checks(registry) for finding in check()]
    for finding in findings:
        if options.json:
            output.record(
                {"check": finding.check, "verdict": finding.verdict, "detail": finding.detail}
            )
        else:
            output.line(f"{finding.verdict:6}  {finding.check}  {finding.detail}".rstrip())
    broken = any(finding.verdict is Verdict.BROKEN for finding in findings)
    return exit_codes.NOT_ALL_DONE if broken else exit_codes.OK


def _checks(registry: Registry) -> list[Callable[[], list[Finding]]]:
    return [
        _system,
        _imports,
        lambda: _providers(registry),
        _codecs,
        _keychain,
        _picture,
        _window,
    ]


def _system() -> list[Finding]:
    missing = missing_libraries(display=has_display())
    if not missing:
        return [Finding("system libraries", Verdict.OK)]
    names = ", ".join(f"{library} ({package})" for library, package in missing)
    return [Finding("system libraries", Verdict.BROKEN, f"missing: {names}")]


def _imports() -> list[Finding]:
    """Import in a process of its own: a bad library may take the process down with it."""
    return [_in_subprocess(f"import {name}", ["-c", f"import {name}"]) for name in LIBRARIES]


def _providers(registry: Registry) -> list[Finding]:
    good = [Finding(f"provider {provider.info.id}", Verdict.OK) for provider in registry]
    bad = [
        Finding(f"provider {broken.module}", Verdict.BROKEN, broken.reason)
        for broken in registry.broken
    ]
    return [*good, *bad]


def _codecs() -> list[Finding]:
    """Write and read a small picture in each format that a photo may have."""
    from PIL import Image, features

    findings: list[Finding] = []
    for name, feature in CODECS.items():
        if not features.check(feature):
            findings.append(Finding(f"read {name}", Verdict.ABSENT))
            continue
        try:
            buffer = io.BytesIO()
            Image.new("RGB", (8, 8), (200, 100, 50)).save(buffer, name)
            Image.open(buffer).load()
        except (OSError, ValueError) as error:
            findings.append(Finding(f"read {name}", Verdict.BROKEN, str(error)))
        else:
            findings.append(Finding(f"read {name}", Verdict.OK))
    return findings


def _keychain() -> list[Finding]:
    """Keep something in the keychain of the system and take it out again."""
    heard: Queue[KeychainStatus] = Queue()
    # The end of the program does not wait for this one: the keychain may ask the user.
    Thread(target=lambda: heard.put(probe(SystemKeychain())), daemon=True).start()
    try:
        status = heard.get(timeout=KEYCHAIN_TIMEOUT_S)
    except Empty:
        waits = f"no answer in {KEYCHAIN_TIMEOUT_S} s: does it wait to be unlocked?"
        return [Finding("keychain", Verdict.BROKEN, waits)]
    verdict = {KeychainState.OK: Verdict.OK, KeychainState.ABSENT: Verdict.ABSENT}
    return [Finding("keychain", verdict.get(status.state, Verdict.BROKEN), status.reason)]


def _picture() -> list[Finding]:
    """Draw a point cloud off-screen, in a process of its own."""
    return [_in_subprocess("off-screen picture", ["-m", "depthstudio.cli.selftest"])]


def _window() -> list[Finding]:
    if not has_display():
        return [Finding("window", Verdict.ABSENT, "there is no display")]
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder, "window.png")
        arguments = ["-m", "depthstudio", "demo", "--home", folder, "--picture", str(picture)]
        return [_in_subprocess("window", arguments)]


def _in_subprocess(check: str, arguments: list[str]) -> Finding:
    command = [sys.executable, *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=WINDOW_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding(check, Verdict.BROKEN, f"no answer in {WINDOW_TIMEOUT_S} s")
    if done.returncode == 0:
        return Finding(check, Verdict.OK)
    said = done.stderr.strip().splitlines()
    return Finding(check, Verdict.BROKEN, said[-1] if said else f"exit status {done.returncode}")


def _draw_and_look() -> None:
    """Fail unless a red point in the middle gives a picture with red in it."""
    positions = np.zeros((1, 3), np.float32)
    cloud = PointCloud(positions, np.array([[255, 0, 0]], np.uint8))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture.png")
        draw(Views(clouds=[cloud]), path, (64, 64))
        picture = read_photo(path).astype(int)
    if not (picture[..., 0] - picture[..., 1] > 100).any():
        raise SystemExit("the picture does not show what was drawn")


if __name__ == "__main__":
    _draw_and_look()
