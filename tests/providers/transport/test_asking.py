"""JSON calls, once or until there is an answer; and asking until a job is done."""

import json

import pytest

from depthstudio.core.errors import BadResponse, ProviderError, ServiceUnavailable
from depthstudio.providers.transport.json_call import call_json, get_json
from depthstudio.providers.transport.polling import Pace, polled
from tests.providers.transport.conftest import FakeReach
from tests.support.loopback import Exchange, Serve

pytestmark = pytest.mark.anyio


def said(exchange: Exchange, value: object, status: int = 200) -> None:
    exchange.answer(status, json.dumps(value).encode(), Content_Type="application/json")


async def test_a_call_is_sent_once_with_its_body_query_and_headers(
    reach: FakeReach, serve: Serve
) -> None:
    server = serve(lambda exchange: said(exchange, {"id": 7}, 202))
    answer = await call_json(
        reach,
        "Acme",
        "POST",
        f"{server.url}/jobs?a=1",
        body={"x": [1]},
        params={"b": "2"},
        headers={"X-Priority": "low"},
    )
    (question,) = server.questions
    assert answer == {"id": 7}
    assert (question.method, question.path) == ("POST", "/jobs?a=1&b=2")
    assert json.loads(question.body) == {"x": [1]}
    assert question.headers["x-priority"] == "low"


async def test_a_call_that_fails_is_not_sent_again(reach: FakeReach, serve: Serve) -> None:
    server = serve(lambda exchange: exchange.answer(503))
    with pytest.raises(ProviderError) as caught:
        await call_json(reach, "Acme", "POST", f"{server.url}/jobs")
    assert caught.value.may_have_run
    assert len(server.questions) == 1


async def test_a_redirect_of_a_call_is_not_followed(reach: FakeReach, serve: Serve) -> None:
    server = serve(lambda exchange: exchange.answer(307, Location="/elsewhere"))
    with pytest.raises(BadResponse):
        await call_json(reach, "Acme", "POST", f"{server.url}/jobs", body={})
    assert [question.path for question in server.questions] == ["/jobs"]


async def test_a_question_is_asked_again_until_the_service_is_well(
    reach: FakeReach, serve: Serve
) -> None:
    troubles = [502, 429, 200]
    server = serve(lambda exchange: said(exchange, {"ok": True}, troubles.pop(0)))
    reach.clock.advance(0)
    assert await get_json(reach, "Acme", f"{server.url}/health") == {"ok": True}
    assert len(server.questions) == 3


async def test_polling_pauses_longer_and_longer_up_to_a_limit(reach: FakeReach) -> None:
    answers = iter([None, None, None, None, "done"])

    async def ask() -> str | None:
        return next(answers)

    pace = Pace(first_s=2.0, longest_s=5.0, deadline_s=60.0)
    assert await polled(reach, "Acme", ask, pace) == "done"
    assert reach.pauses == [2.0, 3.0, 4.5, 5.0]


async def test_polling_ends_at_its_deadline_and_a_retry_may_go_on(reach: FakeReach) -> None:
    async def ask() -> None:
        return None

    with pytest.raises(ServiceUnavailable, match="within 2 minutes") as caught:
        await polled(reach, "Acme", ask, Pace(30.0, 30.0, 120.0, factor=1.0))
    assert reach.pauses == [30.0] * 4
    assert caught.value.hint
