import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.digest import sha256_file
from depthstudio.core.errors import RemoteJobFailed
from depthstudio.core.job import Job, JobState, Progress, Source, Stage
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.settings.paths import Home
from tests.support.local_provider import Local, file_in, one_file
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import heard, settled, until

pytestmark = pytest.mark.anyio

Add = Callable[..., Any]


async def test_a_finished_job_is_in_the_library_whole(
    session: Session, service: ScriptedService, add: Add, home: Home
) -> None:
    job = await add(session, name="moon.png")
    (status,) = await settled(session.queue, job.id)
    assert status.result_id is not None
    result = await session.result(status.result_id)

    (source,), (artifact,) = result.sources, result.artifacts
    assert (status.state, status.cached) == (JobState.DONE, False)
    assert (result.name, result.provider_id, result.kinds) == ("moon.png", "scripted", ("depth",))
    assert result.params == {"script": "ok", "steps": 1, "label": ""}
    assert result.endpoints == {"api": service.url}
    assert (source.name, source.sha256) == ("moon.png", sha256_file(job.sources[0].path))
    assert artifact.path.read_bytes() == b"made of " + service.jobs["1"].body.encode()
    assert artifact.sha256 == sha256_file(artifact.path)
    await session.aclose()
    assert list(home.work_folder.iterdir()) == []


async def test_the_same_question_again_is_answered_from_the_library(
    session: Session, service: ScriptedService, add: Add
) -> None:
    first = await add(session, name="moon.png")
    (status,) = await settled(session.queue, first.id)
    sent = list(service.requests)

    second = await add(session, name="moon.png", values={"script": "ok", "label": "mine"})
    (known,) = await settled(session.queue, second.id)

    assert (known.state, known.cached, known.result_id) == (JobState.DONE, True, status.result_id)
    assert service.requests == sent
    assert session.library.count() == 1


async def test_the_same_question_twice_at_once_is_asked_once(
    session: Session, service: ScriptedService, add: Add, make_source: Callable[..., Source]
) -> None:
    source = make_source()
    values = {"script": "slow"}
    first = await session.add([source], Order("scripted", values))
    await heard(service.polled)
    second = await session.add([source], Order("scripted", values))
    waiting = Progress(Stage.WAITING, message="the same job is running")
    await until(session.queue, lambda: session.queue.entry(second.id).status.progress == waiting)
    service.release.set()
    statuses = await settled(session.queue, first.id, second.id)

    assert [status.cached for status in statuses] == [False, True]
    assert statuses[0].result_id == statuses[1].result_id
    assert sum(service.accepted.values()) == 1


async def test_when_the_first_fails_the_second_asks_for_itself(
    session: Session, service: ScriptedService, make_source: Callable[..., Source]
) -> None:
    source = make_source()
    jobs = [
        await session.add([source], Order("scripted", {"script": "pause-refuse"})) for _ in range(2)
    ]
    await heard(service.submitted)
    service.release.set()
    statuses = await settled(session.queue, *(job.id for job in jobs))

    assert [status.state for status in statuses] == [JobState.FAILED] * 2
    assert service.requests == ["POST /jobs"] * 2


async def test_asking_again_adds_a_result_and_overwrites_none(
    session: Session, service: ScriptedService, add: Add
) -> None:
    first = await add(session, name="moon.png")
    (before,) = await settled(session.queue, first.id)

    again = await session.run_again(first.id)
    (after,) = await settled(session.queue, again.id)

    assert (after.state, after.cached) == (JobState.DONE, False)
    assert after.result_id != before.result_id
    assert session.library.count() == 2
    assert sum(service.accepted.values()) == 2
    assert again.id != first.id


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda path: path.write_bytes(b"other"), "moon.png changed after it was added"),
        (lambda path: path.unlink(), "moon.png cannot be read: No such file or directory"),
    ],
)
async def test_a_source_that_is_not_what_was_added_fails_saying_so(
    session: Session,
    service: ScriptedService,
    make_source: Callable[..., Source],
    harm: Callable[[Path], Any],
    message: str,
) -> None:
    source = make_source("moon.png")
    harm(source.path)
    job = await session.add([source], Order("scripted"))
    (status,) = await settled(session.queue, job.id)

    assert status.failure is not None
    assert (status.failure.type, status.failure.message) == ("InputError", message)
    assert service.requests == []


