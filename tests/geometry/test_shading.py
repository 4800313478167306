import numpy as np
import pytest

from depthstudio.geometry.normals import grid_normals
from depthstudio.geometry.shading import hill_shade
from depthstudio.geometry.surface import height_field


def test_a_flat_grid_faces_the_camera() -> None:
    normals = grid_normals(height_field(np.full((4, 6), 0.2, np.float32)))
    assert np.allclose(normals, [0, 0, -1])
    assert normals.dtype == np.float32


def test_a_slope_has_the_normal_of_its_plane() -> None:
    # Depth grows by 1 per unit to the right: 45 degrees, its front side faces right.
    depth = np.linspace(0, 1, 9, dtype=np.float32)[None].repeat(5, axis=0)
    normals = grid_normals(height_field(depth))
    assert np.allclose(normals, np.array([1, 0, -1]) / np.sqrt(2), atol=1e-6)


def test_normals_next_to_unknown_points_are_unknown() -> None:
    depth = np.zeros((7, 7), np.float32)
    depth[3, 3] = np.nan
    unknown = np.isnan(grid_normals(height_field(depth))[..., 0])
    assert unknown[3, 3]
    assert unknown[2, 3]
    assert not unknown[1, 3]


def test_points_in_one_place_have_no_normal() -> None:
    assert np.isnan(grid_normals(np.zeros((3, 3, 3), np.float32))).all()


@pytest.mark.parametrize("shape", [(3, 3), (3, 3, 2), (1, 3, 3)])
def test_normals_need_a_grid(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="2 x 2"):
        grid_normals(np.zeros(shape))


def test_light_comes_from_the_upper_left() -> None:
    y, x = np.mgrid[-1:1:41j, -1:1:41j]
    dome = (0.3 * (x**2 + y**2)).astype(np.float32)  # nearest in the middle
    light = hill_shade(dome)
    assert light.min() >= 0
    assert light.max() <= 1
    assert light[8, 8] > light[20, 20] > light[32, 32]


def test_flat_places_are_lit_the_same_whatever_their_depth() -> None:
    flat = [hill_shade(np.full((3, 3), depth, np.float32)) for depth in (0.0, 0.9)]
    assert np.ptp(flat) == 0
    assert 0.5 < flat[0][0, 0] < 0.9


def test_less_exaggeration_is_calmer_and_unknown_is_dark() -> None:
    depth = np.random.default_rng(5).uniform(0, 0.1, (30, 30)).astype(np.float32)
    assert np.ptp(hill_shade(depth, exaggeration=0.1)) < np.ptp(hill_shade(depth))
    depth[4, 4] = np.nan
    assert hill_shade(depth)[4, 4] == 0
