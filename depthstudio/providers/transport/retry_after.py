"""How long a service asks to be left alone."""

from datetime import UTC, datetime, timedelta

DEFAULT_RETRY_AFTER_S = 60.0
LONGEST_RETRY_AFTER_S = 7 * 24 * 3600.0  # beyond a week a header is wrong, not patient


def asked_wait_s(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header names, by number or by date; None if it says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # More digits than this cannot be a wait, and a float has no room for thousands.
        wait_s = float(text[:12])
    elif text:
        from email.utils import parsedate_to_datetime  # slow to import, and seldom needed

        try:
            moment = parsedate_to_datetime(text)
            wait_s = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
        except (ValueError, OverflowError):
            return None
    else:
        return None
    return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)


def retry_after_s(header: str | None, now: datetime) -> float:
    """Seconds to wait, from a Retry-After header; a minute where it says nothing usable."""
    wait_s = asked_wait_s(header, now)
    return DEFAULT_RETRY_AFTER_S if wait_s is None else wait_s


def wake_up(now: datetime, wait_s: float) -> datetime:
    """The moment so many seconds from `now`."""
    return now + timedelta(seconds=wait_s)
