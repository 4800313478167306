from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import FormatError
from depthstudio.core.views import DepthKind
from depthstudio.formats.depth_picture import read_depth_picture


def saved(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def test_every_level_of_8_and_16_bits_is_kept(tmp_path: Path) -> None:
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16)
    sixteen = np.linspace(0, 65535, 4096).astype(np.uint16).reshape(64, 64)

    from_eight = read_depth_picture(saved(tmp_path / "8.png", eight), DepthKind.DISPLAY)
    from_sixteen = read_depth_picture(saved(tmp_path / "16.png", sixteen), DepthKind.DISPLAY)

    np.testing.assert_allclose(from_eight.values, eight[None] / 255, atol=1e-7)
    np.testing.assert_allclose(from_sixteen.values, sixteen[None] / 65535, atol=1e-7)
    assert from_eight.values.dtype == np.float32
    assert (from_eight.kind, from_eight.lossy) == (DepthKind.DISPLAY, True)


def test_grey_stored_in_colours_is_the_same_grey(tmp_path: Path) -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    path = saved(tmp_path / "rgb.png", np.repeat(grey[..., None], 3, axis=2))
    stack = read_depth_picture(path, DepthKind.RELATIVE_DEPTH)
    np.testing.assert_array_equal(stack.values[0], grey.astype(np.float32) / np.float32(255))


def test_colours_count_by_their_mean_and_transparency_is_unknown(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0, 0] = (30, 60, 90, 255)
    pixels[1, 1] = (255, 255, 255, 0)
    stack = read_depth_picture(saved(tmp_path / "rgba.png", pixels), DepthKind.DISPLAY)
    assert stack.values[0, 0, 0] == pytest.approx(60 / 255)
    assert np.isnan(stack.values[0, 1, 1])


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_jpeg_and_webp_are_read_too(tmp_path: Path, ending: str) -> None:
    ramp = np.ascontiguousarray(np.broadcast_to(np.arange(0, 250, 2, dtype=np.uint8), (32, 125)))
    stack = read_depth_picture(saved(tmp_path / f"a.{ending}", ramp), DepthKind.DISPLAY)
    np.testing.assert_allclose(stack.values[0], ramp / 255, atol=0.05)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300))
    with pytest.raises(FormatError):
        read_depth_picture(path, DepthKind.DISPLAY)
