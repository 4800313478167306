"""The sample: its depth is that of the shapes it shows, and its files agree."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from still_life import textures
from still_life.camera import Camera, studio_cameras
from still_life.render import depth_at, depth_map, picture
from still_life.scene import MARBLE_BALL, TABLE_BACK_M, still_life
from still_life.trace import nearest, trace

from depthstudio.core.resources import resource

VIEWS = range(4)


def in_world(
    camera: Camera, u: NDArray[np.float64], v: NDArray[np.float64], depth: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(N, 3) world points, computed apart from what is tested."""
    pixels = np.stack([u, v, np.ones_like(u)])
    in_camera = np.linalg.inv(camera.intrinsics) @ pixels * depth
    return (camera.world_from_camera[:3, :3] @ in_camera).T + camera.world_from_camera[:3, 3]


def in_picture(camera: Camera, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3) u, v and depth of world points."""
    from_world = np.linalg.inv(camera.world_from_camera)
    in_camera = points @ from_world[:3, :3].T + from_world[:3, 3]
    projected = in_camera @ camera.intrinsics.T
    return np.column_stack([projected[:, :2] / projected[:, 2:], in_camera[:, 2]])


def stored_camera(view: int) -> Camera:
    entry = json.loads(resource("sample", "cameras.json").read_text(encoding="utf-8"))["views"][
        view
    ]
    return Camera(
        entry["width_px"],
        entry["height_px"],
        np.array(entry["intrinsics"]),
        np.array(entry["world_from_camera"]),
    )


def stored_depth(view: int) -> NDArray[np.float32]:
    with np.load(resource("sample", f"depth_{view}.npz"), allow_pickle=False) as file:
        return file["depth"]


@pytest.mark.parametrize("view", VIEWS)
def test_poses_are_rotations_that_look_at_the_table_from_above(view: int) -> None:
    pose = studio_cameras(48, 32)[view].world_from_camera

    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
    assert pose[1, 3] < 0  # +Y is down
    assert pose[1, 2] > 0
    assert pose[1, 0] == pytest.approx(0)  # level


def test_the_ball_s_depth_is_that_of_a_sphere() -> None:
    camera = studio_cameras()[0]
    (x, height, z), radius = MARBLE_BALL
    centre = np.array([x, -height, z])
    middle_u, middle_v, middle_depth = in_picture(camera, centre[None])[0]
    u, v = (middle_u + np.array([0, -30, 25, 10.5]), middle_v + np.array([0, -12, -20, 8.25]))

    depth = depth_at(still_life(), camera, u, v)

    from_centre = np.linalg.norm(in_world(camera, u, v, depth) - centre, axis=1)
    np.testing.assert_allclose(from_centre, radius, atol=5e-6)
    assert (depth < middle_depth).all()


def test_the_table_s_depth_is_that_of_a_plane() -> None:
    camera = studio_cameras()[0]
    u, v = np.array([0.0, 479.5, 959.0, 30.25]), np.array([639.0, 630.0, 639.0, 570.5])

    depth = depth_at(still_life(), camera, u, v)

    np.testing.assert_allclose(in_world(camera, u, v, depth)[:, 1], 0, atol=1e-6)


def test_depth_is_unknown_exactly_where_only_the_backdrop_is() -> None:
    camera = studio_cameras(48, 32)[0]
    depth = depth_map(still_life(), camera)
    v, u = np.nonzero(np.isfinite(depth))

    points = in_world(camera, u.astype(float), v.astype(float), depth[v, u])

    assert np.isnan(depth[0, [0, -1]]).all()
    assert np.isfinite(depth[-1]).all()
    assert points[:, 2].max() <= TABLE_BACK_M + 1e-6
    assert points[:, 1].max() <= 1e-6  # nothing under the table


def test_no_step_along_a_ray_can_jump_over_a_surface() -> None:
    parts, camera = still_life(), studio_cameras(72, 48)[3]
    v, u = (axis.ravel().astype(float) for axis in np.mgrid[:48, :72])
    origin, directions = camera.rays(u, v)
    hits = trace(parts, origin, directions)
    on_part = hits.what >= 0
    surface = origin + hits.depth[on_part, None] * directions[on_part]
    free = np.random.default_rng(3).uniform([-0.4, 0, -0.3], [0.4, 0.35, 0.3], (500, 3))

    step, _ = nearest(parts, free)

    way = np.linalg.norm(free[:, None] - surface[None], axis=2).min(axis=1)
    assert on_part.sum() > 500
    assert set(hits.what[on_part]) == set(range(len(parts)))
    assert (step <= way + 1e-5).all()


def test_a_picture_is_the_same_every_time() -> None:
    parts, camera = still_life(), studio_cameras(24, 16)[1]

    first = picture(parts, camera, samples=1)

    assert first.shape == (16, 24, 3)
    np.testing.assert_array_equal(first, picture(parts, camera, samples=1))


def test_more_samples_keep_pixels_in_place() -> None:
    camera = studio_cameras(30, 20)[0]
    fine = camera.scaled(3)
    u, v = np.array([7.0]), np.array([11.0])

    _, coarse_ray = camera.rays(u, v)
    _, middle_ray = fine.rays(3 * u + 1, 3 * v + 1)

    np.testing.assert_allclose(middle_ray, coarse_ray, atol=1e-12)


def test_colours_are_read_as_artists_write_them() -> None:
    np.testing.assert_allclose(textures.srgb("ff8000"), [1, 0.21586, 0], atol=1e-5)


@pytest.mark.parametrize("view", VIEWS)
def test_the_shipped_cameras_are_the_script_s(view: int) -> None:
    shipped, made = stored_camera(view), studio_cameras()[view]

    np.testing.assert_allclose(shipped.intrinsics, made.intrinsics)
    np.testing.assert_allclose(shipped.world_from_camera, made.world_from_camera, atol=1e-8)
    with Image.open(resource("sample", f"view_{view}.jpg")) as photo:
        assert photo.size == (shipped.width_px, shipped.height_px) == (960, 640)


@pytest.mark.parametrize("view", VIEWS)
def test_the_shipped_depth_is_what_the_script_renders(view: int) -> None:
    camera, depth = stored_camera(view), stored_depth(view)
    rng = np.random.default_rng(view)
    u, v = rng.integers(0, 960, 40), rng.integers(0, 640, 40)

    again = depth_at(still_life(), camera, u.astype(float), v.astype(float))

    assert depth.dtype == np.float32
    assert depth.shape == (640, 960)
    np.testing.assert_allclose(depth[v, u], again, atol=2e-6)


def test_the_shipped_views_see_the_same_things_in_the_same_places() -> None:
    depths = [stored_depth(view) for view in VIEWS]
    v, u = (axis.ravel() for axis in np.mgrid[4:640:9, 4:960:9])
    known = np.isfinite(depths[0][v, u])
    u, v = u[known], v[known]
    points = in_world(stored_camera(0), u.astype(float), v.astype(float), depths[0][v, u])

    for view in VIEWS[1:]:
        there = in_picture(stored_camera(view), points)
        column, row = there[:, :2].round().astype(int).T
        seen = (column >= 0) & (column < 960) & (row >= 0) & (row < 640)
        gap = np.abs(depths[view][row[seen], column[seen]] - there[seen, 2])
        assert seen.mean() > 0.5
        assert (gap < 0.003).mean() > 0.8  # the rest is hidden from there
