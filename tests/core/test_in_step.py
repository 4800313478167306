"""Which frames of depth and photo belong together."""

import pytest

from depthstudio.core.in_step import Clip, same_moment


@pytest.mark.parametrize(
    ("frame", "of", "to", "found"),
    [
        (7, Clip(24, 24.0), Clip(24, 12.0), 7),
        (10, Clip(50, 10.0), Clip(150, 30.0), 30),
        (30, Clip(150, 30.0), Clip(50, 10.0), 10),
        (49, Clip(50, 10.0), Clip(100, 30.0), 99),
        (99, Clip(100, 0.0), Clip(34, 30.0), 33),
        (50, Clip(101, 0.0), Clip(11, 0.0), 5),
        (0, Clip(1, 0.0), Clip(9, 0.0), 0),
    ],
)
def test_frames_meet_by_number_else_by_time_else_by_place(
    frame: int, of: Clip, to: Clip, found: int
) -> None:
    assert same_moment(frame, of, to) == found
