"""One home, one writer: the lock that the window, or a command that runs jobs, holds.

The system itself frees the lock when its process ends, however it ends, so no lock is
ever stale. The note that says who holds it may be; it is only read while the lock is held.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from filelock import FileLock, Timeout

from depthstudio.core.errors import HomeBusyError, SettingsError
from depthstudio.settings.lock_holder import LockHolder, read_holder, write_holder
from depthstudio.settings.paths import Home

POLL_S = 0.1


class HomeLock:
    """The lock of one home, for one process. `what` is how others will name this holder."""

    def __init__(self, home: Home, *, what: str) -> None:
        self._home = home
        self._what = what
        # Not bound to a thread: it may be taken on one and given back on another.
        self._lock = FileLock(home.lock_file, blocking=False, thread_local=False)

    @property
    def is_held(self) -> bool:
        """Does this object hold the lock?"""
        return self._lock.is_locked

    def holder(self) -> LockHolder | None:
        """Who wrote down that they hold this home; None where nobody legible did."""
        return read_holder(self._home.lock_holder_file)

    def try_acquire(self) -> bool:
        """Take the lock if it is free, without waiting.

        Raises
        ------
        SettingsError
            when the home cannot be written
        """
        self._home.make_folders()
        try:
            self._lock.acquire()
        except Timeout:
            return False
        except OSError as exc:
            raise _cannot_lock(exc) from exc
        self._note_holder()
        return True

    async def acquire(
        self,
        timeout_s: float = 0.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take the lock, waiting up to `timeout_s` for whoever holds it.

        Raises
        ------
        HomeBusyError
            when it is still held then; names the holder
        SettingsError
            when the home cannot be written
        """
        give_up_at_s = clock() + timeout_s
        while not self.try_acquire():
            if clock() >= give_up_at_s:
                raise self.busy()
            await sleep(POLL_S)

    @asynccontextmanager
    async def held(self, timeout_s: float = 0.0) -> AsyncGenerator[None]:
        """Hold the lock for a block; see `acquire`."""
        await self.acquire(timeout_s)
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Give the lock back. Does nothing where it is not held."""
        if self._lock.is_locked:
            # Before the lock goes: afterwards the note may be the next holder's.
            self._home.lock_holder_file.unlink(missing_ok=True)
            self._lock.release(force=True)

    def _note_holder(self) -> None:
        """Write down who holds the lock. Gives it back where that fails.

        Raises
        ------
        SettingsError
            when the home cannot be written
        """
        try:
            write_holder(self._home.lock_holder_file, LockHolder.this_process(self._what))
        except OSError as exc:
            self.release()
            raise _cannot_lock(exc) from exc

    def busy(self) -> HomeBusyError:
        """What to say when somebody else holds the home."""
        holder = self.holder()
        return HomeBusyError(
            f"This home is in use by {holder or 'another process'}",
            hint="Close it, wait for it with --timeout, or use another --home",
        )


def _cannot_lock(error: OSError) -> SettingsError:
    return SettingsError(
        f"The home folder cannot be locked: {error.strerror}",
        hint="Choose another home, on a disk this user may write to",
        detail=str(error),
    )
