"""What Oxen refuses, or answers in a way that leaves a question."""

import json
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.job import HoldKind, JobState
from tests.services.oxen.conftest import Open
from tests.support.oxen_jobs import ENVIRONMENT
from tests.support.oxen_repositories import Repository
from tests.support.oxen_service import OxenService
from tests.support.oxen_trouble import (
    ENQUEUE,
    failure_of,
)
from tests.support.rest_service import NGINX_502, Answer

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("quick_looks")]


async def test_a_wrong_key_fails_before_the_file_leaves(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    async with opened({**ENVIRONMENT, "OXEN_API_KEY": "wrong"}) as jobs:
        status = await jobs.run_file(clip)

    assert failure_of(status)[0] == "AuthError"
    assert [request.target for request in oxen.requests] == ["GET /api/events"]


@pytest.mark.parametrize("code", [400, 402])
async def test_no_credit_at_the_door_is_said_and_nothing_runs(
    opened: Open, oxen: OxenService, url: str, code: int
) -> None:
    oxen.credits, oxen.credits_status = "enqueue", code
    async with opened() as jobs:
        status = await jobs.run_url(url)

    kind, message, hint = failure_of(status)
    assert (kind, message) == (
        "ProviderError",
        f"Oxen asks for credit ({code}): Insufficient credits",
    )
    assert "Add credits" in hint
    assert oxen.rows == {}


async def test_no_credit_while_it_runs_is_said_too(
    opened: Open, oxen: OxenService, url: str
) -> None:
    oxen.credits = "run"
    async with opened() as jobs:
        status = await jobs.run_url(url)

    kind, message, hint = failure_of(status)
    assert (kind, message) == ("RemoteJobFailed", "Oxen could not make it: Insufficient credits")
    assert "Add credits" in hint


async def test_a_private_repository_is_the_services_own_failure(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.repositories.by_name["me/depthstudio-uploads"] = Repository(is_public=False)
    async with opened() as jobs:
        status = await jobs.run_file(clip)

    kind, message, hint = failure_of(status)
    assert kind == "RemoteJobFailed"
    assert "could not download" in message
    assert "for anybody, without a sign-in" in hint


async def test_a_refusal_of_a_parameter_is_told_in_the_services_words(
    opened: Open, oxen: OxenService, url: str
) -> None:
    async with opened() as jobs:
        late = await jobs.run_url(url, extra={"sharpness": 3})
        early = await jobs.run_url(url, call="sync", extra={"sharpness": 3})

    assert failure_of(late)[:2] == (
        "RemoteJobFailed",
        "Oxen could not make it: Getting model response error: 422 - sharpness: Extra inputs are"
        " not permitted",
    )
    kind, message, _ = failure_of(early)
    assert (kind, message.partition(": ")[0]) == ("ProviderError", "Oxen refused the request (422)")
    assert "sharpness" in message


@pytest.mark.parametrize("values", [{}, {"call": "sync"}], ids=["queue", "sync"])
@pytest.mark.parametrize(
    ("kind", "facts"),
    [("lose_answer", {}), ("answer", {"answer": Answer(502, NGINX_502)})],
    ids=["answer lost", "502"],
)
async def test_a_lost_answer_to_the_submit_is_a_question_and_never_sent_again(
    opened: Open, oxen: OxenService, url: str, kind: str, facts: dict[str, Any], values: Any
) -> None:
    oxen.fault("^POST /api/ai/", kind, **facts)
    async with opened() as jobs:
        status = await jobs.run_url(url, **values)
    async with opened():
        pass

    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST
    assert len(oxen.accepted) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer.of({"generations": []}), Answer.of({"generations": [{"status": "queued"}]}), Answer()],
    ids=["none", "without id", "no JSON"],
)
async def test_an_answer_without_an_id_is_a_question(
    opened: Open, oxen: OxenService, url: str, answer: Answer
) -> None:
    oxen.fault(ENQUEUE, "answer", answer=answer)
    async with opened() as jobs:
        status = await jobs.run_url(url)

    assert status.hold is not None
    assert status.hold.kind is HoldKind.SUBMIT_LOST


async def test_too_many_requests_hold_the_service_and_the_file_is_not_sent_twice(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    limit = Answer.of({"error": {"title": "Slow down"}}, 429, Retry_After="3600")
    oxen.fault(ENQUEUE, "answer", answer=limit)
    async with opened() as jobs:
        status = await jobs.run_file(clip)
        assert status.hold is not None
        assert (status.hold.kind, status.state) == (HoldKind.SERVICE, JobState.HELD)
        await jobs.session.runner.try_now(jobs.provider_id)
        job = jobs.session.queue.at(0).job
        assert (await jobs.reached(job, JobState.DONE)).state is JobState.DONE

    assert len(oxen.matching("^PUT ")) == 1
    assert len(oxen.rows) == 1


async def test_the_key_is_in_nothing_that_is_kept_or_said(
    opened: Open, oxen: OxenService, url: str
) -> None:
    key = ENVIRONMENT["OXEN_API_KEY"]
    oxen.fault(ENQUEUE, "answer", answer=Answer.of({"error": {"title": f"bad key {key}"}}, 400))
    async with opened() as jobs:
        status = await jobs.run_url(url)
        said = json.dumps([*failure_of(status), status.failure and status.failure.detail])

    assert "bad key" in said
    assert key not in said
