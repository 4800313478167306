"""Zoom and pan as numbers, without a window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthstudio.ui.images.viewport import MAX_SCALE, Viewport

IMAGE = (640, 480)
VIEW = (800.0, 500.0)


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_fitting_shows_the_whole_picture_with_equal_margins(dpr: float) -> None:
    fitted = Viewport.fitted(IMAGE, VIEW, margin=4, dpr=dpr)
    width, height = fitted.size
    assert height == pytest.approx(VIEW[1] - 8)
    assert width / height == pytest.approx(640 / 480)
    half_device_pixel = 0.5 / dpr
    assert fitted.top == pytest.approx(4, abs=half_device_pixel)
    assert fitted.left == pytest.approx((VIEW[0] - width) / 2, abs=half_device_pixel)


@pytest.mark.parametrize("dpr", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("factor", [0.1, 1.0, 7.3, 500.0])
def test_every_corner_of_a_pixel_belongs_to_that_pixel_alone(dpr: float, factor: float) -> None:
    viewport = Viewport.fitted(IMAGE, VIEW, dpr=dpr).zoomed(factor, (400, 250))
    for column, row in ((0, 0), (1, 1), (321, 7), (639, 479)):
        left, top = viewport.view_at(column, row)
        right, bottom = viewport.view_at(column + 1, row + 1)
        inset = 1e-6 * viewport.scale
        assert viewport.pixel_at(left + inset, top + inset) == (column, row)
        assert viewport.pixel_at(right - inset, bottom - inset) == (column, row)


def test_outside_the_picture_there_is_no_pixel() -> None:
    viewport = Viewport.fitted(IMAGE, VIEW)
    right, bottom = viewport.view_at(*IMAGE)
    assert viewport.pixel_at(viewport.left - 0.01, 250) is None
    assert viewport.pixel_at(right + 0.01, 250) is None
    assert viewport.pixel_at(400, bottom + 0.01) is None


@given(
    factor=st.floats(0.05, 20),
    x=st.floats(0, VIEW[0]),
    y=st.floats(0, VIEW[1]),
    dpr=st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]),
)
def test_zooming_keeps_the_point_under_the_cursor(
    factor: float, x: float, y: float, dpr: float
) -> None:
    before = Viewport.fitted(IMAGE, VIEW, dpr=dpr)
    after = before.zoomed(factor, (x, y))
    moved_x, moved_y = after.view_at(*before.image_at(x, y))
    assert abs(moved_x - x) <= 0.5 / dpr + 1e-6
    assert abs(moved_y - y) <= 0.5 / dpr + 1e-6


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 3.0])
def test_at_100_percent_image_pixels_meet_the_device_grid(dpr: float) -> None:
    fitted = Viewport.fitted(IMAGE, VIEW, dpr=dpr)
    actual = fitted.zoomed(1 / fitted.zoom, (123.4, 56.7))
    assert actual.zoom == pytest.approx(1.0)
    assert actual.left * dpr == pytest.approx(round(actual.left * dpr))
    assert actual.top * dpr == pytest.approx(round(actual.top * dpr))


def test_zoom_has_an_end_in_both_directions() -> None:
    viewport = Viewport.fitted(IMAGE, VIEW, dpr=2.0)
    assert viewport.zoomed(1e9, (0, 0)).zoom == MAX_SCALE
    smallest = viewport.zoomed(1e-9, (0, 0))
    assert min(smallest.size) == pytest.approx(16)


def test_a_picture_cannot_be_lost_by_panning() -> None:
    large = Viewport.fitted(IMAGE, VIEW).zoomed(4, (400, 250))
    gone = large.panned(1e6, -1e6).kept_in_sight(VIEW)
    assert gone.left == 0
    assert gone.top + gone.size[1] == pytest.approx(VIEW[1], abs=1)
    small = Viewport.fitted(IMAGE, VIEW).zoomed(0.25, (0, 0)).panned(-500, 900).kept_in_sight(VIEW)
    assert small == small.centred(VIEW)
