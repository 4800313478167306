"""fal's queue: a request is sent once, followed, and its result fetched even when it failed."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from depthstudio.core.errors import BadResponse, ProviderError, ResultLost, ServiceUnavailable
from depthstudio.core.job import Progress, Stage
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json
from depthstudio.providers.base import Context, Reach
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.fal.account import QUEUE
from depthstudio.providers.fal.failures import final_failure, submit_trouble
from depthstudio.providers.fal.ticket import Ticket, ticket_in
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.json_call import get_json
from depthstudio.providers.transport.polling import Pace, polled
from depthstudio.providers.transport.redaction import redacted
from depthstudio.providers.transport.repeat import repeated
from depthstudio.providers.transport.upload import send_body

if TYPE_CHECKING:
    from depthstudio.providers.transport.form_stream import Body

log = logging.getLogger(__name__)

PACE = Pace(first_s=0.5, longest_s=3.0, deadline_s=24 * 3600.0)
LONGEST_LOG_LINE = 200
LONGEST_READ = 4096
MOST_WAITING = 1_000_000_000
MOST_LOG_LINES = 50  # of those that came since the last look
NO_REQUEST = "00000000-0000-4000-8000-000000000000"
SUBMITTED = "submitted"  # the step that started work

ASKED_IN_LINE = (
    "the service was asked to stop; it was in line when last looked at, and what it has begun since"
    " may be charged"
)
ASKED_TO_STOP = "the service was asked to stop; what it has begun may go on there, and be charged"
FINISHED = "the service had finished its part"
FORGOTTEN = "the service no longer knows this request"


@dataclass(frozen=True)
class Completed:
    """The queue's last word. `error` and `kind` are "" where the request did not fail."""

    error: str
    kind: str


