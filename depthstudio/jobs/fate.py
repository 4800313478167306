"""What becomes of a running job when the program ends now."""

from enum import StrEnum

from depthstudio.core.job import JobStatus, Sent
from depthstudio.providers.base import ProviderInfo


class Fate(StrEnum):
    """What the next start finds."""

    GOES_ON = "goes-on"  # at its service, where it is picked up
    IS_ASKED_ABOUT = "is-asked-about"  # a submit without an answer: was it sent?
    MAY_BE_LOST = "may-be-lost"  # its service keeps only what somebody listens for
    IS_SENT_THEN = "is-sent-then"  # nothing has been started at its service yet
    STARTS_AGAIN = "starts-again"  # on this computer


def fate_of(status: JobStatus, info: ProviderInfo | None) -> Fate:
    """The fate of one job; without `info` its provider is not installed."""
    if info is not None and info.runs_locally:
        return Fate.STARTS_AGAIN
    if status.sent is Sent.UNANSWERED:
        return Fate.IS_ASKED_ABOUT
    if status.sent is Sent.NOTHING:
        return Fate.IS_SENT_THEN
    return Fate.GOES_ON if info is not None and info.keeps_jobs else Fate.MAY_BE_LOST
