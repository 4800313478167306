"""Runs the session's coroutines for the window: held, watched, and cancelled when it goes."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from depthstudio.core.errors import DepthStudioError

log = logging.getLogger(__name__)


class Tasks:
    """Coroutines that slots start. `report` hears of what the user should know."""

    def __init__(self, report: Callable[[DepthStudioError], None]) -> None:
        self._report = report
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Run `work` on the loop; its errors reach the user, not the void."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(self._watched(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Cancelled before its first step, it has not begun `work`, which warns if left so.
        task.add_done_callback(lambda task: work.close())

    async def _watched(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except DepthStudioError as error:
            self._report(error)
        except Exception as error:
            log.exception("something unforeseen went wrong in the window")
            self._report(DepthStudioError("Something unexpected went wrong", detail=repr(error)))

    async def aclose(self) -> None:
        """Cancel what still runs and wait for it; nothing new starts."""
        self._closed = True
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
