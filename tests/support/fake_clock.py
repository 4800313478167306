"""A clock that only moves when a test says so."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SHORTEST_WAIT_S = 1.0


class FakeClock:
    """The `Clock` of a session under test. Nothing waits for real.

    A pause between two looks at a service passes at once and takes no time; whatever
    waits longer waits for `advance`.
    """

    def __init__(self) -> None:
        self._passed_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed_s)

    def monotonic_s(self) -> float:
        return self._passed_s

    async def sleep(self, seconds: float) -> None:
        if seconds < SHORTEST_WAIT_S:
            await asyncio.sleep(0)
            return
        wake = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._passed_s + seconds, wake))
        await wake

    def advance(self, seconds: float) -> None:
        """Let time pass, and wake whoever has waited long enough."""
        self._passed_s += seconds
        for until_s, wake in self._sleepers:
            if until_s <= self._passed_s and not wake.done():
                wake.set_result(None)
