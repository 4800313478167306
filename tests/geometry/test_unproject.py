import numpy as np
import pytest

from depthstudio.geometry.camera import intrinsics_from_fov
from depthstudio.geometry.unproject import project, unproject

INTRINSICS = np.array([[500.0, 0.0, 31.5], [0.0, 480.0, 20.0], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_projecting_the_points_back_gives_every_pixel(dtype: type) -> None:
    depth = np.random.default_rng(1).uniform(0.5, 9.0, (41, 64)).astype(dtype)
    points = unproject(depth, INTRINSICS)
    v, u = np.mgrid[:41, :64]
    assert points.dtype == np.float32
    assert np.allclose(project(points, INTRINSICS), np.dstack([u, v]), atol=1e-4)
    assert np.array_equal(points[..., 2], depth.astype(np.float32))


def test_depth_lies_along_z_and_y_points_down() -> None:
    depth = np.full((3, 3), 2.0, np.float32)
    camera = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    points = unproject(depth, camera)
    assert points[1, 1].tolist() == [0, 0, 2]
    assert points[0, 2].tolist() == [2, -2, 2]
    assert points[2, 0].tolist() == [-2, 2, 2]


def test_edge_rays_span_the_field_of_view() -> None:
    camera = intrinsics_from_fov(100, 50, np.radians(90))
    points = unproject(np.ones((50, 100), np.float32), camera)
    # The outer pixel centres are half a pixel inside the angle of 45 degrees to each side.
    assert np.isclose(points[0, 0, 0], -0.99)
    assert np.isclose(points[0, -1, 0], 0.99)


def test_unknown_stays_unknown_and_nothing_else_becomes_so() -> None:
    depth = np.ones((20, 30), np.float32)
    depth[3, 4] = np.nan
    unknown = np.isnan(unproject(depth, INTRINSICS))
    assert unknown[3, 4].all()
    assert unknown.sum() == 3


def test_the_depth_is_not_modified() -> None:
    depth = np.ones((20, 30), np.float32)
    depth.flags.writeable = False
    unproject(depth, INTRINSICS)
    assert (depth == 1).all()


def test_points_beside_or_behind_the_camera_have_no_pixel() -> None:
    points = np.array([[0, 0, 1], [0, 0, 0], [0, 0, -1], [np.nan, 0, 1]], np.float32)
    pixels = project(points, INTRINSICS)
    assert pixels[0].tolist() == [31.5, 20.0]
    assert np.isnan(pixels[1:, 0]).all()


@pytest.mark.parametrize(
    ("depth", "intrinsics", "words"),
    [
        (np.ones((2, 2, 2)), INTRINSICS, r"\(H, W\)"),
        (np.ones((2, 2)), np.eye(4), r"\(3, 3\)"),
        (np.ones((2, 2)), np.array([[1.0, 0.1, 0], [0, 1, 0], [0, 0, 1]]), "skew"),
        (np.ones((2, 2)), np.diag([0.0, 1.0, 1.0]), "focal length"),
        (np.ones((2, 2)), np.diag([1.0, 0.0, 1.0]), "focal length"),
    ],
)
def test_shapes_and_cameras_that_make_no_sense_are_refused(
    depth: np.ndarray, intrinsics: np.ndarray, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        unproject(depth, intrinsics)


def test_points_need_three_coordinates() -> None:
    with pytest.raises(ValueError, match="3"):
        project(np.ones((4, 2)), INTRINSICS)
