import numpy as np
import pytest

from depthstudio.geometry.depth_range import normalised, percentile_range


def test_the_range_leaves_outliers_out() -> None:
    values = np.linspace(0, 100, 10001, dtype=np.float32).reshape(1, -1)
    assert percentile_range(values) == pytest.approx((2.0, 98.0), abs=0.02)
    assert percentile_range(values, 0, 100) == (0.0, 100.0)


def test_unknown_and_infinite_values_do_not_count() -> None:
    values = np.array([[np.nan, 1.0, np.inf], [2.0, -np.inf, 3.0]], np.float32)
    assert percentile_range(values, 0, 100) == (1.0, 3.0)


@pytest.mark.parametrize("value", [0.0, 5.0, -1e30, 3e-30])
def test_a_constant_lies_in_the_middle_of_its_range(value: float) -> None:
    near, far = percentile_range(np.full((4, 4), value, np.float64))
    assert near < value < far
    assert (near + far) / 2 == pytest.approx(value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("shape", [(0, 4), (0, 3, 3), (2, 2)])
def test_without_any_value_the_range_is_zero_to_one(shape: tuple[int, ...]) -> None:
    assert percentile_range(np.full(shape, np.nan, np.float32)) == (0.0, 1.0)


def test_a_clip_is_sampled_over_all_its_frames() -> None:
    clip = np.arange(100, dtype=np.float32)[:, None, None] + np.zeros((1, 64, 64), np.float32)
    near, far = percentile_range(clip, 0, 100, sample_limit=500)
    assert (near, far) == (0.0, 99.0)


def test_a_sample_gives_nearly_the_range_of_everything() -> None:
    values = np.random.default_rng(2).normal(size=(500, 400)).astype(np.float32)
    assert percentile_range(values, sample_limit=20_000) == pytest.approx(
        percentile_range(values, sample_limit=10**9), abs=0.1
    )


@pytest.mark.parametrize(("low", "high"), [(-1, 50), (50, 50), (60, 40), (50, 101)])
def test_percentiles_out_of_order_are_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="percentiles"):
        percentile_range(np.ones((2, 2)), low, high)


def test_a_list_of_values_is_not_a_depth_map() -> None:
    with pytest.raises(ValueError, match="H, W"):
        percentile_range(np.ones(4))


def test_normalised_maps_the_ends_clips_beyond_and_keeps_unknown() -> None:
    values = np.array([1.0, 2.0, 3.0, 0.0, 9.0, np.nan], np.float32)
    assert np.array_equal(normalised(values, 1, 3)[:5], np.array([0, 0.5, 1, 0, 1], np.float32))
    assert np.array_equal(normalised(values, 3, 1)[:5], np.array([1, 0.5, 0, 1, 0], np.float32))
    assert np.isnan(normalised(values, 1, 3)[5])


@pytest.mark.parametrize(("near", "far"), [(1.0, 1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_a_range_needs_two_ends(near: float, far: float) -> None:
    with pytest.raises(ValueError, match="ends"):
        normalised(np.ones(3), near, far)
