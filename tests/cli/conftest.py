"""The command line in this process: words in, exit status and what was said out."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from depthstudio.cli.main import main
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService


@dataclass(frozen=True)
class Said:
    """How one command ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON object of each line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, event: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record.get("event") == event]


Cli = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


@pytest.fixture
def registry(service: ScriptedService) -> Registry:
    return Registry([scripted_at(service.url), ReliefProvider()])


@pytest.fixture
def cli(
    tmp_path: Path,
    registry: Registry,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:
    """Run a command in the test's home."""
    monkeypatch.setenv("DEPTHSTUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Said:
        status = main([str(word) for word in words], registry)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run


@pytest.fixture
def make_photo(tmp_path: Path) -> Callable[..., Path]:
    """A small PNG with a bright middle; other colours are other bytes."""

    def make(name: str = "photo.png", colour: tuple[int, int, int] = (160, 60, 30)) -> Path:
        v, u = np.mgrid[:36, :48]
        light = np.exp(-((u - 24) ** 2 + (v - 18) ** 2) / 400)[..., np.newaxis]
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((light * np.array(colour)).astype(np.uint8)).save(path)
        return path

    return make


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """For a process of its own: the same home, and no display."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    checkout = str(Path(__file__).parents[2])
    return {**kept, "DEPTHSTUDIO_HOME": str(tmp_path / "home"), "PYTHONPATH": checkout}
