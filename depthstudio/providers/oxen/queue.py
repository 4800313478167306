"""Work in Oxen's queue: sent once, followed by events and rows, stopped on demand."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from depthstudio.core.errors import BadResponse, ProviderError, RemoteJobFailed, ResultLost
from depthstudio.core.job import Progress, Stage
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json
from depthstudio.providers.base import Context
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
SILENCE_LIMIT_S = 30 * 60.0
STOP_LIMIT_S = 5.0
MOST_GENERATIONS = 16
NOT_FOUND = 404

BEFORE_BEGUN = "cancelled at Oxen before it began"
WHILE_RUNNING = "cancelled at Oxen; what it had begun may be charged"
STILL_THERE = "Oxen took the cancel and still lists the job; it may be charged"
HAD_FINISHED = "Oxen had finished its part"
UNKNOWN_THERE = "Oxen does not know the job any more"
NOT_HEARD = "Oxen did not hear that it should stop"


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
    return generation_in_row(answer, generation_id)


async def followed(
    hub: Hub,
    ids: Sequence[str],
    listening: Listening,
    report: Callable[[Progress], None],
    *,
    is_new: bool,
) -> list[Generation]:
    """Wait until all have ended, well or not, in the order of `ids`.

    is_new : they were sent a moment ago, so that there is nothing to look at yet

    Raises
    ------
    RemoteJobFailed
        when nothing changes for half an hour; they are stopped then
    """
    known = {one: Generation(one, QUEUED, {}) for one in ids}
    look_at: Sequence[str] = [] if is_new else list(ids)
    unseen = set(ids) if is_new else set[str]()
    last_news = hub.reach.now()
    while True:
        for one in look_at:
            found = await _looked_at(hub, known[one], is_unseen=one in unseen)
            unseen.discard(one)
            found = brought_together(found, listening.heard(one))
            if found.status != known[one].status:
                last_news = hub.reach.now()
            known[one] = found
        pending = [one for one in ids if not known[one].has_ended]
        if not pending:
            return [known[one] for one in ids]
        report(_progress(known.values()))
        if hub.reach.now() - last_news >= timedelta(seconds=SILENCE_LIMIT_S):
            raise await _given_up(hub, pending)
        look_at = await listening.news_of(pending, POLL_S) or pending


async def _looked_at(hub: Hub, before: Generation, *, is_unseen: bool) -> Generation:
    try:
        return await row_of(hub, before.id)
    except ResultLost:
        # Its row may take a moment to appear; then it is looked for once more.
        if is_unseen:
            return before
        raise


def _progress(known: "Sequence[Generation] | Any") -> Progress:
    all_of_them = list(known)
    done = sum(one.has_ended for one in all_of_them)
    if not done and all(one.status == QUEUED for one in all_of_them):
        return Progress(Stage.WAITING, message="in the service's queue")
    if len(all_of_them) == 1:
        return Progress(Stage.RUNNING)
    words = f"{done} of {len(all_of_them)} are done"
    return Progress(Stage.RUNNING, done / len(all_of_them), words)


async def _given_up(hub: Hub, ids: Sequence[str]) -> RemoteJobFailed:
    words = NOT_HEARD
    with contextlib.suppress(ProviderError, TimeoutError):
        async with asyncio.timeout(STOP_LIMIT_S):
            words = await stopped(hub, ids)
    minutes = round(SILENCE_LIMIT_S / 60)
    return RemoteJobFailed(
        f"{SERVICE} said nothing new for {minutes} minutes: {words}",
        hint=f"Look at your generations at {SERVICE}, or run it again",
    )


async def stop_on_cancel(ctx: Context, hub: Hub, ids: Sequence[str]) -> None:
    """In ``except CancelledError``: have the generations stopped, and leave a word of it."""
    await ctx.cancel_remotely(lambda: stopped(hub, ids))


async def stopped(hub: Hub, ids: Sequence[str]) -> str:
    """Ask the service to stop these, and say in words what that means for all of them.

    Raises
    ------
    ProviderError
        when it cannot be told
    """
    found = await asyncio.gather(*(_stopped_one(hub, one) for one in ids))
    # The dearest first: one of several that may be charged is what the user should know.
    order = (STILL_THERE, WHILE_RUNNING, HAD_FINISHED, BEFORE_BEGUN, UNKNOWN_THERE)
    return next(words for words in order if words in found)


async def _stopped_one(hub: Hub, generation_id: str) -> str:
    try:
        await hub.call("DELETE", _path(generation_id))
    except ProviderError as error:
        if error.status == NOT_FOUND:
            return UNKNOWN_THERE
        raise
    try:
        now = generation_in_row(await hub.call("GET", _path(generation_id)), generation_id)
    except ProviderError:
        return STILL_THERE  # nobody says otherwise
    if now.status == CANCELLED:
        return WHILE_RUNNING if now.has_begun else BEFORE_BEGUN
    if now.status in (QUEUED, PROCESSING):
        return STILL_THERE
    return HAD_FINISHED if now.status == SUCCEEDED else WHILE_RUNNING


def _path(generation_id: str) -> str:
    return f"{QUEUE_PATH}/{quote(generation_id, safe='')}"
