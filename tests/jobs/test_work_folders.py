"""The folder of a job whose work another one takes over."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.job import Checkpoint, Job
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.work_folders import WorkFolders

IDS = Checkpoint({"step-1": {"id": "1"}})


@pytest.fixture
def folders(tmp_path: Path) -> WorkFolders:
    return WorkFolders(tmp_path / "jobs")


@pytest.fixture
def left(make_job: Callable[..., Job]) -> JournalRow:
    return JournalRow(make_job(id="left"), Phase.CANCELLED, checkpoint=IDS)


def written(folders: WorkFolders, job_id: str, attempt: str, when_s: int) -> Path:
    path = folders.root / job_id / attempt / "answer.json"
    path.parent.mkdir(parents=True)
    path.write_text(job_id)
    os.utime(path.parent, (when_s, when_s))
    return path


def test_a_job_with_a_folder_of_its_own_goes_on_in_the_one_it_takes_over(
    folders: WorkFolders, left: JournalRow
) -> None:
    written(folders, "left", "a", 1)
    written(folders, "later", "b", 2)  # of an attempt that got no further than an upload

    folders.hand_over(left, "later")

    later = replace(left, job=changed(left.job, id="later"))
    assert (folders.of_attempt(later) / "answer.json").read_text() == "left"
    assert [folder.name for folder in folders.root.iterdir()] == ["later"]


def test_a_job_whose_files_are_gone_leaves_the_other_its_own(
    folders: WorkFolders, left: JournalRow
) -> None:
    own = written(folders, "later", "b", 2)

    assert folders.hand_over(left, "later") == ()
    assert own.read_text() == "later"


@pytest.mark.parametrize("count", [1, 2])
def test_only_a_result_that_is_complete_is_taken_over_as_one(
    folders: WorkFolders, left: JournalRow, count: int
) -> None:
    file = Artifact.of(written(folders, "left", "a", 1), Role.RAW_DEPTH, "application/json")
    missing = Artifact(
        role=Role.PREVIEW, path=file.path.with_name("no.png"), media_type="x", size_bytes=1,
        sha256="ab",
    )  # fmt: skip

    moved = folders.hand_over(replace(left, artifacts=(file, missing)[:count]), "later")

    there = folders.root / "later" / "a" / "answer.json"
    assert [one.path for one in moved] == ([there] if count == 1 else [])
    assert there.is_file()
