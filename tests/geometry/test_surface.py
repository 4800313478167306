from collections import Counter

import numpy as np
import pytest

from depthstudio.geometry.surface import (
    closed_base,
    compacted,
    discontinuities,
    grid_triangles,
    grid_uv,
    height_field,
    known_quads,
    quad_triangles,
    without_pinches,
)


def facing(positions: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Normals of triangles, their length twice the area."""
    a, b, c = (positions.reshape(-1, 3)[triangles[:, i]].astype(float) for i in range(3))
    return np.cross(b - a, c - a)


def noisy_depth(*shape: int) -> np.ndarray:
    return np.random.default_rng(4).uniform(0, 0.3, shape).astype(np.float32)


def body(depth: np.ndarray, quads: np.ndarray, floor_z: float) -> tuple[np.ndarray, np.ndarray]:
    """Surface and base as one mesh, points in the same place made one."""
    grid = height_field(depth)
    base, base_triangles = closed_base(grid, quads, floor_z)
    kept, triangles = compacted(grid.reshape(-1, 3), quad_triangles(quads))
    points = np.concatenate([grid.reshape(-1, 3)[kept], base])
    unique, where = np.unique(points, axis=0, return_inverse=True)
    return unique, where[np.concatenate([triangles, base_triangles + len(kept)])]


def volume(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (points[triangles[:, i]].astype(float) for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def assert_watertight(triangles: np.ndarray) -> None:
    directed = Counter((int(t[i]), int(t[(i + 1) % 3])) for t in triangles for i in range(3))
    assert all(count == 1 for count in directed.values())
    assert all((end, start) in directed for start, end in directed)


def test_the_long_side_is_one_and_the_middle_is_zero() -> None:
    positions = height_field(noisy_depth(5, 9))
    assert positions.dtype == np.float32
    assert positions[0, 0, :2].tolist() == [-0.5, -0.25]
    assert positions[-1, -1, :2].tolist() == [0.5, 0.25]
    assert positions[2, 4, :2].tolist() == [0, 0]
    assert np.array_equal(positions[..., 2], noisy_depth(5, 9))


def test_a_single_pixel_lies_at_the_middle() -> None:
    assert height_field(np.array([[0.2]], np.float32)).tolist() == [[[0, 0, pytest.approx(0.2)]]]


def test_a_stack_is_not_a_height_field() -> None:
    with pytest.raises(ValueError, match="H, W"):
        height_field(noisy_depth(1, 2, 2))


def test_texture_coordinates_are_pixel_centres_from_the_top_left() -> None:
    uv = grid_uv(2, 4)
    assert uv.shape == (8, 2)
    assert uv[0].tolist() == [0.125, 0.25]
    assert uv[3].tolist() == [0.875, 0.25]
    assert uv[4].tolist() == [0.125, 0.75]


def test_a_full_grid_has_two_triangles_a_quad_all_facing_the_camera() -> None:
    triangles = grid_triangles(np.ones((7, 5), bool))
    assert triangles.dtype == np.int32
    assert triangles.shape == (2 * 6 * 4, 3)
    normals = facing(height_field(noisy_depth(7, 5)), triangles)
    assert (normals[:, 2] < 0).all()
    flat = facing(height_field(np.zeros((7, 5), np.float32)), triangles)
    assert np.abs(flat).sum() / 2 == pytest.approx(1.0 * 4 / 6)


def test_a_quad_with_an_unknown_corner_is_left_out() -> None:
    valid = np.ones((4, 4), bool)
    valid[1, 1] = False
    triangles = grid_triangles(valid)
    assert len(triangles) == 2 * (9 - 4)
    assert not (triangles == 5).any()


@pytest.mark.parametrize("shape", [(1, 9), (9, 1), (1, 1)])
def test_a_line_of_points_has_no_surface(shape: tuple[int, int]) -> None:
    assert grid_triangles(np.ones(shape, bool)).shape == (0, 3)


def test_a_jump_in_depth_can_be_cut() -> None:
    depth = np.ones((3, 4), np.float32)
    depth[:, 2:] = 1.5
    depth[0, 0] = np.nan
    cut = discontinuities(depth, 1.2)
    assert cut.tolist() == [[False, True, False]] * 2
    assert len(grid_triangles(np.isfinite(depth), cut=cut)) == 2 * 3
    assert not discontinuities(depth, 2.0).any()


def test_a_ratio_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="nearest"):
        discontinuities(np.ones((2, 2)), 0.9)


def test_validity_is_a_grid() -> None:
    with pytest.raises(ValueError, match="H, W"):
        known_quads(np.ones(4, bool))


def test_more_points_than_an_index_holds_are_refused() -> None:
    huge = np.broadcast_to(np.zeros((), bool), (50_000, 50_000))
    with pytest.raises(ValueError, match="50001 x 50001"):
        quad_triangles(huge)


def test_compacting_keeps_the_shape_and_drops_unused_points() -> None:
    positions = np.arange(15, dtype=np.float32).reshape(5, 3)
    triangles = np.array([[4, 1, 3], [1, 3, 4]], np.int32)
    kept, renumbered = compacted(positions, triangles)
    assert kept.tolist() == [1, 3, 4]
    assert renumbered.tolist() == [[2, 0, 1], [0, 1, 2]]
    assert np.array_equal(positions[kept][renumbered], positions[triangles])


@pytest.mark.parametrize(("height", "width"), [(2, 2), (2, 5), (6, 3), (9, 9)])
def test_a_full_relief_with_its_base_is_watertight(height: int, width: int) -> None:
    depth = noisy_depth(height, width)
    points, triangles = body(depth, np.ones((height - 1, width - 1), bool), 0.35)
    assert_watertight(triangles)
    # Euler: one closed surface without holes.
    assert len(points) - len(triangles) * 3 // 2 + len(triangles) == 2


def test_the_base_faces_outwards() -> None:
    depth = np.full((6, 6), 0.1, np.float32)
    points, triangles = body(depth, np.ones((5, 5), bool), 0.3)
    assert volume(points, triangles) == pytest.approx(1 * 1 * 0.2)
    normals = facing(points, triangles)
    middles = points[triangles].mean(axis=1)
    outwards = middles - [0, 0, 0.2]
    assert (np.einsum("ij,ij->i", normals, outwards) > 0).all()


def test_the_base_of_a_full_relief_has_a_bottom_of_few_triangles() -> None:
    grid = height_field(noisy_depth(50, 40))
    _, triangles = closed_base(grid, np.ones((49, 39), bool), 0.4)
    assert len(triangles) == 3 * 2 * (49 + 39)


def test_a_full_base_away_from_the_middle_is_closed_too() -> None:
    grid = height_field(np.full((4, 6), 0.1, np.float32)) + np.array([5, -7, 0], np.float32)
    positions, triangles = closed_base(grid, np.ones((3, 5), bool), 0.3)
    bottom = triangles[(positions[triangles][..., 2] > 0.2).all(axis=1)]
    area = np.abs(facing(positions, bottom)[:, 2]).sum() / 2
    assert area == pytest.approx(1 * 3 / 5, rel=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_relief_with_holes_is_watertight_once_pinches_are_gone(seed: int) -> None:
    generator = np.random.default_rng(seed)
    depth = generator.uniform(0, 0.3, (17, 23)).astype(np.float32)
    depth[generator.uniform(size=depth.shape) < 0.12] = np.nan
    quads = without_pinches(known_quads(np.isfinite(depth)))
    points, triangles = body(depth, quads, 0.35)
    assert_watertight(triangles)
    assert np.isfinite(points).all()
    expected = (0.35 - np.nanmean(depth)) * quads.sum() / 22**2
    assert volume(points, triangles) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("mirror", [1, -1])
def test_quads_that_touch_at_a_corner_only_lose_one(mirror: int) -> None:
    quads = np.eye(2, dtype=bool)[:, ::mirror]
    kept = without_pinches(quads)
    assert kept.sum() == 1
    assert kept[0].any()
    assert quads.sum() == 2


def test_without_pinches_leaves_whole_surfaces_alone() -> None:
    quads = np.ones((5, 5), bool)
    quads[2, 2] = False
    assert np.array_equal(without_pinches(quads), quads)
