"""Which frames of two clips belong together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clip:
    """So many frames at a rate, which is 0 where nobody knows it."""

    count: int
    rate_hz: float


def same_moment(frame: int, of: Clip, to: Clip) -> int:
    """The frame of the clip `to` that is shown with `frame` of the clip `of`.

    The one of the same number where they have as many, else that of the same time, or,
    where a rate is unknown, as far from their ends.
    """
    if of.count == to.count:
        return frame
    if of.rate_hz > 0 and to.rate_hz > 0:
        found = round(frame / of.rate_hz * to.rate_hz)
    else:
        found = round(frame * (to.count - 1) / max(1, of.count - 1))
    return min(max(0, found), to.count - 1)
