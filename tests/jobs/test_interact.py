"""Asking the service about a finished job, while it still knows it."""

from collections.abc import AsyncGenerator, Callable, Iterator

import pytest

from depthstudio.core.errors import NotOffered, ResultLost, ServiceUnavailable
from depthstudio.core.job import Job, Source
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from tests.support.local_provider import Local, one_file
from tests.support.measuring_provider import Measurable, MeasuringService
from tests.support.watch import settled

pytestmark = pytest.mark.anyio

ACTION = {"view": 1, "points": [[24, 7]]}


@pytest.fixture
def answering() -> Iterator[MeasuringService]:
    with MeasuringService() as service:
        yield service


@pytest.fixture
async def asked(
    anyio_backend: str, open_session: Callable[..., object], answering: MeasuringService
) -> AsyncGenerator[Session]:
    async with open_session(Measurable(answering.url), Local(one_file)) as session:
        yield session


async def done(session: Session, source: Source, provider_id: str = "measurable") -> Job:
    job = await session.add([source], Order(provider_id))
    await settled(session.queue, job.id)
    return job


async def test_the_service_is_asked_with_what_it_gave_and_what_the_user_gave(
    asked: Session,
    answering: MeasuringService,
    make_source: Callable[..., Source],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEASURABLE_TOKEN", "sesame")
    job = await done(asked, make_source())
    answer = await asked.interact(job.id, ACTION)
    assert answer.values["depths"] == pytest.approx([2.4])
    assert answering.requests == [{"session": "session-1", **ACTION}]
    assert answering.tokens[-1] == "sesame"
    answer = await asked.interact(job.id, {"view": 1, "points": [[10, 7]]})
    assert answer.values["distance"] == pytest.approx(1.4)


async def test_a_result_names_the_job_that_may_still_be_asked(
    asked: Session, make_source: Callable[..., Source]
) -> None:
    job = await done(asked, make_source())
    result_id = asked.queue.entry(job.id).status.result_id or ""
    assert asked.job_to_ask(result_id, "measure") == job.id
    assert asked.job_to_ask(result_id, "dance") == ""
    assert asked.job_to_ask("somebody-else", "measure") == ""


async def test_an_answer_from_the_library_has_nobody_to_ask(
    asked: Session, answering: MeasuringService, make_source: Callable[..., Source]
) -> None:
    first = await done(asked, make_source())
    result_id = asked.queue.entry(first.id).status.result_id or ""
    second = await done(asked, make_source())
    assert asked.queue.entry(second.id).status.cached
    assert asked.job_to_ask(result_id, "measure") == first.id
    await asked.remove(first.id)
    assert asked.job_to_ask(result_id, "measure") == ""
    with pytest.raises(ResultLost, match="keeps no session"):
        await asked.interact(second.id, ACTION)
    assert answering.requests == []


async def test_what_the_service_has_forgotten_is_lost(
    asked: Session, answering: MeasuringService, make_source: Callable[..., Source]
) -> None:
    job = await done(asked, make_source())
    answering.forgets = True
    with pytest.raises(ResultLost, match="Measurable has forgotten this result"):
        await asked.interact(job.id, ACTION)


async def test_a_provider_without_actions_is_not_asked(
    asked: Session, make_source: Callable[..., Source]
) -> None:
    job = await done(asked, make_source(), "local")
    with pytest.raises(NotOffered, match="Local offers no actions"):
        await asked.interact(job.id, ACTION)


async def test_a_service_that_is_not_there_is_said_to_be_so(
    open_session: Callable[..., object],
    answering: MeasuringService,
    make_source: Callable[..., Source],
) -> None:
    with MeasuringService() as going:
        gone = going.url
        async with open_session(Measurable(gone)) as session:
            job = await done(session, make_source())
    async with open_session(Measurable(gone)) as session:
        with pytest.raises(ServiceUnavailable):
            await session.interact(job.id, ACTION)
