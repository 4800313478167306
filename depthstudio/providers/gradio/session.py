"""One session with a Gradio server: upload, call, follow, cancel."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from depthstudio.core.errors import (
    BadResponse,
    ProviderHeld,
    RemoteJobFailed,
    ResultLost,
    ServiceUnavailable,
)
from depthstudio.core.job import Progress, Stage
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json
from depthstudio.providers.base import Context, Reach
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.gradio.app import App, Function
from depthstudio.providers.gradio.failures import AppError, failure, queue_trouble
from depthstudio.providers.gradio.following import Completed, Following, SessionGone, Stopped
from depthstudio.providers.gradio.stream import RUN_AGAIN, SessionStream, without_secrets
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.repeat import repeated
from depthstudio.providers.transport.upload import upload_files

FILE_TYPE = {"_type": "gradio.FileData"}
LONGEST_ID = 1000  # of what is written down to find a call, or a folder, again
LONGEST_PATH = 4096
TAKEN_OUT = "taken out of the service's line"
ASKED_TO_STOP = "the service was asked to stop; what it has begun may go on there for a while"
FINISHED = "the service had finished its part"

Report = Callable[[Progress], None]


async def _pass_on(has_started: bool) -> None:
    """A call that costs nothing may run to its end unheard."""


def _new_hash() -> str:
    return secrets.token_hex(8)


@contextlib.asynccontextmanager
async def finished_if_cancelled(ctx: Context) -> AsyncGenerator[None]:
    """What follows a call: a cancel stops nothing at the service any more, and says so."""

    async def nothing_to_stop() -> CancelAnswer:
        return CancelAnswer(FINISHED, may_come=True)

    try:
        yield
    except asyncio.CancelledError:
        await ctx.cancel_remotely(nothing_to_stop)
        raise


class GradioSession:
    """Calls on one server that share its hidden state. Use one at a time.

    A call's result exists only in the stream that follows it: where that breaks off, the
    result is lost, whatever the server goes on to do.
    """

    def __init__(
        self, reach: Reach, app: App, service: str, *, has_token: bool, session_hash: str = ""
    ) -> None:
        self._reach = reach
        self._app = app
        self.service = service
        self._has_token = has_token
        self.session_hash = session_hash or _new_hash()

    async def upload(
        self, files: Sequence[tuple[str, Path]], progress: Callable[[int, int], None]
    ) -> list[str]:
        """Send files under the names given, and return their paths at the server.

        Raises
        ------
        BadResponse
            when the server took another number of files than it was sent
        """

        async def send() -> list[str]:
            response = await upload_files(
                self._reach, self.service, self._app.url("/upload"), files, progress=progress
            )
            paths = [path for path in list_in(json_answer(response, self.service)) if path]
            if len(paths) != len(files) or not all(isinstance(path, str) for path in paths):
                raise BadResponse(
                    f"{self.service} did not take the files it was sent", hint=RUN_AGAIN
                )
            return paths

        return await repeated(self._reach, self.service, send)

    async def join(
        self, function: Function, data: Sequence[Json], event_data: Mapping[str, Json] | None = None
    ) -> str:
        """Ask for a call, and return its id. Sent once: the server may have taken it."""
        body = {
            "data": list(data),
            "fn_index": function.index,
            "session_hash": self.session_hash,
            "event_data": dict(event_data) if event_data else None,
            "trigger_id": None,
        }
        with translated_errors(self.service, now=self._reach.now):
            response = await self._reach.http.post(self._app.url("/queue/join"), json=body)
            held = queue_trouble(self.service, response, self._reach.now())
            if held is not None:
                raise held
            response.raise_for_status()
        event_id = object_in(json_answer(response, self.service)).get("event_id")
        if not isinstance(event_id, str) or len(event_id) > LONGEST_ID:
            raise BadResponse(
                f"{self.service} took the call and does not say under which id", hint=RUN_AGAIN
            )
        return event_id

    async def work(
        self,
        ctx: Context,
        step: str,
        function: Function,
        data: Sequence[Json],
        *,
        stays: bool = False,
        **ids: Json,
    ) -> list[Any]:
        """A call that costs something: journalled before it is sent, followed to its end.

        `ids` are written down with it. With `stays` what the call makes can be fetched later by
        those, even though nobody heard of its end. A cancel is passed on to the server; see
        `follow` for what is raised.
        """

        async def send() -> Mapping[str, Json]:
            event_id = await self.join(function, data)
            return {"event_id": event_id, "session_hash": self.session_hash, **ids}

        async def stop(has_started: bool) -> None:
            event_id = str(ctx.checkpoint.steps[step]["event_id"])
            await ctx.cancel_remotely(
                lambda: self.cancel(function, event_id, has_started=has_started)
            )

        ctx.report(Progress(Stage.WAITING))
        try:
            sent = await ctx.submit(step, send)
        except asyncio.CancelledError:
            if step in ctx.checkpoint.steps:
                event_id = str(ctx.checkpoint.steps[step]["event_id"])
                await ctx.cancel_remotely(
                    lambda: self._cancel_unheard(function, event_id, stays=stays)
                )
            raise
        try:
            return await self.follow(function, str(sent["event_id"]), ctx.report, stop)
        except ProviderHeld as error:
            error.refused_step = step
            raise

    async def follow(
        self,
        function: Function,
        event_id: str,
        report: Report,
        on_cancel: Callable[[bool], Awaitable[None]] = _pass_on,
    ) -> list[Any]:
        """Wait for a call's outputs: one value for each of the function's outputs.

        `on_cancel` is told whether the call had begun, once the stream is closed: before
        version 6 only that takes a waiting call out of the line.

        Raises
        ------
        ResultLost
            when stream or session are gone
        RemoteJobFailed
            when the function failed or was stopped
        ProviderHeld
            when it provably did not run
        """
        following = Following(event_id, report)
        try:
            await self._stream().read(following, on_cancel)
        except ServiceUnavailable as error:
            raise ResultLost(
                f"The connection to {self.service} broke off while it worked",
                hint="Its result went with the connection. Run it again",
                detail=f"{error}. {error.detail}",
            ) from error
        match following.outcome:
            case Completed(data) if len(data) == len(function.outputs):
                return data
            case Completed(data):
                raise BadResponse(
                    f"{self.service} sent {len(data)} values, not {len(function.outputs)}",
                    hint=RUN_AGAIN,
                )
            case Stopped():
                raise RemoteJobFailed(
                    f"{self.service} stopped the job", hint="Somebody cancelled it there"
                )
            case SessionGone() | None:
                raise ResultLost(
                    f"{self.service} has forgotten this job",
                    hint="It was started again meanwhile. Run it again",
                )
            case error:
                now = self._reach.now()
                text = None if error.text is None else without_secrets(self._reach, error.text)
                said = AppError(without_secrets(self._reach, error.title), text)
                raise failure(self.service, said, now, has_token=self._has_token)

    async def call(
        self,
        function: Function,
        data: Sequence[Json],
        report: Report = lambda progress: None,
        event_data: Mapping[str, Json] | None = None,
    ) -> list[Any]:
        """Call a function that costs nothing and changes nothing: it may be sent again.

        After a broken stream that is in a new session, without any hidden state.
        """

        async def ask() -> list[Any]:
            event_id = await self.join(function, data, event_data)
            try:
                return await self.follow(function, event_id, report)
            except ResultLost as error:
                # Nothing was paid for, so it is asked again; but in a new session, as the server
                # may take everything of this one for gone once it notices.
                self.session_hash = _new_hash()
                raise ServiceUnavailable(
                    str(error), hint="Try again in a moment", detail=error.detail
                ) from error

        return await repeated(self._reach, self.service, ask)

    async def cancel(self, function: Function, event_id: str, *, has_started: bool) -> CancelAnswer:
        """Ask the server to stop a call, and say what that means."""
        body = {
            "session_hash": self.session_hash,
            "fn_index": function.index,
            "event_id": event_id,
        }
        with translated_errors(self.service, now=self._reach.now):
            response = await self._reach.http.post(self._app.url("/cancel"), json=body)
            response.raise_for_status()
        return CancelAnswer(ASKED_TO_STOP if has_started else TAKEN_OUT)

    async def _cancel_unheard(
        self, function: Function, event_id: str, *, stays: bool
    ) -> CancelAnswer:
        """Cancel a call whose stream was never opened, which has to be for it to be closed."""
        following = Following(event_id, lambda progress: None)
        await self._stream().look(following)
        if following.outcome is not None:
            # What it made went by with the stream, unless it can be found at the server.
            is_there = stays and isinstance(following.outcome, Completed)
            return CancelAnswer(FINISHED, may_come=is_there)
        return await self.cancel(function, event_id, has_started=following.has_started)

    def _stream(self) -> SessionStream:
        return SessionStream(self._reach, self._app, self.service, self.session_hash)

    def file(self, path: str, name: str = "") -> dict[str, Json]:
        """A file that was uploaded, as an argument."""
        return {"path": path, "orig_name": name or None, "meta": dict(FILE_TYPE)}

    def file_url(self, value: object) -> str:
        """Where an output file is, rebuilt on the known origin: behind a proxy the server's
        own idea of its address may be another.

        Raises
        ------
        BadResponse
            when the value is no file
        """
        path = object_in(value).get("path")
        is_address = isinstance(path, str) and path.lower().startswith(("http:", "https:"))
        if not isinstance(path, str) or not 0 < len(path) <= LONGEST_PATH or is_address:
            raise BadResponse(
                f"{self.service} sent something else where a file was due", hint=RUN_AGAIN
            )
        return self._app.url(f"/file={quote(path)}")
