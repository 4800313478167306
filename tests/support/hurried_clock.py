"""A clock for tests of services that are asked again and again: pauses pass at once."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class HurriedClock:
    """The `Clock` of a session: whoever sleeps finds that the time has passed.

    `pauses_s` holds every pause, so that a test can see that none was left out.
    """

    def __init__(self) -> None:
        self._passed_s = 0.0
        self.pauses_s: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed_s)

    def monotonic_s(self) -> float:
        return self._passed_s

    async def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        self._passed_s += seconds
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let time pass while nobody sleeps."""
        self._passed_s += seconds
