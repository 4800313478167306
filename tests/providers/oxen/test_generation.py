from typing import Any

import pytest

from depthstudio.core.errors import BadResponse
from depthstudio.providers.oxen.generation import (
    FAILED,
    PROCESSING,
    QUEUED,
    SUCCEEDED,
    brought_together,
    generation_in_event,
    generation_in_row,
)
from depthstudio.providers.oxen.refusals import words_in
from depthstudio.providers.transport.events import ServerEvent

COMPLETED = "media_generation_completed"


def test_a_row_and_an_event_of_one_end_say_it_in_their_own_words() -> None:
    row = generation_in_row({"status": "failed", "error_message": "no\ncredits."}, "1")
    event = generation_in_event(
        ServerEvent(COMPLETED, '{"generation_id":"1","status":"failed","error":"no credits"}')
    )
    assert event is not None
    assert (row.status, row.error) == (event.status, event.error) == (FAILED, "no credits")


@pytest.mark.parametrize(
    ("started_at", "status", "begun"),
    [(None, "queued", False), (5, "cancelled", True), (None, "cancelled", False)],
)
def test_a_row_tells_whether_work_had_begun(
    started_at: int | None, status: str, begun: bool
) -> None:
    assert generation_in_row({"status": status, "started_at": started_at}, "1").has_begun is begun


def test_an_unknown_status_is_taken_for_running() -> None:
    row = generation_in_row({"generation_id": "1", "status": "paused", "new": [1]}, "1")
    assert (row.status, row.has_ended) == (PROCESSING, False)


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"status": 3}, {"generation_id": "2", "status": "queued"}]
)
def test_a_row_that_says_nothing_of_this_job_is_a_bad_answer(answer: Any) -> None:
    with pytest.raises(BadResponse):
        generation_in_row(answer, "1")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deployment_updated", '{"generation_id":"1","status":"succeeded"}'),
        ("message", '{"generation_id":"1","status":"succeeded"}'),
        (COMPLETED, '{"generation_id":"1","status":"processing"}'),
        (COMPLETED, '{"generation_id":1,"status":"succeeded"}'),
        (COMPLETED, '{"status":"succeeded"}'),
        (COMPLETED, '["1","succeeded"]'),
        (COMPLETED, '{"generation_id":"1",'),
        (COMPLETED, "[" * 100_000),
        (COMPLETED, ""),
    ],
)
def test_what_tells_no_end_is_passed_by(name: str, data: str) -> None:
    assert generation_in_event(ServerEvent(name, data)) is None


def test_the_row_counts_where_it_has_ended_and_the_event_where_it_lags() -> None:
    told = '{"generation_id":"1","status":"succeeded","url":"https://a.example.com/e.mp4"}'
    event = generation_in_event(ServerEvent(COMPLETED, told))
    lagging = brought_together(generation_in_row({"status": QUEUED}, "1"), event)
    failed = brought_together(generation_in_row({"status": FAILED}, "1"), event)
    assert (lagging.status, failed.status) == (SUCCEEDED, FAILED)
    assert lagging.told["event"]["url"] == "https://a.example.com/e.mp4"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"error": {"type": "x", "title": "T", "message": "M", "detail": "D"}}, "T"),
        ({"error": {"message": "M", "detail": "D"}, "error_message": "E"}, "M"),
        ({"error": {"detail": "D"}, "status_message": "S"}, "D"),
        ({"error": "plain"}, "plain"),
        ({"error_message": "E", "status_message": "S"}, "E"),
        ({"status": "error", "status_message": "unknown_error"}, "unknown_error"),
        ({"error": {"title": 5}}, ""),
        ("text", ""),
        ({"error": {"title": "no " * 200}}, "no " * 99 + "no…"),
    ],
)
def test_the_sentence_for_people_is_found_in_every_shape(answer: Any, words: str) -> None:
    assert words_in(answer) == words
