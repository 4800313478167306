from typing import Any

import pytest

from depthstudio.core.errors import BadResponse
from depthstudio.core.job import Progress, Stage
from depthstudio.providers.gradio.failures import AppError
from depthstudio.providers.gradio.following import Completed, Following, SessionGone, Stopped

ID = "19385d99"


class Call:
    """One call that is followed, with what it reported."""

    def __init__(self) -> None:
        self.reports: list[Progress] = []
        self.following = Following(ID, self.reports.append)

    def says(self, msg: str, **fields: Any) -> "Call":
        self.following.read({"msg": msg, "event_id": ID, **fields})
        return self


@pytest.fixture
def call() -> Call:
    return Call()


def test_a_call_waits_starts_and_completes(call: Call) -> None:
    call.says("estimation", rank=1, queue_size=2, rank_eta=12.5)
    call.says("estimation", rank=0, queue_size=1, rank_eta=None)
    assert not call.following.has_started
    call.says("process_starts", eta=3.0)
    assert call.following.has_started
    call.says("process_completed", success=True, output={"data": [1, None]}, title=None)

    assert call.reports == [
        Progress(Stage.WAITING, place=2, eta_s=12.5),
        Progress(Stage.WAITING, place=1),
        Progress(Stage.RUNNING, eta_s=3.0),
    ]
    assert call.following.outcome == Completed([1, None])


def test_progress_is_that_of_the_innermost_bar(call: Call) -> None:
    outer = {"index": 1, "length": 4, "progress": None, "desc": "Frames"}
    inner = {"index": None, "length": None, "progress": 0.5, "desc": "<b>Denoise</b>"}
    call.says("progress", progress_data=[outer])
    call.says("progress", progress_data=[outer, inner])
    call.says("progress", progress_data=[{"progress": 7}])
    call.says("progress", progress_data=[])

    assert call.reports == [
        Progress(Stage.RUNNING, 0.25, "Frames"),
        Progress(Stage.RUNNING, 0.5, "Denoise"),
        Progress(Stage.RUNNING, 1.0),
        Progress(Stage.RUNNING),
    ]


def test_waiting_for_a_gpu_is_waiting(call: Call) -> None:
    for text in ("Waiting for a GPU to become available", "Successfully acquired a GPU"):
        call.says("log", log=text, title="ZeroGPU queue", level="info")
    call.says("log", log="Half way", level="info")

    assert [report.stage for report in call.reports] == [
        Stage.WAITING,
        Stage.RUNNING,
        Stage.RUNNING,
    ]
    assert call.reports[-1].message == "Half way"


def test_a_cancelled_call_that_succeeds_with_nothing_was_stopped(call: Call) -> None:
    call.says("process_completed", success=True, output={}, title=None)
    assert call.following.outcome == Stopped()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (
            {"title": "Error", "output": {"error": "No images found."}},
            AppError("Error", "No images found."),
        ),
        ({"title": None, "output": {"error": None}}, AppError("", None)),
        (
            {"title": None, "output": {"error": "x", "title": "ZeroGPU quota exceeded"}},
            AppError("ZeroGPU quota exceeded", "x"),
        ),
        ({"output": None}, AppError("", None)),
    ],
)
def test_a_failed_call_ends_in_the_apps_own_words(
    call: Call, fields: dict[str, Any], error: AppError
) -> None:
    call.says("process_completed", success=False, **fields)
    assert call.following.outcome == error


def test_a_session_that_is_gone_is_told_from_other_trouble(call: Call) -> None:
    call.says("unexpected_error", message="404: Not Found", session_not_found=True, event_id=None)
    assert call.following.outcome == SessionGone()
    other = Call().says("unexpected_error", message="Server stopped unexpectedly.")
    assert other.following.outcome == AppError("", "Server stopped unexpectedly.")


def test_the_last_word_is_the_last(call: Call) -> None:
    call.says("process_completed", success=True, output={"data": [1]})
    call.says("process_completed", success=False, output={"error": "late"})
    call.says("estimation", rank=3)
    assert call.following.outcome == Completed([1])
    assert call.reports == []


def test_messages_about_other_calls_and_of_unknown_kinds_are_passed_over(call: Call) -> None:
    call.says("process_completed", event_id="other", success=True, output={"data": [9]})
    call.says("heartbeat", event_id=None)
    call.says("something_new", output=[1, 2])
    assert call.following.outcome is None
    assert call.reports == []


def test_a_generators_output_grows_by_changes(call: Call) -> None:
    call.says("process_generating", success=True, output={"data": ["a", [1]]})
    call.says("process_generating", success=True, output={"data": [[["append", [], "b"]], []]})
    call.says("process_completed", success=True, output={})
    assert call.following.outcome == Completed(["ab", [1]])


@pytest.mark.parametrize("message", [None, [], "text", 3])
def test_what_is_no_message_is_the_services_mistake(call: Call, message: object) -> None:
    with pytest.raises(BadResponse):
        call.following.read(message)


@pytest.mark.parametrize("rank", ["first", None, -1, 2.5, True])
def test_a_place_in_line_that_makes_no_sense_is_left_out(call: Call, rank: object) -> None:
    call.says("estimation", rank=rank, rank_eta="soon")
    assert call.reports[0].eta_s is None
    assert call.reports[0].place in (None, 2)
