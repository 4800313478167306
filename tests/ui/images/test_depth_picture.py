"""From values to colours, and what stays when only the colours change."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from depthstudio.core.views import DepthKind, DepthStack
from depthstudio.geometry.colour import colour_table
from depthstudio.ui.images.depth_picture import DepthRequest, depth_picture, indexed_frame
from depthstudio.ui.images.depth_scale import DepthScale


def ramp(kind: DepthKind = DepthKind.METRIC, frames: int = 1) -> DepthStack:
    """Values 1 to 5 from left to right; the last column of the first row is unknown."""
    values = np.tile(np.linspace(1, 5, 256, dtype=np.float32), (frames, 4, 1))
    values[:, 0, -1] = np.nan
    return DepthStack(values, kind)


def request(stack: DepthStack, **changes: object) -> DepthRequest:
    scale = DepthScale.of_range(stack.kind, 1.0, 5.0)
    given = {"frame": 0, "scale": scale, "inverted": False, "colour_map": "viridis"}
    return DepthRequest(stack, **{**given, **changes})  # pyright: ignore[reportArgumentType]


def colour_at(image: QImage, column: int, row: int) -> tuple[int, int, int, int]:
    colour: QColor = image.pixelColor(column, row)
    return colour.red(), colour.green(), colour.blue(), colour.alpha()


def table_colour(name: str, index: int) -> tuple[int, ...]:
    return (*(int(channel) for channel in colour_table(name)[index]), 255)


@pytest.mark.parametrize(
    ("kind", "near_column"),
    [(DepthKind.METRIC, 0), (DepthKind.RELATIVE_DEPTH, 0), (DepthKind.RELATIVE_DISPARITY, 255)],
)
def test_near_has_the_last_colour_of_the_map_for_every_kind(
    kind: DepthKind, near_column: int
) -> None:
    image = depth_picture(request(ramp(kind))).levels.image
    assert colour_at(image, near_column, 1) == table_colour("viridis", 255)
    assert colour_at(image, 255 - near_column, 1) == table_colour("viridis", 1)


def test_unknown_pixels_are_transparent_and_nothing_else_is() -> None:
    image = depth_picture(request(ramp())).levels.image
    alpha = np.array([[colour_at(image, x, y)[3] for x in range(256)] for y in range(4)])
    expected = np.full((4, 256), 255)
    expected[0, 255] = 0
    np.testing.assert_array_equal(alpha, expected)


def test_a_frame_without_gaps_is_opaque() -> None:
    stack = DepthStack(np.ones((1, 3, 5), np.float32), DepthKind.METRIC)
    assert not depth_picture(request(stack)).levels.image.hasAlphaChannel()


def test_other_colours_leave_the_index_image_untouched() -> None:
    first = depth_picture(request(ramp()))
    before = first.indexed.indices.copy()
    second = depth_picture(
        request(ramp(), colour_map="turbo", inverted=True, earlier=first.indexed)
    )
    assert second.indexed is first.indexed
    np.testing.assert_array_equal(second.indexed.indices, before)
    assert colour_at(second.levels.image, 0, 1) == table_colour("turbo", 0)


@pytest.mark.parametrize(
    "change", [{"frame": 1}, {"scale": DepthScale.of_range(DepthKind.METRIC, 1.0, 3.0)}]
)
def test_another_frame_or_range_is_indexed_anew(change: dict[str, object]) -> None:
    stack = ramp(frames=2)
    first = depth_picture(request(stack))
    second = depth_picture(request(stack, earlier=first.indexed, **change))
    assert second.indexed is not first.indexed


def test_values_are_never_modified() -> None:
    stack = ramp()
    stack.values.flags.writeable = False
    depth_picture(request(stack, inverted=True))


def test_indices_run_from_far_to_near_and_keep_zero_for_no_data() -> None:
    stack = ramp()
    indexed = indexed_frame(0, stack.frame(0), DepthScale.of_range(DepthKind.METRIC, 1.0, 5.0))
    assert indexed.indices[1, 0] == 255
    assert indexed.indices[1, -1] == 1
    assert indexed.indices[0, -1] == 0
    assert np.all(np.diff(indexed.indices[1].astype(int)) <= 0)


def test_the_range_of_a_clip_comes_from_all_its_frames() -> None:
    values = np.stack([np.full((8, 8), level, np.float32) for level in (1.0, 2.0, 9.0)])
    picture = depth_picture(request(DepthStack(values, DepthKind.METRIC), scale=None))
    assert (picture.scale.near, picture.scale.far) == (1.0, 9.0)


@pytest.mark.parametrize("fill", [np.nan, 3.0])
def test_a_frame_of_one_value_or_of_none_can_be_shown(fill: float) -> None:
    stack = DepthStack(np.full((1, 4, 4), fill, np.float32), DepthKind.METRIC)
    picture = depth_picture(request(stack, scale=None))
    assert picture.scale.near < picture.scale.far
    assert picture.indexed.has_unknown == np.isnan(fill)
