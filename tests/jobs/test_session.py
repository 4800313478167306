from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    InputError,
    JournalError,
    LibraryError,
    ParamError,
    ProviderError,
    ServiceUnavailable,
    UsageError,
)
from depthstudio.core.job import HoldKind, JobState, Progress, Source, Stage
from depthstudio.core.result import Result
from depthstudio.jobs.decoding import decode_result
from depthstudio.jobs.order import Order
from depthstudio.jobs.reach import check_provider
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Unusable
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home
from tests.support.fake_clock import FakeClock
from tests.support.local_provider import Local, one_file
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import heard, settled, until

pytestmark = pytest.mark.anyio

Add = Callable[..., Any]
FOLLOWED = Progress(Stage.RUNNING, message="scripted")


async def test_a_job_is_frozen_when_it_is_added(
    session: Session, service: ScriptedService, make_source: Callable[..., Source]
) -> None:
    values, endpoints = {"steps": "2"}, {"api": service.url}
    job = await session.add([make_source()], Order("scripted", values, endpoints=endpoints))
    values["steps"] = "3"
    endpoints.clear()

    assert job.params == {"script": "ok", "steps": 2, "label": ""}
    assert job.endpoints == {"api": service.url}
    await settled(session.queue, job.id)
    assert {step for _, step in service.accepted} == {"step-1", "step-2"}


async def test_what_cannot_be_asked_is_refused_before_there_is_a_row(
    session: Session, make_source: Callable[..., Source]
) -> None:
    source = make_source()
    with pytest.raises(UsageError, match="There is no provider “nobody”"):
        await session.add([source], Order("nobody"))
    with pytest.raises(UsageError, match="There is nothing to run"):
        await session.add([], Order("scripted"))
    with pytest.raises(UsageError, match="Scripted takes 4 at a time, not 5"):
        await session.add([source] * 5, Order("scripted"))
    clip = replace(source, path=Path("/shoot/clip.mp4"), media_type="video/mp4")
    with pytest.raises(UsageError, match=r"Scripted takes photos, not clip\.mp4") as caught:
        await session.add([source, clip], Order("scripted"))
    assert caught.value.hint
    with pytest.raises(ParamError, match="steps"):
        await session.add([source], Order("scripted", {"steps": 0}))
    with pytest.raises(ParamError, match="There is no parameter “colour”"):
        await session.add([source], Order("scripted", {"colour": 1}))

    assert len(session.queue) == 0


# Retrying


async def test_only_what_failed_or_was_cancelled_can_be_retried(session: Session, add: Add) -> None:
    job = await add(session)
    await settled(session.queue, job.id)

    with pytest.raises(UsageError, match="has neither failed nor been cancelled"):
        await session.retry(job.id)


async def test_a_refused_job_is_sent_when_it_is_retried(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "refuse-once")
    (status,) = await settled(session.queue, job.id)
    assert status.state is JobState.FAILED

    assert await session.retry(job.id) == [job]
    (status,) = await settled(session.queue, job.id)

    assert (status.state, status.failure) == (JobState.DONE, None)
    assert sum(service.accepted.values()) == 1


