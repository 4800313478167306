"""The picture comparison itself."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def baselines(tmp_path: Path) -> Path:
    """A folder of its own, empty."""
    return tmp_path


def test_a_picture_without_a_baseline_fails_and_is_kept_for_review(
    baselines: Path, agrees_with_baseline: Callable[[NDArray[np.uint8], str], None]
) -> None:
    picture = np.full((4, 6, 3), 90, dtype=np.uint8)
    with pytest.raises(pytest.fail.Exception, match=r"no baseline; see first\.new\.png"):
        agrees_with_baseline(picture, "first")
    (baselines / "first.new.png").rename(baselines / "first.png")
    agrees_with_baseline(picture, "first")
    with pytest.raises(pytest.fail.Exception, match="differs by 9"):
        agrees_with_baseline(picture + np.uint8(9), "first")
    with pytest.raises(pytest.fail.Exception, match=r"is \(3, 6, 3\), not"):
        agrees_with_baseline(picture[:3], "first")
