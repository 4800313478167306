"""Asks again where that may help, for requests that change nothing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from depthstudio.core.errors import (
    ProviderError,
    ProviderHeld,
    RateLimited,
    ServiceOffline,
    ServiceUnavailable,
)
from depthstudio.providers.base import Reach
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.retry_after import wake_up

T = TypeVar("T")

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
LONGEST_POLITE_WAIT_S = 20.0  # who asks for more gets it as a hold, which the user sees
OFFLINE_HOLD_S = 30.0
PASSING = frozenset({408, 425, 429, 502, 503, 504})


async def repeated(
    reach: Reach, service: str, ask: Callable[[], Awaitable[T]], *, attempts: int = 5
) -> T:
    """What `ask` returns, asked up to `attempts` times. For requests that change nothing.

    `ask` runs inside `translated_errors`. Broken connections, timeouts and the statuses
    in `PASSING` are worth another try; every other error is raised at once. Pauses double
    from half a second, or are what the service asks for.

    Raises
    ------
    ServiceOffline
        when the last try could not even connect
    ProviderHeld
        at once when the service asks for a longer pause than anybody should wait for
        in silence, `RateLimited` if it counts requests
    """
    tries = 0
    while True:
        try:
            with translated_errors(service, now=reach.now):
                return await ask()
        except (ServiceUnavailable, RateLimited) as error:
            tries += 1
            if not _may_pass(error):
                raise
            pause_s = _pause_s(error, tries)
            if pause_s is None:
                raise _held(error, reach.now()) from None
            if tries >= attempts:
                raise as_offline(error, reach.now()) from None
        await reach.sleep(pause_s)


def _may_pass(error: ProviderError) -> bool:
    if error.status is not None:
        return error.status in PASSING
    # Without a status a limit is the provider's own finding, such as a day's quota.
    return not isinstance(error, RateLimited)


def _pause_s(error: ProviderError, tries: int) -> float | None:
    """How long to wait after so many tries; None when the service asks for too much."""
    from random import random

    exponent = min(tries - 1, 16)  # 2 to the power of a thousand is no number of seconds
    backoff_s = min(FIRST_WAIT_S * 2**exponent * (1 + random() / 2), LONGEST_WAIT_S)
    asked_s = error.retry_after_s
    if asked_s is None:
        return backoff_s
    return None if asked_s > LONGEST_POLITE_WAIT_S else max(asked_s, backoff_s)


def _held(error: ProviderError, now: datetime) -> ProviderError:
    if isinstance(error, RateLimited):
        return error
    return ProviderHeld(
        str(error),
        until=wake_up(now, error.retry_after_s or 0.0),
        hint="It goes on by itself",
        detail=error.detail,
    )


def as_offline(error: ProviderError, now: datetime) -> ProviderError:
    """Where no connection could be made, the hold that ends when there is one; else the error."""
    is_away = isinstance(error, ServiceUnavailable) and error.status is None
    if error.may_have_run or not is_away:
        return error
    return ServiceOffline(
        str(error), until=wake_up(now, OFFLINE_HOLD_S), hint=error.hint, detail=error.detail
    )
