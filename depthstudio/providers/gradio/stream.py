"""Listens to what a Gradio server says of the calls of one session."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import msgspec

from depthstudio.core.errors import BadResponse, ProviderError, RemoteJobFailed
from depthstudio.providers.base import Reach
from depthstudio.providers.gradio.app import App
from depthstudio.providers.gradio.following import Following
from depthstudio.providers.transport.events import ServerEvent, server_events
from depthstudio.providers.transport.redaction import redacted

RUNNING_LIMIT_S = 900.0  # ZeroGPU grants two minutes; a slow computer of one's own needs more
ENDING_LIMIT_S = 2.0
LOOK_LIMIT_S = 1.0  # for what the server has to say of a call at once
LOOK_ON_S = 0.3  # the end of a call that began is told at once, if it is there already
LONGEST_SAID = 30_000
RUN_AGAIN = "Run it again; if it goes on, check the server's address"


class SessionStream:
    """The one stream that a session's calls are told of."""

    def __init__(self, reach: Reach, app: App, service: str, session_hash: str) -> None:
        self._reach = reach
        self._url = app.url("/queue/data")
        self._service = service
        self._session_hash = session_hash

    async def read(
        self, following: Following, on_cancel: Callable[[bool], Awaitable[None]]
    ) -> None:
        """Read until the call has an outcome, or the stream ends without one.

        `on_cancel` is told whether the call had begun.
        """
        events = self._events()
        limit: asyncio.Timeout
        try:
            async with asyncio.timeout(None) as limit:
                async for event in events:
                    following.read(self._message(event.data))
                    now_s = asyncio.get_running_loop().time()
                    if following.outcome is not None:
                        # The server ends the stream by itself, and the connection is kept.
                        limit.reschedule(now_s + ENDING_LIMIT_S)
                    elif following.has_started and limit.when() is None:
                        limit.reschedule(now_s + RUNNING_LIMIT_S)
        except TimeoutError as error:
            if following.outcome is not None:
                return
            minutes = round(RUNNING_LIMIT_S / 60)
            raise RemoteJobFailed(
                f"{self._service} did not finish within {minutes} minutes",
                hint="Send fewer or smaller pictures",
            ) from error
        except ProviderError:
            if following.outcome is None:
                raise  # else nothing that matters can have been lost
        except asyncio.CancelledError:
            await on_cancel(following.has_started)  # the stream has heard of it first
            raise
        finally:
            await events.aclose()

    async def look(self, following: Following) -> None:
        """Read no further than whether the call has begun or ended, and close the stream."""
        with contextlib.suppress(ProviderError, TimeoutError):
            async with (
                asyncio.timeout(LOOK_LIMIT_S) as limit,
                contextlib.aclosing(self._events()) as events,
            ):
                async for event in events:
                    had_started = following.has_started
                    following.read(self._message(event.data))
                    if following.outcome is not None:
                        break
                    if following.has_started and not had_started:
                        limit.reschedule(asyncio.get_running_loop().time() + LOOK_ON_S)

    def _events(self) -> AsyncGenerator[ServerEvent]:
        return server_events(
            self._reach.http,
            self._url,
            params={"session_hash": self._session_hash},
            service=self._service,
        )

    def _message(self, text: str) -> object:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadResponse(
                f"{self._service} sent a message that cannot be read",
                hint=RUN_AGAIN,
                detail=without_secrets(self._reach, text)[:200],
            ) from error


def without_secrets(reach: Reach, text: str) -> str:
    """The beginning of what a server says, should it repeat who asked."""
    return redacted(text[:LONGEST_SAID], reach.secrets.values())
