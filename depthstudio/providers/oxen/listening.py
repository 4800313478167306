"""Hears on the account's channel that generations have ended."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from types import TracebackType

from depthstudio.core.errors import AuthError, ProviderError
from depthstudio.providers.oxen.generation import Generation, generation_in_event
from depthstudio.providers.oxen.hub import Hub
from depthstudio.providers.transport.events import server_events

log = logging.getLogger(__name__)

EVENTS_PATH = "/api/events"
OPENING_LIMIT_S = 20.0  # a proxy may sit on the headers until the first heartbeat, after 15 s
MOST_HEARD_BYTES = 4 << 20  # of any job of the account, while ours have no ids yet


class Listening:
    """The channel, open from before a job is sent: what it tells is told once, to who listens.

    Where it breaks off nothing is lost, for the rows are asked anyway; only a key that is
    refused ends the work.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heard: dict[str, Generation] = {}
        self._heard_bytes = 0
        self._ours: frozenset[str] | None = None
        self._news = asyncio.Event()
        self._refused: AuthError | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Listening":
        await self.ensure_open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def ensure_open(self) -> None:
        """Listen unless we do; returns when the service has answered, or does not.

        Raises
        ------
        AuthError
            when it refuses the key
        """
        if self._task is not None and not self._task.done():
            return
        opened = asyncio.Event()
        self._task = asyncio.create_task(self._listen(opened.set))
        waiting = asyncio.ensure_future(opened.wait())
        try:
            await asyncio.wait(
                {self._task, waiting},
                timeout=OPENING_LIMIT_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
        except BaseException:
            await self._close()
            raise
        finally:
            waiting.cancel()
        self._raise_refusal()

    def keep_to(self, ids: Collection[str]) -> None:
        """Forget all others: the channel tells of every job of the account."""
        self._ours = frozenset(ids)
        self._heard = {one: ended for one, ended in self._heard.items() if one in self._ours}

    def heard(self, generation_id: str) -> Generation | None:
        """The end of a generation, if the channel has told it."""
        return self._heard.get(generation_id)

    async def news_of(self, ids: Collection[str], pause_s: float) -> list[str]:
        """Those of `ids` that have ended by what was heard; [] after the pause.

        Raises
        ------
        AuthError
            when the service refuses the key
        """
        pause = asyncio.ensure_future(self._hub.reach.sleep(pause_s))
        try:
            while True:
                self._raise_refusal()
                found = [one for one in ids if one in self._heard]
                if found or pause.done():
                    return found
                self._news.clear()
                news = asyncio.ensure_future(self._news.wait())
                try:
                    await asyncio.wait({pause, news}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    news.cancel()
        finally:
            pause.cancel()

    async def _listen(self, on_open: Callable[[], None]) -> None:
        events = server_events(
            self._hub.reach.http,
            f"{self._hub.url}{EVENTS_PATH}",
            service=self._hub.service,
            on_open=on_open,
            now=self._hub.reach.now,
        )
        try:
            async with contextlib.aclosing(events):
                async for event in events:
                    ended = generation_in_event(event, self._hub.reach.secrets.values())
                    if ended is not None and self._is_kept(ended, len(event.data)):
                        self._heard[ended.id] = ended
                        self._news.set()
        except AuthError as error:
            self._refused = error
            self._news.set()
        except ProviderError as error:
            log.info("the channel of events is closed, rows are asked: %s", error)

    def _is_kept(self, ended: Generation, size_bytes: int) -> bool:
        if self._ours is not None:
            return ended.id in self._ours
        self._heard_bytes += size_bytes
        return self._heard_bytes <= MOST_HEARD_BYTES

    def _raise_refusal(self) -> None:
        if self._refused is not None:
            raise self._refused

    async def _close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
