"""Scripts of packaging/ as modules: they are started by path, never installed."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
# The renderer imports its own package the way a started script does.
sys.path.append(str(PACKAGING))


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"packaging_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """packaging/start.py, its environment in a folder of the test's own."""
    module = load("start")
    environment = tmp_path / ".venv"
    monkeypatch.setattr(module, "ENVIRONMENT", environment)
    monkeypatch.setattr(module, "STAMP", environment / "depthstudio-set-up.json")
    return module


@pytest.fixture
def check() -> ModuleType:
    """packaging/check.py."""
    return load("check")
