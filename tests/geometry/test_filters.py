from collections.abc import Callable

import numpy as np
import pytest

from depthstudio.geometry.filters import fitting_size, gaussian_blur, resized


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(size=shape).astype(np.float32)


def test_blurring_a_point_gives_the_bell_curve_and_keeps_its_weight() -> None:
    point = np.zeros((81, 91), np.float32)
    point[40, 45] = 1
    smooth = gaussian_blur(point, 3.0)
    assert smooth.sum() == pytest.approx(1, abs=1e-4)
    assert smooth[40, 45 + 3] / smooth[40, 45] == pytest.approx(np.exp(-0.5), abs=1e-5)
    assert np.allclose(smooth, smooth[:, ::-1], atol=1e-7)
    assert np.allclose(smooth[40, 45:75], smooth[40 : 40 + 30, 45], atol=1e-7)


@pytest.mark.parametrize("sigma_px", [0.3, 1.5, 20.0])
def test_a_flat_map_stays_flat_up_to_its_border(sigma_px: float) -> None:
    flat = np.full((40, 37), 0.7, np.float32)
    assert np.allclose(gaussian_blur(flat, sigma_px), 0.7, atol=1e-6)


def test_unknown_pixels_stay_unknown_and_do_not_pull() -> None:
    flat = np.full((40, 40), 0.7, np.float32)
    flat[10:20, 10:20] = np.nan
    flat[30, 30] = np.inf
    smooth = gaussian_blur(flat, 2.0)
    assert np.array_equal(np.isnan(smooth), ~np.isfinite(flat))
    assert np.allclose(smooth[np.isfinite(smooth)], 0.7, atol=1e-5)


def test_known_pixels_far_from_others_keep_their_value() -> None:
    values = np.full((60, 60), np.nan, np.float32)
    values[5, 5], values[50, 50] = 1.0, 2.0
    smooth = gaussian_blur(values, 2.0)
    assert smooth[5, 5] == pytest.approx(1)
    assert smooth[50, 50] == pytest.approx(2)


def test_no_blur_is_a_copy() -> None:
    values = noise(4, 4)
    result = gaussian_blur(values, 0)
    assert np.array_equal(result, values)
    assert result is not values


def test_shrinking_by_a_whole_number_is_the_mean_of_each_box() -> None:
    values = noise(96, 64)
    boxes = values.reshape(24, 4, 32, 2).mean(axis=(1, 3))
    assert np.allclose(resized(values, 24, 32), boxes, atol=1e-6)


@pytest.mark.parametrize("size", [(7, 5), (100, 3), (33, 90), (1, 1)])
def test_any_size_keeps_the_mean_when_shrinking(size: tuple[int, int]) -> None:
    values = noise(101, 97, 3)
    small = resized(values, *size)
    assert small.shape == (*size, 3)
    assert np.allclose(small.mean(axis=(0, 1)), values.mean(axis=(0, 1)), atol=1e-5)


def test_a_fractional_box_counts_each_pixel_by_the_part_it_covers() -> None:
    assert resized(np.array([[0, 1, 2]], np.float32), 1, 2).tolist() == [
        [pytest.approx(1 / 3), pytest.approx(5 / 3)]
    ]


def test_growing_interpolates_between_pixel_centres() -> None:
    large = resized(np.array([[0, 1]], np.float32), 1, 4)
    assert np.allclose(large, [[0, 0.25, 0.75, 1]], atol=1e-6)


def test_a_ramp_stays_a_ramp_in_both_directions() -> None:
    ramp = np.arange(60, dtype=np.float32)[None].repeat(10, axis=0)
    small = resized(ramp, 5, 20)
    assert np.allclose(np.diff(small, axis=1), 3, atol=1e-4)
    assert np.allclose(np.diff(small, axis=0), 0, atol=1e-4)


def test_bytes_and_floats_give_the_same() -> None:
    picture = (noise(50, 40, 4) * 255).astype(np.uint8)
    assert np.array_equal(resized(picture, 20, 20), resized(picture.astype(np.float32), 20, 20))
    assert np.array_equal(resized(picture, 50, 40), picture.astype(np.float32))


def test_a_pixel_is_unknown_only_where_all_it_covers_is() -> None:
    values = np.ones((4, 4), np.float32)
    values[:2, :2] = np.nan
    values[2, 2] = np.nan
    small = resized(values, 2, 2)
    assert np.isnan(small).tolist() == [[True, False], [False, False]]
    assert np.nanmin(small) == pytest.approx(1)


@pytest.mark.parametrize(
    "work",
    [
        lambda check: gaussian_blur(noise(200, 200), 2.0, check=check),
        lambda check: resized(noise(200, 200), 100, 100, check=check),
    ],
    ids=["blur", "resize"],
)
def test_work_can_be_stopped_between_blocks(work: Callable[[Callable[[], None]], object]) -> None:
    calls = iter(range(100))

    def stop_at_the_third() -> None:
        if next(calls) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        work(stop_at_the_third)
    assert next(calls) == 3


def test_inputs_are_left_alone() -> None:
    values = noise(9, 9)
    values[1, 1] = np.nan
    values.flags.writeable = False
    gaussian_blur(values, 1.0)
    resized(values, 4, 4)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        gaussian_blur(noise(3, 3), -1)
    with pytest.raises(ValueError, match="H, W"):
        gaussian_blur(noise(3, 3, 3), 1)
    with pytest.raises(ValueError, match="H, W"):
        resized(noise(3), 1, 1)
    with pytest.raises(ValueError, match="empty"):
        resized(noise(0, 3), 1, 1)
    with pytest.raises(ValueError, match="at least one pixel"):
        resized(noise(3, 3), 0, 1)
    with pytest.raises(ValueError, match="at least one pixel"):
        resized(noise(3, 3), 1, 0)


@pytest.mark.parametrize(
    ("size", "limit", "least", "expected"),
    [
        ((4000, 3000), 1000, 1, (1000, 750)),
        ((300, 400), 1000, 1, (300, 400)),
        ((9000, 3), 1000, 1, (1000, 1)),
        ((9000, 3), 1000, 2, (1000, 2)),
        ((9000, 1), 1000, 2, (1000, 1)),
    ],
)
def test_a_size_fits_without_ever_growing(
    size: tuple[int, int], limit: int, least: int, expected: tuple[int, int]
) -> None:
    assert fitting_size(*size, limit, min_side_px=least) == expected
