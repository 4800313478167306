"""One home, one writer: the lock that the window, or a command that runs jobs, holds.

The system itself frees the lock when its process ends, however it ends, so no lock is
ever stale. The note that says who holds it may be; it is only read while the lock is held.
"""

import asyncio
import os
import platform
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from depthstudio.core.errors import HomeBusyError, SettingsError
from depthstudio.core.record import AwareDatetime, Record, RecordError, from_json, to_json
from depthstudio.formats.whole_file import whole_file
from depthstudio.settings.paths import Home

POLL_S = 0.1


class LockHolder(Record):
    """Who holds a home: the process, its computer, what it is, and since when."""

    pid: int
    host: str
    what: str  # "window" or the name of a command
    since: AwareDatetime

    def __str__(self) -> str:
        since = self.since.astimezone().strftime("%Y-%m-%d %H:%M")
        return f"“{self.what}”, process {self.pid} on {self.host}, since {since}"


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
        try:
            return from_json(LockHolder, self._home.lock_holder_file.read_bytes())
        except (OSError, RecordError):
            return None

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
            self._note_holder()
        except Timeout:
            return False
        except OSError as exc:
            self.release()
            raise SettingsError(
                f"The home folder cannot be locked: {exc.strerror}",
                hint="Choose another home, on a disk this user may write to",
                detail=str(exc),
            ) from exc
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
        holder = LockHolder(
            pid=os.getpid(), host=platform.node(), what=self._what, since=datetime.now(UTC)
        )
        with whole_file(self._home.lock_holder_file) as temporary_path:
            temporary_path.write_text(to_json(holder), encoding="utf-8")

    def busy(self) -> HomeBusyError:
        """What to say when somebody else holds the home."""
        holder = self.holder()
        return HomeBusyError(
            f"This home is in use by {holder or 'another process'}",
            hint="Close it, wait for it with --timeout, or use another --home",
        )
