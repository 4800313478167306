from pathlib import Path

import pytest

from depthstudio.core.job import Job, JobState, JobStatus, Source
from depthstudio.jobs.queue import JobQueue, QueueEntry


def job(name: str) -> Job:
    return Job(name=name, provider_id="relief", sources=())


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue()


def test_jobs_keep_the_order_in_which_they_came(queue: JobQueue) -> None:
    jobs = [job(name) for name in "cab"]
    for one in jobs:
        queue.append(one)

    assert [entry.job for entry in queue] == jobs
    assert [queue.row_of(one.id) for one in jobs] == [0, 1, 2]
    assert (len(queue), queue.at(1).job, queue.entry(jobs[2].id).job) == (3, jobs[1], jobs[2])


def test_a_new_row_is_announced_before_it_is_there_and_told_after(queue: JobQueue) -> None:
    news: list[tuple[str, int, int]] = []
    queue.about_to_insert.connect(lambda row: news.append(("before", row, len(queue))))
    queue.inserted.connect(lambda row: news.append(("after", row, len(queue))))

    queue.append(job("a"))

    assert news == [("before", 0, 0), ("after", 0, 1)]


def test_a_removed_row_is_announced_and_the_rows_below_move_up(queue: JobQueue) -> None:
    first, second, third = (queue.append(job(name)).job for name in "abc")
    news: list[tuple[str, int, int]] = []
    queue.about_to_remove.connect(lambda row: news.append(("before", row, len(queue))))
    queue.removed.connect(lambda row: news.append(("after", row, len(queue))))

    queue.remove(second.id)

    assert news == [("before", 1, 3), ("after", 1, 2)]
    assert (first.id in queue, second.id in queue) == (True, False)
    assert queue.row_of(third.id) == 1


def test_a_change_is_told_once_with_its_row(queue: JobQueue) -> None:
    queue.append(job("a"))
    second = queue.append(job("b")).job
    news: list[tuple[str, int]] = []
    queue.changed.connect(lambda job_id, row: news.append((job_id, row)))

    status = queue.update(second.id, state=JobState.RUNNING)
    queue.update(second.id, state=JobState.RUNNING)

    assert status == JobStatus(state=JobState.RUNNING)
    assert queue.entry(second.id).status is status
    assert news == [(second.id, 1)]


def test_the_same_job_cannot_be_in_the_queue_twice(queue: JobQueue) -> None:
    one = queue.append(job("a")).job

    with pytest.raises(ValueError, match="in the queue already"):
        queue.append(one)

    assert len(queue) == 1


def test_a_running_job_cannot_be_taken_out(queue: JobQueue) -> None:
    one = queue.append(job("a"), JobStatus(state=JobState.RUNNING)).job

    with pytest.raises(ValueError, match="cancel it first"):
        queue.remove(one.id)

    assert one.id in queue


def test_walking_the_queue_survives_a_removal_meanwhile(queue: JobQueue) -> None:
    jobs = [queue.append(job(name)).job for name in "abc"]

    for entry in queue:
        queue.remove(entry.job.id)

    assert len(queue) == 0
    assert jobs[0].id not in queue


def test_a_job_is_a_snapshot_that_nobody_can_change() -> None:
    source = Source(path=Path("photo.png"), media_type="image/png", size_bytes=1, mtime_ns=2)

    for frozen, name in ((source, "size_bytes"), (job("a"), "name")):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(frozen, name, 3)


def test_every_job_is_found_in_its_row_after_any_removal(queue: JobQueue) -> None:
    jobs = [queue.append(job(name)).job for name in "abcdef"]
    for gone in (jobs[0], jobs[3], jobs[5]):
        queue.remove(gone.id)
    last = queue.append(job("g")).job

    assert [entry.job for entry in queue] == [jobs[1], jobs[2], jobs[4], last]
    assert [queue.row_of(entry.job.id) for entry in queue] == [0, 1, 2, 3]


def test_a_queue_matches_what_is_on_disk_in_news_for_what_differs(queue: JobQueue) -> None:
    gone, kept, changed = (queue.append(job(name)).job for name in "abc")
    news: list[tuple[str, object]] = []
    queue.removed.connect(lambda row: news.append(("removed", row)))
    queue.inserted.connect(lambda row: news.append(("inserted", row)))
    queue.changed.connect(lambda job_id, row: news.append((job_id, row)))
    done = JobStatus(state=JobState.DONE, result_id="r", note="made elsewhere")
    new = QueueEntry(job("d"), JobStatus(state=JobState.HELD))
    entries = [QueueEntry(kept, JobStatus()), QueueEntry(changed, done), new]

    queue.match(entries)

    assert list(queue) == entries
    assert gone.id not in queue
    assert news == [("removed", 0), (changed.id, 1), ("inserted", 2)]
