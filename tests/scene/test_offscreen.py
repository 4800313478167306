import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from depthstudio.core.views import LineSet, PointCloud, TriangleMesh, Views
from depthstudio.scene.offscreen import render
from depthstudio.scene.options import Preset, SceneOptions

Picture = NDArray[np.uint8]
SIZE_PX = (240, 160)
TOP_LEFT, TOP_RIGHT = (50, 80), (50, 160)  # row, column; well inside each quarter
BOTTOM_LEFT, BOTTOM_RIGHT = (110, 80), (110, 160)
MIDDLE = (80, 120)
RED, GREEN, BLUE, WHITE = (230, 20, 30), (10, 200, 40), (20, 40, 220), (240, 240, 240)
GROUND = (0x2A, 0x2A, 0x2A)


def seen(picture: Picture, place: tuple[int, int]) -> Picture:
    return picture[place]


def assert_colour(picture: Picture, place: tuple[int, int], colour: tuple[int, int, int]) -> None:
    np.testing.assert_allclose(seen(picture, place).astype(int), colour, atol=2)


def assert_photo_upright(picture: Picture) -> None:
    assert_colour(picture, TOP_LEFT, RED)
    assert_colour(picture, TOP_RIGHT, GREEN)
    assert_colour(picture, BOTTOM_LEFT, BLUE)
    assert_colour(picture, BOTTOM_RIGHT, WHITE)


def test_a_texture_keeps_its_colours_and_stands_upright_from_the_front(
    surface: TriangleMesh,
) -> None:
    assert_photo_upright(render(Views(meshes=[surface]), SIZE_PX, Preset.FRONT))


def test_a_cloud_keeps_its_colours_and_stands_upright_from_the_front(cloud: PointCloud) -> None:
    options = SceneOptions(point_size_px=8)
    assert_photo_upright(render(Views(clouds=[cloud]), SIZE_PX, Preset.FRONT, options))


def test_colours_by_point_are_not_lit(surface: TriangleMesh) -> None:
    brown = np.tile(np.array([90, 60, 30], dtype=np.uint8), (4, 1))
    mesh = replace(surface, texture=None, uv=None, colours=brown)
    assert_colour(render(Views(meshes=[mesh]), SIZE_PX, Preset.FRONT), MIDDLE, (90, 60, 30))


def test_a_base_colour_counts_as_linear_light(surface: TriangleMesh) -> None:
    mesh = replace(surface, texture=None, uv=None, base_colour=(0.2140, 0.0, 0.0, 1.0))
    middle = seen(render(Views(meshes=[mesh]), SIZE_PX, Preset.FRONT), MIDDLE)
    # 0.214 of linear light is 127 in sRGB; the lights facing it add up to about one.
    assert 100 <= middle[0] <= 140
    assert middle[1] == middle[2] == 0


def test_alpha_in_the_data_neither_hides_nor_tints(cloud: PointCloud) -> None:
    assert cloud.colours is not None
    faint = np.full((len(cloud), 1), 40, dtype=np.uint8)
    glassy = replace(cloud, colours=np.concatenate([cloud.colours, faint], axis=1))
    options = SceneOptions(point_size_px=8)
    assert_photo_upright(render(Views(clouds=[glassy]), SIZE_PX, Preset.FRONT, options))


def test_from_behind_left_and_right_change_places(surface: TriangleMesh) -> None:
    picture = render(Views(meshes=[surface]), SIZE_PX, Preset.BACK)
    assert_colour(picture, TOP_LEFT, GREEN)
    assert_colour(picture, BOTTOM_RIGHT, BLUE)


def test_a_transform_moves_what_is_seen(cloud: PointCloud) -> None:
    half_turn = np.diag([-1.0, -1.0, 1.0, 1.0])
    turned = replace(cloud, transform=half_turn)
    options = SceneOptions(point_size_px=8)
    picture = render(Views(clouds=[turned]), SIZE_PX, Preset.FRONT, options)
    assert_colour(picture, TOP_LEFT, WHITE)
    assert_colour(picture, BOTTOM_RIGHT, RED)


def test_a_far_shift_is_followed_by_the_camera(surface: TriangleMesh) -> None:
    shift = np.eye(4)
    shift[:3, 3] = (1000, -500, 250)
    moved = replace(surface, transform=shift)
    assert_photo_upright(render(Views(meshes=[moved]), SIZE_PX, Preset.FRONT))


def test_points_without_a_place_change_nothing(cloud: PointCloud) -> None:
    assert cloud.colours is not None
    nowhere = np.array([[np.nan, 0, 0], [0, np.inf, 0]], dtype=np.float32)
    longer = PointCloud(
        np.concatenate([nowhere, cloud.positions]),
        np.concatenate([np.zeros((2, 3), dtype=np.uint8), cloud.colours]),
    )
    options = SceneOptions(point_size_px=8)
    expected = render(Views(clouds=[cloud]), SIZE_PX, Preset.FRONT, options)
    picture = render(Views(clouds=[longer]), SIZE_PX, Preset.FRONT, options)
    np.testing.assert_array_equal(picture, expected)


