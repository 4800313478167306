"""Small scenes with known colours, and the picture comparison."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from depthstudio.core.views import PointCloud, TriangleMesh

Picture = NDArray[np.uint8]
MEAN_DIFFERENCE = 1.5  # of 255; drivers round edges differently

RED = (230, 20, 30)
GREEN = (10, 200, 40)
BLUE = (20, 40, 220)
WHITE = (240, 240, 240)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    """(40, 60, 3): red, green on top; blue, white below."""
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:20, :30], pixels[:20, 30:] = RED, GREEN
    pixels[20:, :30], pixels[20:, 30:] = BLUE, WHITE
    return pixels


@pytest.fixture
def cloud(photo: NDArray[np.uint8]) -> PointCloud:
    """The photo as a flat sheet of points, 6 wide and 4 high, one pixel a point."""
    v, u = np.mgrid[:40, :60]
    flat = np.stack([(u - 29.5) / 10, (v - 19.5) / 10, 0 * u], axis=-1)
    return PointCloud(flat.reshape(-1, 3).astype(np.float32), photo.reshape(-1, 3))


@pytest.fixture
def surface(photo: NDArray[np.uint8]) -> TriangleMesh:
    """The photo on one rectangle, 6 wide and 4 high, facing the camera."""
    corners = np.array([[-3, -2, 0], [3, -2, 0], [3, 2, 0], [-3, 2, 0]], dtype=np.float32)
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    triangles = np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32)
    return TriangleMesh(corners, triangles, uv=uv, texture=photo)


@pytest.fixture
def relief() -> TriangleMesh:
    """A bumpy sheet without colours."""
    v, u = np.mgrid[:30, :45]
    height = 0.4 * np.cos(u / 5) * np.sin(v / 4)
    points = np.stack([u / 10, v / 10, height], axis=-1).reshape(-1, 3).astype(np.float32)
    first = (v * 45 + u)[:-1, :-1].ravel()
    upper = np.stack([first, first + 45, first + 1], axis=1)
    lower = np.stack([first + 1, first + 45, first + 46], axis=1)
    return TriangleMesh(points, np.concatenate([upper, lower]).astype(np.int32))


@pytest.fixture
def baselines() -> Path:
    """The folder of the pictures to compare with."""
    return Path(__file__).parents[1] / "baselines"


@pytest.fixture
def agrees_with_baseline(baselines: Path) -> Callable[[Picture, str], None]:
    """Compare a picture with `<name>.png`.

    A picture that has no baseline, or another one, fails and is saved as `<name>.new.png`,
    for a person to look at and rename.
    """

    def check(picture: Picture, name: str) -> None:
        fault = _fault(picture, baselines / f"{name}.png")
        if fault:
            fresh = baselines / f"{name}.new.png"
            Image.fromarray(picture).save(fresh)
            pytest.fail(f"{name} {fault}; see {fresh.name}")

    return check


def _fault(picture: Picture, baseline: Path) -> str:
    """Why the picture is not the one that was kept; nothing when it is."""
    if not baseline.exists():
        return "has no baseline"
    expected = np.asarray(Image.open(baseline).convert("RGB"))
    if expected.shape != picture.shape:
        return f"is {picture.shape}, not {expected.shape}"
    difference = float(np.abs(picture.astype(np.int16) - expected).mean())
    return f"differs by {difference:.2f} of 255" if difference > MEAN_DIFFERENCE else ""
