"""Jobs, artifacts, errors and views: what they promise beside holding values."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.digest import sha256_bytes
from depthstudio.core.errors import ParamError, ProviderHeld, RateLimited, ServiceUnavailable
from depthstudio.core.job import Checkpoint, Failure, Hold, HoldKind, Job, JobState, new_id
from depthstudio.core.record import RecordError, from_json, from_plain, to_json, to_plain
from depthstudio.core.views import (
    CameraSet,
    DepthKind,
    DepthStack,
    ImageSequence,
    LineSet,
    PointCloud,
    TriangleMesh,
    Views,
)


def test_ids_are_fresh_and_fit_in_a_folder_name() -> None:
    ids = [new_id() for _ in range(100)]

    assert len(set(ids)) == 100
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{10}", one) for one in ids)


def test_a_job_survives_being_written_down() -> None:
    job = Job(name="a", provider_id="relief", sources=(), params={"depth": 0.3}, again=True)

    assert from_json(Job, to_json(job)) == job
    with pytest.raises(RecordError, match="unknown field colour"):
        from_plain(Job, {**to_plain(job), "colour": 1})


def test_only_three_states_are_final() -> None:
    final = {state for state in JobState if state.is_final}

    assert final == {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


def test_a_checkpoint_grows_and_never_changes() -> None:
    empty = Checkpoint()
    one = empty.with_step("submit", {"id": "7"})
    two = one.with_step("again", {"id": "8"})

    assert (bool(empty), bool(one)) == (False, True)
    assert one.steps == {"submit": {"id": "7"}}
    assert list(two.steps) == ["submit", "again"]


def test_a_hold_without_an_end_needs_a_person() -> None:
    assert Hold(kind=HoldKind.SERVICE, reason="quota").needs_person
    ends = Hold(kind=HoldKind.SERVICE, reason="quota", until=datetime.now(UTC))
    assert not ends.needs_person


def test_a_failure_keeps_what_an_error_says() -> None:
    error = ServiceUnavailable("It is away", hint="Wait", detail="HTTP 503")

    assert Failure.of(error) == Failure(
        type="ServiceUnavailable",
        message="It is away",
        hint="Wait",
        detail="HTTP 503",
        retryable=True,
    )
    assert error.may_have_run
    assert not Failure.of(ParamError("No", name="x")).retryable


def test_a_service_that_asks_to_wait_did_not_run() -> None:
    moment = datetime(2026, 3, 14, tzinfo=UTC)
    error = RateLimited("Too many", until=moment)

    assert isinstance(error, ProviderHeld)
    assert (error.until, error.may_have_run, error.retryable) == (moment, False, True)


def test_an_artifact_is_described_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "scene.glb"
    path.write_bytes(b"glTF")

    artifact = Artifact.of(path, Role.SCENE, "model/gltf-binary")

    assert (artifact.size_bytes, artifact.sha256) == (4, sha256_bytes(b"glTF"))


def test_only_metric_depth_has_a_unit_and_only_disparity_grows_towards_the_camera() -> None:
    assert {kind: kind.unit for kind in DepthKind if kind.unit} == {DepthKind.METRIC: "m"}
    assert [kind for kind in DepthKind if kind.larger_is_nearer] == [DepthKind.RELATIVE_DISPARITY]


def test_depth_is_frames_of_rows_and_columns() -> None:
    stack = DepthStack(np.zeros((3, 2, 4), np.float32), DepthKind.METRIC)

    assert (len(stack), stack.unit, stack.lossy) == (3, "m", False)
    with pytest.raises(ValueError, match=r"depth must be \(N, H, W\), got \(2, 4\)"):
        DepthStack(np.zeros((2, 4), np.float32), DepthKind.METRIC)


def test_views_know_whether_there_is_something_to_draw_in_space() -> None:
    points = np.zeros((2, 3), np.float32)
    cloud = PointCloud(points)
    mesh = TriangleMesh(points, np.zeros((0, 3), np.int32))
    lines = LineSet(points, np.array([[0, 1]]))
    photos = ImageSequence(("a", "b"), lambda index: np.zeros((1, 1, 3), np.uint8))
    cameras = CameraSet(("a",), np.eye(3)[np.newaxis], np.eye(4)[np.newaxis], np.array([[4, 3]]))

    assert Views(clouds=[cloud]).has_scene
    assert Views(meshes=[mesh]).has_scene
    assert Views(lines=[lines]).has_scene
    assert not Views(photos=photos, cameras=cameras).has_scene
    assert (len(cloud), len(photos), len(cameras)) == (2, 2, 1)
    assert np.array_equal(cloud.transform, np.eye(4))
