"""The same order after a job that ended, and whose paid work may still come."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import BadResponse, LibraryError
from depthstudio.core.job import Job, JobState, Source
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.jobs.ledger import TAKEN_OVER
from depthstudio.jobs.order import Order
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.runner import MAY_RUN
from depthstudio.jobs.session import Session
from depthstudio.jobs.work_folders import WorkFolders
from depthstudio.settings.paths import Home
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import heard, settled, submits

pytestmark = pytest.mark.anyio

MakeSource = Callable[..., Source]
EARLIER = "Goes on with what an earlier job ordered"


class Move:
    """The move of a job's folder: it can be met in the middle, or fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.trouble: list[Exception] = []
        move = WorkFolders.hand_over

        def hand_over(folders: WorkFolders, left: JournalRow, to_id: str) -> Any:
            self.begun.set()
            assert self.go_on.wait(10)
            if self.trouble:
                raise self.trouble.pop()
            return move(folders, left, to_id)

        monkeypatch.setattr(WorkFolders, "hand_over", hand_over)


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Move:
    return Move(monkeypatch)


async def same(session: Session, make_source: MakeSource, script: str) -> Job:
    source = make_source(f"{len(session.queue)}.png")  # another file with the same bytes
    return await session.add([source], Order("scripted", {"script": script}))


async def left_running(session: Session, make_source: MakeSource, home: Home) -> Job:
    """A job that was cancelled while its service could not be told, with a file of its own."""
    job = await same(session, make_source, "hold-follow-once")
    await settled(session.queue, job.id)
    await session.cancel(job.id)
    (attempt,) = (home.work_folder / job.id).iterdir()
    (attempt / "answer.json").write_text("paid for")
    await session.runner.try_now("scripted")
    return job


def answers(home: Home, job: Job) -> list[Path]:
    return list((home.work_folder / job.id).glob("*/answer.json"))


def row_of(home: Home, job: Job) -> JournalRow:
    (row,) = (row for row in read_journal(home.journal_file) if row.job.id == job.id)
    return row


async def test_the_later_job_says_when_it_was_ordered_and_the_earlier_one_who_fetches_it(
    session: Session, service: ScriptedService, make_source: MakeSource, home: Home
) -> None:
    left = await left_running(session, make_source, home)
    later = await same(session, make_source, "hold-follow-once")
    (status,) = await settled(session.queue, later.id)

    assert status.state is JobState.DONE
    assert status.note.startswith(EARLIER)
    earlier = session.queue.entry(left.id).status
    assert (earlier.note, earlier.may_come) == (TAKEN_OVER, False)
    assert submits(service) == [left.id]


async def test_a_cancel_while_the_folder_moves_leaves_the_later_job_with_all_of_it(
    session: Session, service: ScriptedService, make_source: MakeSource, home: Home, move: Move
) -> None:
    left = await left_running(session, make_source, home)
    move.go_on.clear()
    later = await same(session, make_source, "hold-follow-once")
    await heard(move.begun)
    cancel = asyncio.create_task(session.cancel(later.id))
    for _ in range(10):
        await asyncio.sleep(0)
    move.go_on.set()
    await cancel

    status = session.queue.entry(later.id).status
    assert (status.state, status.note, status.may_come) == (JobState.CANCELLED, MAY_RUN, True)
    assert [path.read_text() for path in answers(home, later)] == ["paid for"]
    assert not session.queue.entry(left.id).status.may_come
    await session.retry(later.id)
    (status,) = await settled(session.queue, later.id)
    assert (status.state, submits(service)) == (JobState.DONE, [left.id])
    assert status.note.startswith(EARLIER)  # also in another attempt


async def test_while_the_folder_moves_both_have_the_ids_so_that_a_crash_loses_none(
    session: Session, make_source: MakeSource, home: Home, move: Move
) -> None:
    left = await left_running(session, make_source, home)
    move.go_on.clear()
    later = await same(session, make_source, "hold-follow-once")
    await heard(move.begun)
    rows = [row_of(home, job) for job in (left, later)]
    move.go_on.set()
    await settled(session.queue, later.id)

    assert [row.checkpoint.has_work for row in rows] == [True, True]
    assert rows[0].may_come
    assert rows[1].phase is Phase.FOLLOWING


