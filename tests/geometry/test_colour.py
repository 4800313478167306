import numpy as np
import pytest
from cmap import Colormap

from depthstudio.geometry.colour import (
    BLOCK_ROWS,
    UNKNOWN_COLOUR,
    colour_table,
    colourise,
    index_map,
)
from depthstudio.geometry.colour_maps import COLOUR_MAPS, DEFAULT_COLOUR_MAP

GRAY = colour_table("gray")


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_a_table_has_the_colours_of_its_map(name: str) -> None:
    table = colour_table(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert len(np.unique(table, axis=0)) > 200
    middle = np.array(tuple(Colormap(name)(128).rgba)) * 255
    assert np.abs(table[128] - middle[:3]).max() <= 0.51


def test_tables_are_golden_at_their_ends() -> None:
    assert DEFAULT_COLOUR_MAP == COLOUR_MAPS[0] == "viridis"
    assert colour_table("viridis")[[0, -1]].tolist() == [[68, 1, 84], [253, 231, 37]]
    assert np.array_equal(GRAY, np.arange(256, dtype=np.uint8)[:, None].repeat(3, axis=1))


def test_a_table_is_shared_and_cannot_be_changed() -> None:
    assert colour_table("turbo") is colour_table("turbo")
    with pytest.raises(ValueError, match="read-only"):
        colour_table("turbo")[0] = 1


def test_an_unknown_map_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="viridis, gray"):
        colour_table("rainbow")


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("rows", [1, BLOCK_ROWS, BLOCK_ROWS + 1])
def test_every_step_of_the_range_gets_its_index(dtype: type, rows: int) -> None:
    values = np.tile(np.arange(256), (rows, 1)).astype(dtype)
    indices = index_map(values, 0, 255)
    assert indices.dtype == np.uint8
    assert np.array_equal(indices, values.astype(np.uint8))
    assert np.array_equal(index_map(values, 255, 0), 255 - values.astype(np.uint8))


def test_values_outside_are_clipped_and_unknown_is_zero() -> None:
    values = np.array([[-1e30, -1, 0, 1, 2, 1e30, np.inf, -np.inf, np.nan]], np.float32)
    assert index_map(values, 0, 1).tolist() == [[0, 0, 0, 255, 255, 255, 255, 0, 0]]


def test_equal_ends_split_what_is_above_from_the_rest() -> None:
    values = np.array([[0.0, 1.0, 2.0, np.nan]], np.float32)
    assert index_map(values, 1, 1).tolist() == [[0, 0, 255, 0]]


def test_a_tiny_range_does_not_overflow() -> None:
    values = np.array([[0.0, 1e-45, 1.0]], np.float32)
    assert index_map(values, 0, 1e-44).tolist()[0][2] == 255


def test_indices_can_be_written_into_a_given_array() -> None:
    out = np.full((2, 2), 9, np.uint8)
    assert index_map(np.ones((2, 2), np.float32), 0, 1, out=out) is out
    assert (out == 255).all()


@pytest.mark.parametrize("near", [np.nan, np.inf])
def test_a_range_without_an_end_is_refused(near: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        index_map(np.ones((2, 2)), near, 1)


def test_a_stack_of_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="H, W"):
        index_map(np.ones((1, 2, 2)), 0, 1)


def test_a_picture_looks_colours_up_and_marks_the_unknown() -> None:
    values = np.linspace(0, 1, 70 * 3, dtype=np.float32).reshape(70, 3)
    values[65, 1] = np.nan
    table = colour_table("magma")
    picture = colourise(values, 0, 1, table)
    expected = table[index_map(values, 0, 1)]
    expected[65, 1] = UNKNOWN_COLOUR
    assert np.array_equal(picture, expected)


def test_inverting_uses_the_table_from_its_other_end() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    plain = colourise(values, 0, 1, GRAY)
    assert np.array_equal(colourise(values, 0, 1, GRAY, invert=True), 255 - plain)


def test_the_colour_of_the_unknown_can_be_chosen() -> None:
    values = np.full((1, 1), np.nan, np.float32)
    assert colourise(values, 0, 1, GRAY, unknown=(1, 2, 3)).tolist() == [[[1, 2, 3]]]
