"""Where a job of a paid service stands when it is cancelled, and what must come of it."""

from dataclasses import dataclass

from depthstudio.jobs.context import NOT_HEARD
from depthstudio.providers.fal import queue as fal
from depthstudio.providers.oxen import at_once
from depthstudio.providers.oxen import queue as oxen
from depthstudio.providers.tengr import making as tengr
from tests.support.vendors import FAL, FAL_STORED, OXEN, OXEN_AT_ONCE, TENGR, Asked

BEFORE_SENT = "before it was sent"
ORDERED, FOLLOWED, LOST = "ordered anew", "followed", "lost"


@dataclass(frozen=True)
class Cancel:
    """A cancel in a state: what the row says, and how often the service took it on and stopped.

    again : what running it again does, by a retry or by the same order: only what was stopped is
    ordered anew. Where the result comes to nobody, the user is told so before more is paid
    """

    asked: Asked
    state: str
    note: str
    accepted: int = 1
    stops: int = 0
    again: str = ORDERED

    def __str__(self) -> str:
        return f"{self.asked}-{self.state.replace(' ', '-')}"


CANCELS = (
    *(Cancel(asked, "uploading", BEFORE_SENT, 0) for asked in (OXEN, OXEN_AT_ONCE, TENGR)),
    Cancel(FAL_STORED, "uploading", BEFORE_SENT, 0),
    # The answer with its id is on the way: waited for, and used.
    Cancel(OXEN, "sent", oxen.BEFORE_BEGUN, stops=1),
    Cancel(TENGR, "sent", tengr.GOES_ON, again=FOLLOWED),
    Cancel(FAL, "sent", fal.ASKED_TO_STOP, stops=1),
    Cancel(OXEN, "waiting there", oxen.BEFORE_BEGUN, stops=1),
    Cancel(TENGR, "waiting there", tengr.GOES_ON, again=FOLLOWED),
    Cancel(FAL, "waiting there", fal.ASKED_IN_LINE, stops=1),
    Cancel(OXEN, "running there", oxen.WHILE_RUNNING, stops=1),
    Cancel(OXEN_AT_ONCE, "running there", at_once.NOT_STOPPABLE, again=LOST),
    Cancel(TENGR, "running there", tengr.GOES_ON, again=FOLLOWED),
    Cancel(FAL, "running there", fal.ASKED_TO_STOP, stops=1),
    # It runs, and the service does not hear that it should stop.
    Cancel(OXEN, "deaf", NOT_HEARD, stops=1, again=FOLLOWED),
    Cancel(FAL, "deaf", NOT_HEARD, stops=1, again=FOLLOWED),
    Cancel(OXEN, "downloading", oxen.HAD_FINISHED, again=FOLLOWED),
    Cancel(OXEN_AT_ONCE, "downloading", oxen.HAD_FINISHED, again=FOLLOWED),
    Cancel(TENGR, "downloading", tengr.FINISHED, again=FOLLOWED),
    Cancel(FAL, "downloading", fal.FINISHED, again=FOLLOWED),
    Cancel(FAL_STORED, "downloading", fal.FINISHED, again=FOLLOWED),
)
