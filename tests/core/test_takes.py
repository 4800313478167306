"""Several takes of one film as one clip."""

import numpy as np
import pytest

from depthstudio.core.takes import alike_takes, joined_depth, joined_pictures, repeated_film
from depthstudio.core.views import DepthKind, DepthStack, FramesOnDemand, ImageSequence, no_check

KIND = DepthKind.RELATIVE_DISPARITY


class Slow(FramesOnDemand):
    """Frames of an array, of which so many are there without waiting."""

    def __init__(self, values: np.ndarray, reached: int) -> None:
        self.values, self._reached = values, reached
        self.prepared = (0, 0)

    @property
    def shape(self):
        return self.values.shape

    @property
    def reached(self):
        return self._reached

    def prepare(self, index, step, check=no_check):
        self.prepared = (index, step)

    def load(self, index, check=no_check):
        return self.values[index]

    def in_order(self, indices, check=no_check):
        check()
        yield from (self.values[index] for index in indices)


def stack(start: int, frames: int = 3, **more) -> DepthStack:
    values = np.arange(start, start + frames * 4, dtype=np.float32).reshape(frames, 2, 2)
    return DepthStack(values, KIND, frame_rate_hz=10.0, **more)


def film(count: int, rate_hz: float) -> ImageSequence:
    def load(index: int):
        return np.full((1, 1, 3), index, np.uint8)

    return ImageSequence(tuple(f"{n}" for n in range(count)), load, True, rate_hz)


def test_takes_follow_one_another_whether_they_are_arrays_or_read_on_demand() -> None:
    second = DepthStack(Slow(stack(100).values, 2), KIND, lossy=True)  # type: ignore[arg-type]
    joined = joined_depth([stack(0), second, stack(200)])

    assert (joined.values.shape, joined.takes, joined.lossy) == ((9, 2, 2), 3, True)
    assert joined.frame_rate_hz == 10.0
    assert [joined.frame(index)[0, 0] for index in range(9)] == [
        0,
        4,
        8,
        100,
        104,
        108,
        200,
        204,
        208,
    ]
    assert joined.on_demand is not None
    assert joined.on_demand.reached == 5
    ordered = joined.on_demand.in_order([1, 3, 5, 8])
    assert [frame[0, 0] for frame in ordered] == [4, 100, 108, 208]


def test_a_frame_waits_for_its_own_take_and_is_stood_in_for_and_prepared_by_it() -> None:
    first, third = (Slow(stack(0).values, reached) for reached in (1, 2))
    takes = [DepthStack(first, KIND), stack(100), DepthStack(third, KIND)]
    joined = joined_depth(takes).on_demand
    assert joined is not None
    assert [joined.at_hand(index) for index in range(9)] == [0, 0, 0, 3, 4, 5, 6, 7, 7]
    assert [joined.reached_for(index) for index in (2, 5, 6, 8)] == [1, 6, 8, 8]
    for index, step in ((1, 1), (3, 1), (8, -1)):
        joined.prepare(index, step)
    assert (first.prepared, third.prepared) == ((1, 1), (2, -1))


def test_what_is_not_like_the_first_take_is_known_and_one_alone_stays_as_it_is() -> None:
    first = stack(0)
    other_kind = DepthStack(first.values, DepthKind.METRIC)
    assert alike_takes([first, stack(0, frames=2), other_kind, stack(9)]) == [0, 3]
    assert joined_depth([first]) is first


def test_takes_keep_their_numbers_where_others_are_left_out() -> None:
    whole = joined_depth([stack(0), stack(50)])
    parted = joined_depth([stack(0), stack(50)], [1, 3])
    assert [whole.take_of(index) for index in range(6)] == [1, 1, 1, 2, 2, 2]
    assert [parted.take_of(index) for index in range(6)] == [1, 1, 1, 3, 3, 3]
    assert repeated_film(film(3, 10.0), parted).names[2:4] == ("2 · 1", "0 · 3")


def test_pictures_of_takes_are_named_by_them() -> None:
    joined = joined_pictures([film(2, 25.0), film(1, 25.0)])
    assert (joined.names, joined.is_clip) == (("0 · 1", "1 · 1", "0 · 2"), True)
    assert [int(joined.load(index)[0, 0, 0]) for index in range(3)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("count", "rate_hz", "shown"),
    [
        (20, 20.0, [0, 2, 4]),  # longer than a take
        (2, 10.0, [0, 1, 1]),  # a frame shorter
        (2, 5.0, [0, 0, 1]),
        (9, 0.0, [0, 4, 8]),
        (3, 25.0, [0, 1, 2]),
    ],
)
def test_a_film_goes_along_with_each_take(count: int, rate_hz: float, shown: list[int]) -> None:
    depth = joined_depth([stack(0), stack(50), stack(90)])  # 0.3 s each
    along = repeated_film(film(count, rate_hz), depth)
    assert [int(along.load(index)[0, 0, 0]) for index in range(len(along))] == shown * 3
    assert (along.is_clip, along.frame_rate_hz) == (True, 10.0)
    assert along.names[3] == f"{shown[0]} · 2"


def test_a_film_stays_as_it_is_beside_one_take() -> None:
    alone = film(20, 20.0)
    assert repeated_film(alone, stack(0)) is alone
