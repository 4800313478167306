"""A cut-out of the user's own stands in the middle, whole, and keeps its colours."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import InputError
from depthstudio.providers.partpacker.cut_out import cut_out_canvas, has_own_alpha


def canvas(pixels: np.ndarray, folder: Path) -> np.ndarray:
    Image.fromarray(pixels).save(folder / "object.png")
    with Image.open(io.BytesIO(cut_out_canvas(folder / "object.png"))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (518, 518))
        return np.asarray(image)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((3, 2, 33, 22), (466, 311)),  # wide, far from the middle
        ((50, 10, 60, 90), (58, 466)),  # tall
        ((0, 0, 100, 100), (466, 466)),  # fills the picture
    ],
)
def test_the_object_fills_the_middle_with_a_border(tmp_path: Path, box, expected) -> None:
    left, top, right, bottom = box
    pixels = np.zeros((100, 100, 4), np.uint8)
    pixels[..., :3] = 0, 255, 0  # hidden colours that must not bleed in
    pixels[top:bottom, left:right] = 200, 40, 10, 255
    laid_out = canvas(pixels, tmp_path)
    rows = np.flatnonzero(laid_out[..., 3].any(axis=1))
    columns = np.flatnonzero(laid_out[..., 3].any(axis=0))
    assert (len(columns), len(rows)) == expected
    assert abs(columns[0] + columns[-1] - 517) <= 1
    assert abs(rows[0] + rows[-1] - 517) <= 1
    seen = laid_out[laid_out[..., 3] > 0]
    assert np.abs(seen[:, :3].astype(int) - [200, 40, 10]).max() <= 2
    assert not laid_out[laid_out[..., 3] == 0].any()


def test_half_transparent_stays_half_transparent_and_straight(tmp_path: Path) -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[10:30, 10:30] = 180, 90, 60, 128
    middle = canvas(pixels, tmp_path)[259, 259].astype(int)
    assert middle == pytest.approx([180, 90, 60, 128], abs=2)


def test_a_speck_still_has_a_size(tmp_path: Path) -> None:
    pixels = np.zeros((1000, 1000, 4), np.uint8)
    pixels[500] = 255
    laid_out = canvas(pixels, tmp_path)
    assert laid_out[..., 3].any(axis=0).sum() == 466
    assert laid_out[..., 3].any(axis=1).sum() >= 1


def test_nothing_at_all_is_refused(tmp_path: Path) -> None:
    Image.new("RGBA", (9, 9), (255, 0, 0, 0)).save(tmp_path / "empty.png")
    with pytest.raises(InputError, match=r"empty\.png is transparent everywhere") as caught:
        cut_out_canvas(tmp_path / "empty.png")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "mode", "colour", "expected"),
    [
        ("a.png", "RGBA", (1, 2, 3, 254), True),
        ("a.png", "RGBA", (1, 2, 3, 255), False),
        ("a.png", "RGB", (1, 2, 3), False),
        ("a.png", "LA", (1, 0), True),
        ("a.webp", "RGBA", (1, 2, 3, 0), True),
        ("a.jpg", "RGB", (1, 2, 3), False),
    ],
)
def test_alpha_counts_only_where_it_is_used(
    tmp_path: Path, name: str, mode: str, colour: tuple[int, ...], expected: bool
) -> None:
    Image.new(mode, (5, 4), colour).save(tmp_path / name)
    assert has_own_alpha(tmp_path / name) is expected
