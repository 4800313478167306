"""Reads what a Gradio stream says about one call, up to its last word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from depthstudio.core.errors import BadResponse
from depthstudio.core.job import Progress, Stage
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.providers.gradio.diffs import changed
from depthstudio.providers.gradio.failures import AppError, plain_text

GPU_LOG_TITLE = "ZeroGPU queue"
LONGEST_ETA_S = 30 * 24 * 3600.0
MOST_IN_LINE = 1_000_000
LARGEST_NUMBER = 1e15
GOT_GPU = "Successfully acquired a GPU"

Message = Mapping[str, Any]


@dataclass(frozen=True)
class Completed:
    """The function has returned; `data` is its whole array of outputs."""

    data: list[Any]


@dataclass(frozen=True)
class Stopped:
    """The call was cancelled, by us or by somebody else."""


@dataclass(frozen=True)
class SessionGone:
    """The server does not know the session any more: it was started again, or is another."""


Outcome = Completed | Stopped | SessionGone | AppError


class Following:
    """What is known of one call; `outcome` is its last word, once that has come."""

    def __init__(self, event_id: str, report: Callable[[Progress], None]) -> None:
        self._event_id = event_id
        self._report = report
        self._partial: Any = None
        self._waits_for_gpu = False
        self.has_started = False
        self.outcome: Outcome | None = None

    def read(self, message: object) -> None:
        """Take in one message of the stream. Kinds nobody knows yet are passed over.

        Raises
        ------
        BadResponse
            when it is no message
        """
        if not isinstance(message, Mapping):
            raise BadResponse(
                "The service's stream says something that is no message",
                hint="Run it again; if it goes on, check the server's address",
            )
        said = cast("Message", message)
        if said.get("event_id") not in (None, self._event_id) or self.outcome is not None:
            return
        match said.get("msg"):
            case "estimation":
                self._in_line(said)
            case "process_starts":
                self.has_started = True
                self._report(Progress(Stage.RUNNING, eta_s=_seconds(said.get("eta"))))
            case "progress":
                self._at_work(said)
            case "log":
                self._log(said)
            case "process_generating":
                self._generating(said)
            case "process_completed":
                self.outcome = self._completed(said)
            case "unexpected_error":
                self.outcome = _unexpected(said)
            case _:
                pass

    def _in_line(self, said: Message) -> None:
        rank = said.get("rank")
        place = rank + 1 if isinstance(rank, int) and 0 <= rank < MOST_IN_LINE else None
        eta_s = _seconds(said.get("rank_eta"))
        self._report(Progress(Stage.WAITING, place=place, eta_s=eta_s))

    def _at_work(self, said: Message) -> None:
        """The innermost of the bars that the app shows in a browser."""
        units = list_in(said.get("progress_data"))
        unit = object_in(units[-1] if units else None)
        fraction = _number(unit.get("progress"))
        index, length = _number(unit.get("index")), _number(unit.get("length"))
        if fraction is None and index is not None and length:
            fraction = index / length
        share = None if fraction is None else min(max(fraction, 0.0), 1.0)
        message = plain_text(str(unit.get("desc") or ""))
        self._report(Progress(Stage.RUNNING, share, message))

    def _log(self, said: Message) -> None:
        text = plain_text(str(said.get("log") or ""))
        if said.get("title") == GPU_LOG_TITLE:
            self._waits_for_gpu = text != GOT_GPU
        stage = Stage.WAITING if self._waits_for_gpu else Stage.RUNNING
        self._report(Progress(stage, message=text))

    def _generating(self, said: Message) -> None:
        data = _data(said)
        if data is not None:
            self._partial = data if self._partial is None else self._merged(data)

    def _merged(self, data: list[Any]) -> list[Any]:
        """Each output is a list of changes to what it was before."""
        if not all(isinstance(edits, list) for edits in data) or len(data) != len(self._partial):
            return data
        return [changed(old, edits) for old, edits in zip(self._partial, data, strict=True)]

    def _completed(self, said: Message) -> Outcome:
        answer = object_in(said.get("output"))
        if not said.get("success"):
            error = answer.get("error")
            title = said.get("title") or answer.get("title") or ""
            return AppError(str(title), error if isinstance(error, str) else None)
        data = _data(said)
        if data is not None:
            return Completed(data)
        # A cancelled call “succeeds” with nothing at all.
        return Stopped() if self._partial is None else Completed(self._partial)


def _unexpected(said: Message) -> Outcome:
    if said.get("session_not_found"):
        return SessionGone()
    return AppError("", str(said.get("message") or "the server stopped unexpectedly"))


def _data(said: Message) -> list[Any] | None:
    data = object_in(said.get("output")).get("data")
    return cast("list[Any]", data) if isinstance(data, list) else None


def _seconds(value: object) -> float | None:
    number = _number(value)
    return None if number is None else min(max(number, 0.0), LONGEST_ETA_S)


def _number(value: object) -> float | None:
    """A number that arithmetic can bear; JSON knows larger ones."""
    if isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER:
        return float(value)
    return None
