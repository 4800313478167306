"""How a window comes into its home: as its only writer, or not at all."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from depthstudio.core.errors import HomeBusyError
from depthstudio.settings.home_lock import POLL_S, HomeLock
from depthstudio.settings.paths import Home

START_S = 10.0  # how long another window may take from its lock to its first frame


async def enter(home: Home, lock: HomeLock, paths: Sequence[Path]) -> bool:
    """Take the lock of this home. False: its window has come forward and opens `paths`.

    Raises
    ------
    HomeBusyError
        when a command holds the home, or a window that does not answer
    SettingsError
        when the home cannot be written
    """
    give_up_s = time.monotonic() + START_S
    while not lock.try_acquire():
        # Here, not at the top: the window that finds its home free has no need of it yet.
        from depthstudio.ui.window.single_instance import Answer, hand_over

        answer = hand_over(home, paths)  # holds up the loop, and there is nothing on it yet
        if answer is Answer.ACCEPTED:
            return False
        holder = lock.holder()
        may_listen_soon = holder is None or holder.what == "window"
        if answer is Answer.SILENCE or not may_listen_soon or time.monotonic() > give_up_s:
            hint = "Close it, wait until it ends, or choose another home with --home"
            raise HomeBusyError(str(lock.busy()), hint=hint)
        await asyncio.sleep(POLL_S)
    return True