@pytest.mark.parametrize(
    "error",
    [
        ServiceUnavailable("The connection broke off"),
        AuthError("The key was refused", may_have_run=False),
        BadResponse("The file was cut short"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_job_that_got_ids_is_followed_when_it_is_retried_and_not_sent_again(
    open_session: Any, service: ScriptedService, add: Add, error: ProviderError
) -> None:
    scripted = scripted_at(service.url)
    follow, breaks = scripted._follow, [True]

    async def breaks_once(ids: Any, ctx: Any) -> None:
        if breaks.pop() if breaks else False:
            raise error
        await follow(ids, ctx)

    scripted._follow = breaks_once
    async with open_session(scripted) as session:
        job = await add(session)
        (status,) = await settled(session.queue, job.id)
        assert status.state is JobState.FAILED
        await session.retry(job.id)
        (status,) = await settled(session.queue, job.id)

    assert status.state is JobState.DONE
    assert sum(service.accepted.values()) == 1


async def test_a_job_whose_provider_was_gone_for_a_while_is_followed_and_not_sent_again(
    open_session: Any, service: ScriptedService, add: Add
) -> None:
    async with open_session(scripted_at(service.url)) as session:
        job = await add(session, "slow")
        await heard(service.polled)
    service.release.set()
    async with open_session() as without:
        (status,) = await settled(without.queue, job.id)
        assert status.state is JobState.FAILED
    async with open_session(scripted_at(service.url)) as session:
        await session.retry(job.id)
        (status,) = await settled(session.queue, job.id)

    assert status.state is JobState.DONE
    assert sum(service.accepted.values()) == 1


async def test_a_job_the_service_could_not_do_is_sent_anew(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "fail")
    await settled(session.queue, job.id)

    await session.retry(job.id)
    (status,) = await settled(session.queue, job.id)

    assert status.failure is not None
    assert status.failure.type == "RemoteJobFailed"
    assert sum(service.accepted.values()) == 2


async def test_what_only_could_not_be_stored_is_stored_without_asking_the_service(
    session: Session, service: ScriptedService, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(draft: Any, artifacts: Sequence[Any]) -> Result:
        raise LibraryError("The disk is full")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(session.library, "store", refuse)
        job = await add(session)
        (status,) = await settled(session.queue, job.id)
        assert status.failure is not None
        assert status.failure.message == "The disk is full"
    sent = list(service.requests)

    await session.retry(job.id)
    (status,) = await settled(session.queue, job.id)

    assert (status.state, service.requests) == (JobState.DONE, sent)


async def test_a_cancelled_job_is_run_from_the_start(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "slow")
    await heard(service.polled)
    await session.cancel(job.id)
    service.release.set()

    await session.retry(job.id)
    (status,) = await settled(session.queue, job.id)

    assert (status.state, status.note) == (JobState.DONE, "")
    assert sum(service.accepted.values()) == 2


async def test_a_file_that_was_mended_takes_the_place_of_its_row(
    session: Session, make_photo: Callable[..., Path], tmp_path: Path, service: ScriptedService
) -> None:
    path = tmp_path / "photo.png"
    path.write_text("not yet")
    (unusable,) = (await session.take_in([path])).unusable
    bad = await session.add_unusable(
        unusable, Order("scripted", {"steps": 2}, endpoints={"api": service.url}, again=True)
    )
    status = session.queue.entry(bad.id).status
    assert status.failure is not None
    assert (status.state, status.failure.type) == (JobState.FAILED, "InputError")
    assert "is a text file" in status.failure.message

    assert await session.retry(bad.id) == [bad]
    assert session.queue.entry(bad.id).status == status
    make_photo("photo.png")
    (good,) = await session.retry(bad.id)
    (status,) = await settled(session.queue, good.id)

    assert status.state is JobState.DONE
    assert [entry.job.id for entry in session.queue] == [good.id]
    assert (good.params["steps"], good.again) == (2, True)
    assert good.endpoints == {"api": service.url}


# The question of a lost submit


async def test_a_lost_submit_is_sent_again_only_when_a_person_says_so(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "silence")
    (status,) = await settled(session.queue, job.id)
    assert status.hold is not None
    assert (status.hold.kind, status.hold.needs_person) == (HoldKind.SUBMIT_LOST, True)
    assert sum(service.accepted.values()) == 1

    await session.send_again(job.id)
    await until(session.queue, lambda: sum(service.accepted.values()) == 2)
    (status,) = await settled(session.queue, job.id)

    assert status.hold is not None


async def test_a_lost_submit_that_is_given_up_has_failed(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "silence")
    await settled(session.queue, job.id)

    await session.mark_lost(job.id)

    status = session.queue.entry(job.id).status
    assert status.failure is not None
    assert (status.state, status.failure.type) == (JobState.FAILED, "SubmitUnknown")
    assert (status.hold, sum(service.accepted.values())) == (None, 1)


async def test_a_job_that_is_not_lost_takes_no_answer(session: Session, add: Add) -> None:
    job = await add(session)
    await settled(session.queue, job.id)

    for answer in (session.send_again, session.mark_lost):
        with pytest.raises(UsageError, match="is not waiting for that answer"):
            await answer(job.id)


# Removing


async def test_removing_a_job_cancels_it_and_keeps_its_result(
    session: Session, service: ScriptedService, add: Add, home: Home
) -> None:
    done = await add(session)
    await settled(session.queue, done.id)
    running = await add(session, "slow")
    await until(session.queue, lambda: session.queue.at(1).status.progress == FOLLOWED)
    for job in (done, running):
        await session.remove(job.id)

    assert len(session.queue) == 0
    assert session.library.count() == 1
    assert service.jobs["2"].cancelled
    assert await session._restored.journal.rows() == []
    assert list(home.work_folder.iterdir()) == []


async def test_a_job_that_may_have_been_sent_is_not_removed_unasked(
    session: Session, service: ScriptedService, add: Add
) -> None:
    job = await add(session, "pause-silence")
    await heard(service.submitted)
    service.release.set()

    with pytest.raises(UsageError, match=r"Nobody knows whether .* was sent") as caught:
        await session.remove(job.id)

    assert "send it again, or give it up" in caught.value.hint
    assert session.queue.entry(job.id).status.state is JobState.HELD
    await session.remove(job.id)
    assert len(session.queue) == 0


# Results


async def test_a_stored_result_is_told_on_the_loop_and_can_be_loaded(
    session: Session, add: Add
) -> None:
    told: list[Result] = []
    session.result_added.connect(told.append)
    job = await add(session, name="moon.png")
    (status,) = await settled(session.queue, job.id)
    assert status.result_id is not None

    result = await session.result(status.result_id)
    views = await session.load(result)

    assert told == [result]
    assert not views.has_scene


async def test_a_result_of_a_provider_that_is_gone_says_so(session: Session, add: Add) -> None:
    job = await add(session)
    (status,) = await settled(session.queue, job.id)
    assert status.result_id is not None
    result = await session.result(status.result_id)

    with pytest.raises(LibraryError, match="made by Scripted, which is not installed") as caught:
        decode_result(result, Registry([Local(one_file)]))
    assert caught.value.hint == "Its files can still be opened one by one"


async def test_an_earlier_answer_is_known_before_anything_is_asked(
    session: Session, add: Add, make_source: Callable[..., Source]
) -> None:
    source = make_source("moon.png")
    assert await session.known_result([source], Order("scripted")) is None
    job = await add(session, name="moon.png")
    (status,) = await settled(session.queue, job.id)

    known = await session.known_result([job.sources[0]], Order("scripted", {"label": "mine"}))

    assert known is not None
    assert known.id == status.result_id
    assert await session.known_result([job.sources[0]], Order("scripted", {"steps": 2})) is None


async def test_a_scene_is_read_for_viewing_and_a_photo_is_not(
    session: Session, make_photo: Callable[..., Path]
) -> None:
    with pytest.raises(InputError, match="is a picture, not a finished result"):
        await session.open_scene(make_photo())


# Opening


async def test_a_session_is_a_context_manager(home: Home, clock: FakeClock) -> None:
    async with Session(home, Registry(), clock=clock) as session:
        assert len(session.queue) == 0
    await session.aclose()


async def test_a_session_that_cannot_open_leaves_nothing_behind(
    home: Home, clock: FakeClock
) -> None:
    home.journal_file.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)

    with pytest.raises(JournalError, match="cannot be used"):
        async with Session(home, Registry(), clock=clock):
            pytest.fail("it opened a damaged journal")


async def test_a_session_goes_by_the_real_clock_unless_told_otherwise(
    home: Home, make_source: Callable[..., Source], service: ScriptedService
) -> None:
    async with Session(home, Registry([scripted_at(service.url)])) as session:
        job = await session.add([make_source()], Order("scripted", {"script": "slow"}))
        await heard(service.polled)
        service.release.set()
        (status,) = await settled(session.queue, job.id)

    assert status.started_at is not None
    assert status.ended_at is not None
    assert job.created_at <= status.started_at <= status.ended_at


async def test_an_unusable_row_needs_no_provider(session: Session, tmp_path: Path) -> None:
    unusable = Unusable(tmp_path / "a.txt", InputError("It is a text file"))

    job = await session.add_unusable(unusable, Order("nobody"))

    assert session.queue.entry(job.id).status.state is JobState.FAILED


async def test_a_provider_is_checked_where_it_is(service: ScriptedService) -> None:
    health = await check_provider(scripted_at("https://scripted.invalid"), {"api": service.url})
    local = await check_provider(Local(one_file))

    assert (health.ok, local.ok, local.message) == (True, True, "Runs on this computer")
    assert service.requests == ["GET /health"]
    with pytest.raises(ServiceUnavailable, match="Scripted cannot be reached"):
        await check_provider(scripted_at("https://scripted.invalid"))
