import numpy as np
import pytest

from depthstudio.geometry.camera import (
    half_turn_about_x,
    intrinsics_from_fov,
    look_at,
    opencv_from_opengl,
)
from depthstudio.geometry.unproject import project


def test_gltf_up_is_our_minus_y_and_its_forward_is_our_z() -> None:
    turn = half_turn_about_x()
    assert (turn @ [0, 1, 0, 1]).tolist() == [0, -1, 0, 1]
    assert (turn @ [0, 0, -1, 1]).tolist() == [0, 0, 1, 1]
    assert np.array_equal(turn @ turn, np.eye(4))
    assert np.linalg.det(turn) == 1


def test_poses_convert_both_ways_and_in_batches() -> None:
    pose = np.eye(4)
    pose[:3, 3] = [1, 2, 3]
    converted = opencv_from_opengl(np.stack([pose, np.eye(4)]))
    assert converted[0, :3, 3].tolist() == [1, -2, -3]
    assert np.array_equal(converted[1], np.eye(4))
    assert np.array_equal(opencv_from_opengl(converted)[0], pose)


def test_a_pose_must_be_four_by_four() -> None:
    with pytest.raises(ValueError, match="4, 4"):
        opencv_from_opengl(np.eye(3))


@pytest.mark.parametrize(
    ("eye", "target"),
    [
        ([0, 0, -3], [0, 0, 0]),
        ([1, 2, 3], [-4, 0, 1]),
        ([0, -5, 0], [0, 0, 0]),
        ([0, 5, 0], [0, 0, 0]),
    ],
)
def test_a_camera_sees_its_target_in_the_middle(eye: list[float], target: list[float]) -> None:
    pose = look_at(np.array(eye, float), np.array(target, float))
    rotation = pose[:3, :3]
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    assert np.isclose(np.linalg.det(rotation), 1)
    seen = np.linalg.inv(pose) @ [*target, 1]
    assert np.allclose(seen[:2], 0)
    assert np.isclose(seen[2], np.linalg.norm(np.subtract(target, eye)))


def test_down_in_the_world_is_down_in_the_picture() -> None:
    camera = intrinsics_from_fov(100, 100, 1.0)
    pose = look_at(np.array([2.0, 0.0, -3.0]), np.zeros(3))
    lower = np.linalg.inv(pose) @ [0, 0.5, 0, 1]
    assert project(lower[:3], camera)[1] > 49.5


def test_another_direction_can_be_down() -> None:
    z_down = np.array([0.0, 0.0, -1.0])
    pose = look_at(np.array([3.0, 0.0, 0.0]), np.zeros(3), z_down)
    assert np.allclose(pose[:3, 1], z_down)
    # Along `down` itself any horizon will do, but the frame must stay a rotation.
    along = look_at(np.array([0.0, 0.0, 3.0]), np.zeros(3), z_down)
    assert np.isclose(np.linalg.det(along[:3, :3]), 1)


def test_a_camera_cannot_look_at_itself() -> None:
    with pytest.raises(ValueError, match="length"):
        look_at(np.ones(3), np.ones(3))


@pytest.mark.parametrize("angle_rad", [0.0, -1.0, np.pi, 4.0])
def test_impossible_fields_of_view_are_refused(angle_rad: float) -> None:
    with pytest.raises(ValueError, match="field of view"):
        intrinsics_from_fov(10, 10, angle_rad)
