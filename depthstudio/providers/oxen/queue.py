"""Work in Oxen's queue: sent once, followed by events and rows, stopped on demand."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from depthstudio.core.errors import (
    BadResponse,
    ProviderError,
    RemoteJobFailed,
    ResultLost,
    ServiceUnavailable,
)
from depthstudio.core.job import Progress, Stage
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json
from depthstudio.providers.base import Context
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.oxen.generation import (
    CANCELLED,
    PROCESSING,
    QUEUED,
    SUCCEEDED,
    Generation,
    brought_together,
    generation_in_row,
    is_id,
)
from depthstudio.providers.oxen.hub import SERVICE, Hub
from depthstudio.providers.oxen.listening import Listening

QUEUE_PATH = "/api/ai/queue"
POLL_S = 15.0  # the safety net below the events
LAG_S = 2.0  # between an event and its row
SILENCE_LIMIT_S = 30 * 60.0  # while it works, answers and has nothing new to tell
LONGEST_WAIT_S = 60.0  # a pause between two looks that takes longer: the computer was asleep
DEAF_LIMIT_S = 5 * 60.0  # while it does not even answer
STOP_LIMIT_S = 5.0
MOST_GENERATIONS = 16
NOT_FOUND = 404

BEFORE_BEGUN = "cancelled at Oxen before it began"
WHILE_RUNNING = "cancelled at Oxen; what it had begun may be charged"
STILL_THERE = "Oxen took the cancel and still lists the job; it may be charged"
HAD_FINISHED = "Oxen had finished its part"
UNKNOWN_THERE = "Oxen does not know the job any more"
NOT_HEARD = "Oxen did not hear that it should stop"
MAY_COME = frozenset({STILL_THERE, HAD_FINISHED})  # of several, if only one of them


async def enqueue(hub: Hub, body: Mapping[str, Json]) -> list[str]:
    """Ask for generations, once, and return their ids.

    Raises
    ------
    BadResponse
        when the service took them and does not say under which ids
    """
    answer = await hub.call("POST", QUEUE_PATH, body=dict(body))
    rows = list_in(object_in(answer).get("generations"))
    ids = [object_in(row).get("generation_id") for row in rows]
    if not 0 < len(ids) <= MOST_GENERATIONS or not all(is_id(one) for one in ids):
        raise BadResponse(
            f"{SERVICE} took the job and does not say under which id",
            hint=f"Look at your generations at {SERVICE} before you send it again",
        )
    return [str(one) for one in ids]


async def row_of(hub: Hub, generation_id: str) -> Generation:
    """How a generation is now.

    Raises
    ------
    ResultLost
        when the service does not know it
    """
    try:
        answer = await hub.look_up(_path(generation_id))
    except ProviderError as error:
        if error.status != NOT_FOUND:
            raise
        raise ResultLost(
            f"{SERVICE} does not know this job any more",
            hint="Run it again",
            detail=error.detail,
        ) from error
    return generation_in_row(answer, generation_id, hub.reach.secrets.values())


class Following:
    """Generations that are waited for, and what is known of each."""

    def __init__(
        self,
        hub: Hub,
        ids: Sequence[str],
        listening: Listening,
        report: Callable[[Progress], None],
        *,
        is_new: bool,
    ) -> None:
        """`is_new`: they were sent a moment ago, and there is nothing to look at yet."""
        self._hub = hub
        self._listening = listening
        listening.keep_to(ids)
        self._report = report
        self._known = {one: Generation(one, QUEUED, {}) for one in ids}
        self._unseen = set(ids) if is_new else set[str]()
        self._is_new = is_new
        self._silent_s = 0.0
        self._answered_at = hub.reach.now()

    async def to_the_end(self) -> list[Generation]:
        """Wait until all have ended, well or not, in their order.

        One whose row is gone, or cannot be read, has that as its `trouble`: it takes none of the
        others with it, and its row is looked at on as long as they are waited for.

        Raises
        ------
        RemoteJobFailed
            when they are at work and nothing changes for half an hour; they are stopped then
        ServiceUnavailable
            when no answer comes for some minutes, or none to that stop: they may go on there
        """
        look_at: Sequence[str] = [] if self._is_new else list(self._known)
        while True:
            for one in look_at:
                await self._look_at(one)
            known = self._known.values()
            pending = [found.id for found in known if not found.has_ended]
            if not any(self._known[one].trouble is None for one in pending):
                return list(known)
            self._report(_progress(list(known)))
            at_work = [found.id for found in known if found.is_at_work]
            if self._silent_s >= SILENCE_LIMIT_S:
                await self._give_up(at_work)
                look_at = at_work
                continue
            waits_since = self._hub.reach.now()
            look_at = await self._listening.news_of(pending, POLL_S) or pending
            self._count_silence(self._passed_s(waits_since), is_at_work=bool(at_work))

    def _count_silence(self, waited_s: float, *, is_at_work: bool) -> None:
        """Standing in line is no silence, nor is it when this computer was asleep."""
        if waited_s > LONGEST_WAIT_S:
            self._silent_s, self._answered_at = 0.0, self._hub.reach.now()
        elif is_at_work:
            self._silent_s += waited_s

    async def _look_at(self, one: str) -> None:
        before = self._known[one]
        heard = self._listening.heard(one)
        try:
            found = await row_of(self._hub, one)
            if heard is not None and not found.has_ended:
                await self._hub.reach.sleep(LAG_S)  # the row has more to tell than the event
                found = await row_of(self._hub, one)
        except (ResultLost, BadResponse) as error:
            # A row may take a moment to appear: it is looked for once more.
            is_late = one in self._unseen and isinstance(error, ResultLost)
            found = before if is_late else replace(before, trouble=error)
        except ServiceUnavailable:
            if self._passed_s(self._answered_at) >= DEAF_LIMIT_S:
                raise
            await self._hub.reach.sleep(POLL_S)
            return
        self._unseen.discard(one)
        self._answered_at = self._hub.reach.now()
        found = brought_together(found, heard)
        if found.status != before.status:
            self._silent_s = 0.0
        self._known[one] = found

    async def _give_up(self, silent: Sequence[str]) -> None:
        """Stop what says nothing new, and raise; unless others can be had, or wait in line."""
        self._silent_s = 0.0
        said = {NOT_HEARD}
        with contextlib.suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(STOP_LIMIT_S):
                said = await _stopped_each(self._hub, silent)
        words = _dearest(said)
        message = f"{SERVICE} said nothing new for {round(SILENCE_LIMIT_S / 60)} minutes: {words}"
        if words in (NOT_HEARD, STILL_THERE):
            raise ServiceUnavailable(message, hint="Retry looks for it again and sends nothing")
        if HAD_FINISHED in said or any(one.may_be_had for one in self._known.values()):
            return
        raise RemoteJobFailed(
            message, hint=f"Look at your generations at {SERVICE}, or run it again"
        )

    def _passed_s(self, since: datetime) -> float:
        return (self._hub.reach.now() - since).total_seconds()


def _progress(known: Sequence[Generation]) -> Progress:
    done = sum(one.has_ended for one in known)
    if all(one.status == QUEUED for one in known):
        return Progress(Stage.WAITING, message="in the service's queue")
    if len(known) == 1:
        return Progress(Stage.RUNNING)
    return Progress(Stage.RUNNING, done / len(known), f"{done} of {len(known)} are done")


async def stop_on_cancel(ctx: Context, hub: Hub, ids: Sequence[str]) -> None:
    """In ``except CancelledError``: have the generations stopped, and leave a word of it."""
    await ctx.cancel_remotely(lambda: stopped(hub, ids))


async def stopped(hub: Hub, ids: Sequence[str]) -> CancelAnswer:
    """Ask the service to stop these, and say what that means for all of them.

    Raises
    ------
    ProviderError
        when it cannot be told
    """
    said = await _stopped_each(hub, ids)
    return CancelAnswer(_dearest(said), may_come=bool(said & MAY_COME))


async def _stopped_each(hub: Hub, ids: Sequence[str]) -> set[str]:
    return set(await asyncio.gather(*(_stopped_one(hub, one) for one in ids)))


def _dearest(said: set[str]) -> str:
    """Of several things that cancelling did, the one the user must know: what may be charged."""
    order = (NOT_HEARD, STILL_THERE, WHILE_RUNNING, HAD_FINISHED, BEFORE_BEGUN, UNKNOWN_THERE)
    return next(words for words in order if words in said)


async def _stopped_one(hub: Hub, generation_id: str) -> str:
    try:
        await hub.call("DELETE", _path(generation_id))
    except ProviderError as error:
        if error.status == NOT_FOUND:
            return UNKNOWN_THERE
        raise
    try:
        answer = await hub.call("GET", _path(generation_id))
        now = generation_in_row(answer, generation_id, hub.reach.secrets.values())
    except ProviderError:
        return STILL_THERE  # nobody says otherwise
    if now.status == CANCELLED:
        return WHILE_RUNNING if now.has_begun else BEFORE_BEGUN
    if now.status in (QUEUED, PROCESSING):
        return STILL_THERE
    return HAD_FINISHED if now.status == SUCCEEDED else WHILE_RUNNING


def _path(generation_id: str) -> str:
    return f"{QUEUE_PATH}/{quote(generation_id, safe='')}"
