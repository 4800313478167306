"""The model shows the queue as it is, whatever happens to it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from depthstudio.core.job import Job, JobState, Progress, Stage
from depthstudio.jobs.queue import JobQueue
from depthstudio.ui.queue.model import JobQueueModel, QueueRole

MakeJob = Callable[..., Job]


@pytest.fixture
def model(queue: JobQueue, now: datetime) -> JobQueueModel:
    return JobQueueModel(queue, str.title, now=lambda: now)


def details(model: JobQueueModel) -> list[str]:
    return [model.index(row).data(QueueRole.TEXT).detail for row in range(model.rowCount())]


def test_qt_accepts_the_model_through_live_changes(
    queue: JobQueue, model: JobQueueModel, make_job: MakeJob, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(model)
    jobs = [make_job(f"{number}.png") for number in range(4)]
    for job in jobs:
        queue.append(job)
    queue.update(jobs[1].id, state=JobState.RUNNING, progress=Progress(Stage.RUNNING, 0.5))
    queue.update(jobs[1].id, state=JobState.DONE)
    queue.remove(jobs[1].id)
    queue.remove(jobs[3].id)
    assert [model.index(row).data() for row in range(model.rowCount())] == ["0.png", "2.png"]


def test_progress_tells_of_one_row_only(
    queue: JobQueue, model: JobQueueModel, make_job: MakeJob
) -> None:
    jobs = [make_job(f"{number}.png") for number in range(3)]
    for job in jobs:
        queue.append(job)
    queue.update(jobs[0].id, state=JobState.RUNNING)
    told: list[tuple[int, int]] = []

    def note(top: QModelIndex, bottom: QModelIndex) -> None:
        told.append((top.row(), bottom.row()))

    model.dataChanged.connect(note)
    queue.update(jobs[0].id, progress=Progress(Stage.RUNNING, 0.25))
    assert told == [(0, 0)]


def test_the_next_job_of_each_service_is_known_as_such(
    queue: JobQueue, model: JobQueueModel, make_job: MakeJob
) -> None:
    first, second = make_job("a.png"), make_job("b.png")
    queue.append(first)
    queue.append(second)
    queue.append(make_job("c.png", provider_id="fal"))
    assert details(model) == ["next for Relief", "in line for Relief", "next for Fal"]
    told: list[int] = []
    model.dataChanged.connect(lambda top, bottom: told.append(top.row()))
    queue.update(first.id, state=JobState.RUNNING)
    assert details(model)[1] == "next for Relief"
    assert told == [0, 1]
    queue.update(first.id, state=JobState.QUEUED)
    assert details(model)[:2] == ["next for Relief", "in line for Relief"]


def test_removing_the_next_job_moves_the_line_up(
    queue: JobQueue, model: JobQueueModel, make_job: MakeJob
) -> None:
    first = queue.append(make_job("a.png")).job
    queue.append(make_job("b.png"))
    queue.remove(first.id)
    assert details(model) == ["next for Relief"]


def test_assistive_tools_hear_name_state_and_service(
    queue: JobQueue, model: JobQueueModel, make_job: MakeJob
) -> None:
    queue.append(make_job("moon.png"))
    text = model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "moon.png, Queued, next for Relief, Relief"


def test_a_closed_model_hears_nothing(
    queue: JobQueue, model: JobQueueModel, make_job: MakeJob
) -> None:
    inserted: list[int] = []
    model.rowsInserted.connect(lambda parent, first, last: inserted.append(first))
    model.close()
    queue.append(make_job())
    assert inserted == []