async def test_a_job_that_is_retried_while_it_is_taken_over_goes_on_itself(
    session: Session, service: ScriptedService, make_source: MakeSource, home: Home, move: Move
) -> None:
    left = await left_running(session, make_source, home)
    move.go_on.clear()
    later = await same(session, make_source, "hold-follow-once")
    await heard(move.begun)
    await session.retry(left.id)
    move.go_on.set()
    statuses = await settled(session.queue, left.id, later.id)

    assert [status.state for status in statuses] == [JobState.DONE] * 2
    assert not row_of(home, left).stopped
    assert submits(service) == [left.id]


async def test_a_folder_that_cannot_be_moved_is_taken_over_by_the_retry(
    session: Session, service: ScriptedService, make_source: MakeSource, home: Home, move: Move
) -> None:
    left = await left_running(session, make_source, home)
    move.trouble.append(LibraryError("The files of the earlier job could not be taken over"))
    later = await same(session, make_source, "hold-follow-once")
    (status,) = await settled(session.queue, later.id)
    assert status.failure is not None
    assert status.failure.type == "LibraryError"
    assert len(answers(home, left)) == 1

    await session.retry(later.id)

    (status,) = await settled(session.queue, later.id)
    assert (status.state, submits(service)) == (JobState.DONE, [left.id])
    assert not (home.work_folder / left.id).exists()


@contextlib.asynccontextmanager
async def cut_short(open_session: Any, service: ScriptedService) -> AsyncGenerator[Session]:
    """A session in which the first file that comes is cut short."""
    scripted = scripted_at(service.url)
    written, trouble = scripted._written, [BadResponse("The file was cut short")]

    async def badly(content: bytes, ctx: Any) -> Any:
        if trouble:
            raise trouble.pop()
        return await written(content, ctx)

    scripted._written = badly
    async with open_session(scripted) as session:
        yield session


async def test_the_same_order_follows_a_job_that_failed_with_ids_that_still_bring_it(
    open_session: Any, service: ScriptedService, make_source: MakeSource
) -> None:
    async with cut_short(open_session, service) as session:
        failed = await same(session, make_source, "ok")
        (status,) = await settled(session.queue, failed.id)
        assert status.state is JobState.FAILED

        later = await same(session, make_source, "ok")
        (status,) = await settled(session.queue, later.id)
        await session.retry(failed.id)
        (retried,) = await settled(session.queue, failed.id)

    assert (status.state, status.cached) == (JobState.DONE, False)
    assert status.note.startswith(EARLIER)
    assert (retried.state, retried.cached) == (JobState.DONE, True)
    assert submits(service) == [failed.id]


async def test_what_failed_for_good_and_what_is_wanted_again_is_ordered(
    session: Session, service: ScriptedService, make_source: MakeSource, home: Home
) -> None:
    failed = await same(session, make_source, "fail")
    await settled(session.queue, failed.id)
    later = await same(session, make_source, "fail")
    await settled(session.queue, later.id)
    left = await left_running(session, make_source, home)
    again = await session.run_again(left.id)
    await settled(session.queue, again.id)

    assert submits(service) == [failed.id, later.id, left.id, again.id]


async def test_files_that_only_waited_to_be_stored_are_stored_by_the_same_order(
    session: Session,
    service: ScriptedService,
    make_source: MakeSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, trouble = session.library.store, [LibraryError("The disk is full")]

    def full_once(*given: Any) -> Any:
        if trouble:
            raise trouble.pop()
        return store(*given)

    monkeypatch.setattr(session.library, "store", full_once)
    failed = await same(session, make_source, "ok")
    await settled(session.queue, failed.id)
    asked = len(service.requests)

    later = await same(session, make_source, "ok")

    (status,) = await settled(session.queue, later.id)
    assert status.state is JobState.DONE
    assert len(service.requests) == asked
