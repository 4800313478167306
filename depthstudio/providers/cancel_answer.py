"""What a service answers to a cancel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CancelAnswer:
    """What a cancel did at the service, in words that follow “Cancelled”.

    may_come : it was too late, or the service cannot be told: what was asked for is made all the
        same. Whoever wants it after all gets that, and does not pay for another.
    """

    words: str
    may_come: bool = False
