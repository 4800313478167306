"""Asks again and again until there is an answer, in growing pauses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from depthstudio.core.errors import ServiceUnavailable
from depthstudio.providers.base import Reach

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """The first pause, what each next one is longer by, and the longest; all for `deadline_s`."""

    first_s: float
    longest_s: float
    deadline_s: float
    factor: float = 1.5


async def polled(
    reach: Reach, service: str, ask: Callable[[], Awaitable[T | None]], pace: Pace
) -> T:
    """The first answer of `ask` that is not None. It is asked at once, then after each pause.

    Raises
    ------
    ServiceUnavailable
        when there is none within the deadline: it may still come, and a retry asks on
    """
    until = reach.now() + timedelta(seconds=pace.deadline_s)
    pause_s = pace.first_s
    while (answer := await ask()) is None:
        if reach.now() >= until:
            minutes = round(pace.deadline_s / 60)
            raise ServiceUnavailable(
                f"{service} did not finish within {minutes} minutes",
                hint="Retry asks after it again, and sends nothing anew",
            )
        await reach.sleep(pause_s)
        pause_s = min(pause_s * pace.factor, pace.longest_s)
    return answer