async def no_files(sources: Any, ctx: Any) -> list[Artifact]:
    return []


async def file_elsewhere(sources: Any, ctx: Any) -> list[Artifact]:
    return [file_in(ctx.folder.parent.parent, b"outside")]


async def link_elsewhere(sources: Any, ctx: Any) -> list[Artifact]:
    outside = file_in(ctx.folder.parent.parent, b"outside")
    link = ctx.folder / "out.bin"
    link.symlink_to(outside.path)
    return [replace(outside, path=link)]


async def missing_file(sources: Any, ctx: Any) -> list[Artifact]:
    path = ctx.folder / "out.bin"
    return [Artifact(role=Role.DEPTH, path=path, media_type="x", size_bytes=1, sha256="ab")]


@pytest.mark.parametrize("work", [no_files, file_elsewhere, link_elsewhere, missing_file])
async def test_files_that_are_not_there_are_the_provider_s_fault(
    open_session: Any, add: Add, work: Any
) -> None:
    async with open_session(Local(work)) as session:
        job = await add(session, provider="local")
        (status,) = await settled(session.queue, job.id)

        assert status.failure is not None
        assert (status.state, status.failure.type) == (JobState.FAILED, "BadResponse")
        assert session.library.count() == 0


async def test_a_mistake_in_a_provider_is_an_unexpected_error_in_row_and_log(
    open_session: Any, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(sources: Any, ctx: Any) -> list[Artifact]:
        raise ZeroDivisionError("division by zero")

    async with open_session(Local(broken)) as session:
        job = await add(session, provider="local")
        (status,) = await settled(session.queue, job.id)

    assert status.failure is not None
    assert (status.failure.type, status.failure.retryable) == ("UnexpectedError", True)
    assert status.failure.detail == "ZeroDivisionError: division by zero"
    (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert job.id in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


async def test_a_warning_of_the_provider_is_kept_with_the_result(
    open_session: Any, add: Add
) -> None:
    async def warning(sources: Any, ctx: Any) -> list[Artifact]:
        ctx.note("the sky was left out")
        ctx.note("no colours")
        return await one_file(sources, ctx)

    async with open_session(Local(warning)) as session:
        job = await add(session, provider="local")
        (status,) = await settled(session.queue, job.id)
        result = await session.result(status.result_id)

    assert status.note == "the sky was left out · no colours"
    assert result.warnings == ("the sky was left out · no colours",)


async def test_each_attempt_has_a_folder_of_its_own_and_following_goes_on_in_it(
    open_session: Any, service: ScriptedService, add: Add, home: Home, make_source: Any
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        job = await add(session, "slow")
        await heard(service.polled)
    (first,) = (home.work_folder / job.id).iterdir()
    service.release.set()
    seen: list[list[Path]] = []
    async with open_session(scripted_at(service.url)) as session:
        store = session.library.store

        def watching(draft: Any, artifacts: Any) -> Any:
            seen.append([artifact.path.parent for artifact in artifacts])
            return store(draft, artifacts)

        session.library.store = watching
        await settled(session.queue, job.id)

    assert seen == [[first]]


async def test_following_goes_on_when_somebody_swept_the_folder(
    open_session: Any, service: ScriptedService, add: Add, home: Home
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        jobs = [await add(session, "slow") for _ in range(2)]
        await until(
            session.queue,
            lambda: (
                all(e.status.progress and e.status.progress.message for e in session.queue)
                and len(service.jobs) == 2
            ),
        )
    (only_attempt,) = (home.work_folder / jobs[0].id).iterdir()
    only_attempt.rmdir()
    (home.work_folder / jobs[1].id / only_attempt.name).mkdir()
    service.release.set()
    async with open_session(scripted_at(service.url)) as session:
        statuses = await settled(session.queue, *(job.id for job in jobs))

    assert [status.state for status in statuses] == [JobState.DONE] * 2


async def test_folders_of_jobs_nobody_knows_are_swept_at_the_start(
    open_session: Any, home: Home
) -> None:
    (home.work_folder / "stray").mkdir()
    async with open_session():
        assert list(home.work_folder.iterdir()) == []
    home.work_folder.rmdir()
    async with open_session() as session:
        assert len(session.queue) == 0


async def test_a_result_that_was_stored_before_a_crash_is_not_stored_twice(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    """The crash came after the library's rename and before the journal knew."""
    async with open_session(scripted_at(service.url)) as session:
        ledger_move = session._ledger.move
        stored = asyncio.Event()

        async def crash_at_done(job_id: str, to: Any, **changes: Any) -> Any:
            if to == "done":
                stored.set()
                await asyncio.Event().wait()
            return await ledger_move(job_id, to, **changes)

        session._ledger.move = crash_at_done
        job = await add(session)
        await stored.wait()
        for task in asyncio.all_tasks():
            if task.get_name() == f"job {job.id}":
                crashed = task
        (row,) = await session._restored.journal.rows()
        sealing = [t for t in asyncio.all_tasks() if "_sealed" in repr(t.get_coro())]
        for task in sealing:
            task.cancel()
        session._pipeline.leaving.now = True
        await asyncio.wait([crashed])
    async with open_session(scripted_at(service.url)) as session:
        (status,) = await settled(session.queue, job.id)
        assert (status.state, status.result_id) == (JobState.DONE, row.result_id)
        assert session.library.count() == 1
    assert sum(service.accepted.values()) == 1


async def test_several_sources_are_hashed_in_order_and_reported(
    session: Session, make_source: Callable[..., Source]
) -> None:
    reports: list[Progress] = []

    def note(job_id: str, row: int) -> None:
        progress = session.queue.at(row).status.progress
        if progress and progress.stage is Stage.PREPARING:
            reports.append(progress)

    session.queue.changed.connect(note)
    sources = [make_source(name, (1, 2, n)) for n, name in enumerate(("b.png", "a.png"))]
    job: Job = await session.add(sources, Order("scripted"))
    (status,) = await settled(session.queue, job.id)
    assert status.result_id is not None
    result = await session.result(status.result_id)

    assert [source.name for source in result.sources] == ["b.png", "a.png"]
    assert [s.sha256 for s in result.sources] == [sha256_file(s.path) for s in sources]
    assert reports[0] == Progress(Stage.PREPARING, 0.0, "b.png")
    assert job.name == "b.png + 1"


async def test_a_source_that_changes_while_its_job_waits_for_the_same_question_fails(
    open_session: Any, make_source: Callable[..., Source]
) -> None:
    release = asyncio.Event()
    asked: list[Any] = []

    async def fails(sources: Any, ctx: Any) -> list[Artifact]:
        asked.append(sources)
        ctx.report(Progress(Stage.RUNNING))  # news, so that whoever waits looks again
        await release.wait()
        raise RemoteJobFailed("Not this one")

    source = make_source("moon.png")
    async with open_session(Local(fails)) as session:
        jobs = [await session.add([source], Order("local")) for _ in range(2)]

        def waiting() -> list[str]:
            progress = {job.id: session.queue.entry(job.id).status.progress for job in jobs}
            return [id_ for id_, p in progress.items() if p and p.stage is Stage.WAITING]

        # Which of the two is first is up to the threads that hash their source.
        await until(session.queue, lambda: bool(asked) and bool(waiting()))
        (behind,) = waiting()
        source.path.write_bytes(b"other")
        release.set()
        await settled(session.queue, *(job.id for job in jobs))
        status = session.queue.entry(behind).status

    assert status.failure is not None
    assert status.failure.message == "moon.png changed after it was added"
    assert len(asked) == 1


async def test_a_working_folder_that_cannot_be_made_says_so(
    open_session: Any, add: Add, home: Home
) -> None:
    async with open_session(Local(one_file)) as session:
        home.work_folder.rmdir()
        home.work_folder.write_bytes(b"in the way")
        job = await add(session, provider="local")
        (status,) = await settled(session.queue, job.id)

    assert status.failure is not None
    assert status.failure.type == "LibraryError"
    assert status.failure.message.startswith("The working folder of this job could not be made")