@dataclass
class FalQueue:
    """One request of a job, at the queue that the job's endpoints name."""

    ctx: Context
    service: str
    app: str  # owner/app: everything but the submit is asked there
    _waits: bool = False  # in fal's line, when it was last looked at
    _lines_shown: int = 0
    _unknown: set[str] = field(default_factory=set[str])

    async def submit(self, endpoint: str, body: "Body", headers: Mapping[str, str]) -> Ticket:
        """Send a request, journalled before it goes out. A cancel meanwhile is passed on."""

        async def send() -> Mapping[str, Json]:
            with translated_errors(self.service, now=self.ctx.now):
                response = await send_body(
                    self.ctx,
                    "POST",
                    f"{self._queue_url.rstrip('/')}/{endpoint}",
                    body,
                    content_type="application/json",
                    headers=headers,
                    progress=self._sent,
                )
                trouble = submit_trouble(self.service, response, self.ctx.now())
                if trouble is not None:
                    raise trouble
                response.raise_for_status()
            answer = object_in(json_answer(response, self.service))
            return ticket_in(self.service, answer, self._queue_url, self.app).ids()

        try:
            ids = await self.ctx.submit(SUBMITTED, send)
        except asyncio.CancelledError:
            if SUBMITTED in self.ctx.checkpoint.steps:
                ticket = self.ticket(self.ctx.checkpoint.steps[SUBMITTED])
                await self.ctx.cancel_remotely(lambda: self._cancel(ticket))
            raise
        return self.ticket(ids)

    def ticket(self, ids: Mapping[str, Json]) -> Ticket:
        """A request that was written down, for the queue as it is named now."""
        return ticket_in(self.service, ids, self._queue_url, self.app)

    async def follow(self, ticket: Ticket) -> Completed:
        """Wait for the end of a request. A cancel is passed on to fal.

        Raises
        ------
        ResultLost
            when fal no longer knows it
        """
        try:
            return await polled(self.ctx, self.service, lambda: self._look(ticket), PACE)
        except asyncio.CancelledError:
            await self.ctx.cancel_remotely(lambda: self._cancel(ticket))
            raise

    async def result(self, ticket: Ticket, completed: Completed) -> Mapping[str, Any]:
        """What a request brought. It is asked for after a failure too: only here fal says why.

        Raises
        ------
        RemoteJobFailed
            in the words of the model, or of fal
        ResultLost
            when it is not kept any more
        """

        async def ask() -> Mapping[str, Any]:
            with translated_errors(self.service, now=self.ctx.now):
                response = await self.ctx.http.get(ticket.response_url)
                if response.status_code == 400 and b"in progress" in response.content[:1000]:
                    raise ServiceUnavailable(
                        f"{self.service} says it is done, and has no result yet",
                        hint="Try again in a moment",
                    )
                failure = final_failure(self.service, response, completed.error, completed.kind)
                if failure is not None:
                    raise failure
                response.raise_for_status()
            return object_in(json_answer(response, self.service))

        return await repeated(self.ctx, self.service, ask)

    @property
    def _queue_url(self) -> str:
        return self.ctx.endpoints[QUEUE]

    def _sent(self, done_bytes: int, of_bytes: int) -> None:
        self.ctx.report(Progress(Stage.UPLOADING, done_bytes / max(of_bytes, 1)))

    async def _look(self, ticket: Ticket) -> Completed | None:
        try:
            answer = await get_json(self.ctx, self.service, ticket.status_url, params={"logs": "1"})
        except ProviderError as error:
            if error.status != 404:
                raise
            raise ResultLost(
                f"{self.service} no longer knows this request",
                hint="It keeps requests for a short while only. Run it again",
                detail=error.detail,
            ) from error
        status = object_in(answer)
        self._waits = False
        self._show_logs(status)
        match status.get("status"):
            case "IN_QUEUE":
                self._waits = True
                self.ctx.report(Progress(Stage.WAITING, place=_place(status)))
            case "IN_PROGRESS":
                if not self._lines_shown:
                    self.ctx.report(Progress(Stage.RUNNING))
            case "COMPLETED":
                return Completed(
                    self._text(status.get("error")), self._text(status.get("error_type"))
                )
            case other:
                self._wonder(self._text(other))
        return None

    def _show_logs(self, status: Mapping[str, Any]) -> None:
        """Those lines that are new; each answer has them all, or none."""
        lines = list_in(status.get("logs"))
        for line in lines[self._lines_shown :][-MOST_LOG_LINES:]:
            if message := self._text(object_in(line).get("message")):
                self.ctx.report(Progress(Stage.RUNNING, message=message))
        self._lines_shown = max(self._lines_shown, len(lines))

    def _text(self, value: object) -> str:
        """What fal says, on one line, of a length that can be shown, and without secrets."""
        if not isinstance(value, str):
            return ""
        safe = redacted(value[:LONGEST_READ], self.ctx.secrets.values())
        words = " ".join(safe.split())
        return "".join(filter(str.isprintable, words))[:LONGEST_LOG_LINE]

    def _wonder(self, word: str) -> None:
        if word not in self._unknown:
            self._unknown.add(word)
            log.warning("%s says a status nobody knows: %s", self.service, word)
        self.ctx.report(Progress(Stage.RUNNING))

    async def _cancel(self, ticket: Ticket) -> CancelAnswer:
        """Ask fal to stop, and say what it answered. That it obeyed, it does not say."""
        with translated_errors(self.service, now=self.ctx.now):
            response = await self.ctx.http.put(ticket.cancel_url)
            if response.status_code == 400:
                return CancelAnswer(FINISHED, may_come=True)
            if response.status_code == 404:
                return CancelAnswer(FORGOTTEN)
            response.raise_for_status()
        return CancelAnswer(ASKED_IN_LINE if self._waits else ASKED_TO_STOP)


async def require_queue(reach: Reach, service: str, queue_url: str, app: str) -> None:
    """Ask for a request nobody made, which costs nothing: a queue says it does not know it.

    Raises
    ------
    ProviderError
        when the key is refused, or something else answers
    """

    async def ask() -> None:
        with translated_errors(service, now=reach.now):
            url = f"{queue_url.rstrip('/')}/{app}/requests/{NO_REQUEST}/status"
            response = await reach.http.get(url)
            if response.status_code != 404:
                response.raise_for_status()
        if not object_in(json_answer(response, service)):
            raise BadResponse(f"{service} has no queue there", hint="Check its address")

    await repeated(reach, service, ask)


def _place(status: Mapping[str, Any]) -> int | None:
    """fal counts from 0, people from 1."""
    position: object = status.get("queue_position")
    if isinstance(position, bool) or not isinstance(position, int):
        return None
    return position + 1 if 0 <= position < MOST_WAITING else None
