"""The time jobs go by. Tests put their own clock here and never wait."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits on the same time."""

    def now(self) -> datetime:
        """The moment it is, in UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go backwards, for intervals."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when so much of this clock's time has passed."""
        ...


class SystemClock:
    """The machine's own clock, on the running loop."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