def test_a_triangle_with_a_corner_nowhere_is_left_out(surface: TriangleMesh) -> None:
    positions = surface.positions.copy()
    positions[1] = np.nan  # the top right corner, in the first triangle only
    picture = render(Views(meshes=[replace(surface, positions=positions)]), SIZE_PX, Preset.FRONT)
    assert_colour(picture, BOTTOM_LEFT, BLUE)
    np.testing.assert_allclose(seen(picture, (30, 200)), GROUND, atol=16)


def test_the_ground_runs_from_its_top_to_its_bottom_colour() -> None:
    options = SceneOptions(ground_top="#808080", ground_bottom="#575757")
    picture = render(Views(), SIZE_PX, Preset.FRONT, options)
    assert_colour(picture, (0, 120), (0x80, 0x80, 0x80))
    assert_colour(picture, (159, 120), (0x57, 0x57, 0x57))


def test_lines_are_drawn_in_their_colours() -> None:
    positions = np.array([[-1, 0, 0], [1, 0, 0]], dtype=np.float32)
    orange = np.array([[250, 140, 10]] * 2, dtype=np.uint8)
    lines = LineSet(positions, np.array([[0, 1]], dtype=np.int32), orange)
    picture = render(Views(lines=[lines]), SIZE_PX, Preset.FRONT, SceneOptions(line_width_px=5))
    assert_colour(picture, MIDDLE, (250, 140, 10))


def test_a_single_point_is_seen() -> None:
    lonely = PointCloud(np.full((1, 3), 7, np.float32), np.array([RED], dtype=np.uint8))
    options = SceneOptions(point_size_px=8)
    assert_colour(render(Views(clouds=[lonely]), SIZE_PX, Preset.FRONT, options), MIDDLE, RED)


@pytest.mark.parametrize("preset", list(Preset))
def test_every_preset_shows_all_of_a_box(preset: Preset, relief: TriangleMesh) -> None:
    options = SceneOptions(ground_top="#000000", ground_bottom="#000000", surface_colour="#FFFFFF")
    picture = render(Views(meshes=[relief]), SIZE_PX, preset, options)
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert edge.max() == 0
    assert (picture.max(axis=2) > 0).mean() > 0.03


@pytest.mark.parametrize("preset", [Preset.PERSPECTIVE, Preset.TOP, Preset.LEFT])
def test_a_grey_surface_looks_as_it_did(
    preset: Preset,
    relief: TriangleMesh,
    agrees_with_baseline: Callable[[Picture, str], None],
) -> None:
    agrees_with_baseline(render(Views(meshes=[relief]), SIZE_PX, preset), f"relief-{preset}")


@pytest.fixture
def every_kind(cloud: PointCloud, surface: TriangleMesh, relief: TriangleMesh) -> dict[str, Views]:
    """One scene for each way of drawing, by the name of its picture."""
    bumps = relief.positions - np.array([2.2, 1.45, 0.0], dtype=np.float32)
    rainbow = (127 + 45 * bumps).astype(np.uint8)
    spiral = np.linspace(0, 6 * np.pi, 90, dtype=np.float32)
    turns = np.stack([np.cos(spiral), np.sin(spiral), spiral / 9], axis=-1)
    steps = np.stack([np.arange(89), np.arange(1, 90)], axis=1).astype(np.int32)
    return {
        "cloud": Views(clouds=[cloud]),
        "textured": Views(meshes=[surface]),
        "coloured": Views(meshes=[replace(relief, colours=rainbow)]),
        "lines": Views(lines=[LineSet(turns.astype(np.float32), steps)]),
    }


@pytest.mark.parametrize("name", ["cloud", "textured", "coloured", "lines"])
def test_each_way_of_drawing_looks_as_it_did(
    name: str,
    every_kind: dict[str, Views],
    agrees_with_baseline: Callable[[Picture, str], None],
) -> None:
    options = SceneOptions(point_size_px=5, line_width_px=3)
    agrees_with_baseline(render(every_kind[name], SIZE_PX, Preset.PERSPECTIVE, options), name)


def test_a_picture_needs_no_display_and_prints_nothing() -> None:
    program = (
        "import os; os.environ.pop('DISPLAY', None)\n"
        "from depthstudio.core.views import Views\n"
        "from depthstudio.scene.offscreen import render\n"
        "assert render(Views(), (64, 48)).shape == (48, 64, 3)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == ""
    assert run.stderr == ""
