"""Blocking work off the loop."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def finished_in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread. A cancel takes effect once it has ended.

    So nobody writes to a file any more when whoever asked for it is gone.
    """
    import asyncio  # not before something is sent

    task = asyncio.ensure_future(asyncio.to_thread(work))
    cancel: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancel = error
    if cancel is not None:
        task.exception()  # heard, but of no interest to anybody now
        raise cancel
    return task.result()
