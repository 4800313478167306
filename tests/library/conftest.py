"""Results made on the spot: a few hundred bytes each, stored through the real library."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.result import Result, SourceRecord
from depthstudio.library.manifest import ProviderRecord, ResultDraft
from depthstudio.library.store import Library

START = datetime(2025, 11, 21, 11, 1, tzinfo=UTC)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def artifacts(tmp_path: Path) -> list[Artifact]:
    """A scene, raw depth and a preview picture of 640 x 400."""
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "scene.glb").write_bytes(b"glTF" + bytes(range(200)))
    (folder / "depth.npz").write_bytes(b"PK" + bytes(100))
    Image.new("RGB", (640, 400), (200, 120, 40)).save(folder / "preview.png")
    return [
        Artifact.of(folder / "scene.glb", Role.SCENE, "model/gltf-binary"),
        Artifact.of(folder / "depth.npz", Role.RAW_DEPTH, "application/x-npz"),
        Artifact.of(folder / "preview.png", Role.PREVIEW, "image/png"),
    ]


@pytest.fixture
def make_draft() -> Callable[..., ResultDraft]:
    """A draft whose id, time and name follow from its number."""

    def make(number: int = 1, **changes: Any) -> ResultDraft:
        values: dict[str, Any] = {
            "id": f"20251121-1101{number:02d}-{number:010x}",
            "name": f"Vase {number}",
            "key": "ab" * 32,
            "provider": ProviderRecord(id="relief", title="Relief", version="1", licence="MIT"),
            "created_at": START + timedelta(seconds=number),
            "duration_s": 1.25,
            "params": {"depth": 0.5, "curve": "linear"},
            "sources": (
                SourceRecord(
                    name="vase.png", media_type="image/png", size_bytes=9, sha256="cd" * 32
                ),
            ),
            "kinds": ("depth", "surface"),
        }
        return ResultDraft(**{**values, **changes})

    return make


@pytest.fixture
def store(
    library: Library, artifacts: Sequence[Artifact], make_draft: Callable[..., ResultDraft]
) -> Callable[..., Result]:
    """Store the result of that number, with what `make_draft` should change about it."""

    def store_one(number: int = 1, **changes: object) -> Result:
        return library.store(make_draft(number, **changes), artifacts)

    return store_one


@pytest.fixture
def unseal() -> Callable[[Path], Path]:
    """Make a sealed file writable again, as whoever damages it would."""

    def unsealed(path: Path) -> Path:
        path.chmod(0o644)
        return path

    return unsealed
