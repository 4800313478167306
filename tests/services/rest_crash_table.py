"""Every moment at which a job of a paid service may be cut off, and what must come of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from depthstudio.jobs.phase import Phase, Transition
from tests.support.vendors import EVERY, FAL, FAL_STORED, OXEN, OXEN_AT_ONCE, TENGR, Asked

Q, PREP, SUB, FOL = Phase.QUEUED, Phase.PREPARING, Phase.SUBMITTING, Phase.FOLLOWING
DOWN, HELD, LOST = Phase.DOWNLOADED, Phase.HELD, Phase.LOST
DONE, FAILED, CANCELLED = Phase.DONE, Phase.FAILED, Phase.CANCELLED

QUESTION, REFUSED, WAITS = "held submit-lost", "failed RemoteJobFailed", "held service"
RUN, GO_ON, TRY_NOW = ("add", "settle"), ("settle",), ("try-now", "settle")
End = tuple[str, int]  # how the job stands, and how often the service took it on


@dataclass(frozen=True)
class Crash:
    """The program dies before and after a transition is on disk, in the last of its `lives`.

    `before` and `after` are how the next life ends. `trouble` is what goes wrong meanwhile.
    """

    asked: Asked
    transition: Transition
    before: End
    after: End
    trouble: str = ""
    lives: tuple[tuple[str, ...], ...] = (RUN,)

    def __str__(self) -> str:
        steps = "-to-".join(phase or "nothing" for phase in self.transition)
        trouble = f"-{self.trouble.replace(' ', '-')}" if self.trouble else ""
        return f"{self.asked}{trouble}-{steps}"

    @property
    def is_short(self) -> bool:
        """Also in a check that is not full: where the promise is made."""
        return not self.trouble and self.transition in ((PREP, SUB), (SUB, FOL))


def unanswered(asked: Asked) -> End:
    """How a job goes on that the service took while nobody heard: found again, where it can be."""
    return ("done" if asked.is_listed else QUESTION, 1)


def crashes() -> Iterator[Crash]:
    for asked in EVERY:
        sent = unanswered(asked)
        yield Crash(asked, (None, Q), ("", 0), ("done", 1))
        yield Crash(asked, (Q, PREP), ("done", 1), ("done", 1))
        yield Crash(asked, (PREP, SUB), ("done", 1), (QUESTION, 0))
        yield Crash(asked, (SUB, FOL), sent, ("done", 1))
        yield Crash(asked, (FOL, DOWN), ("done", 1), ("done", 1))
        yield Crash(asked, (DOWN, DONE), ("done", 1), ("done", 1))
        yield Crash(asked, (SUB, LOST), sent, sent, "answer lost")
        # Refused at once: nothing was begun
        yield Crash(asked, (SUB, PREP), (QUESTION, 0), ("done", 1), "busy")
        yield Crash(asked, (PREP, HELD), ("done", 1), (WAITS, 0), "busy")
        yield Crash(asked, (HELD, Q), (WAITS, 0), ("done", 1), "busy", (RUN, TRY_NOW))
    for asked in (OXEN, TENGR):
        yield Crash(asked, (LOST, Q), ("done", 1), ("done", 1), "answer lost")
    for asked in EVERY:
        # Where the file is there already it is used again, and the library is asked before.
        busy = {"trouble": "busy", "lives": (RUN, TRY_NOW)}
        yield Crash(asked, (Q, PREP), ("done", 1), ("done", 1), **busy)
        yield Crash(asked, (PREP, SUB), ("done", 1), (QUESTION, 0), **busy)
    for asked in (OXEN, TENGR, FAL, FAL_STORED):
        yield Crash(asked, (FOL, FAILED), (REFUSED, 1), (REFUSED, 1), "fails")


@dataclass(frozen=True)
class Blow:
    """The program is killed from outside while something is on its way.

    on : ``upload``, ``submit``, ``work`` or ``result``
    """

    asked: Asked
    on: str
    end: End

    def __str__(self) -> str:
        return f"{self.asked}-{self.on}"

    @property
    def is_short(self) -> bool:
        return self.on == "work"


def blows() -> Iterator[Blow]:
    for asked in EVERY:
        if asked.upload:
            yield Blow(asked, "upload", ("done", 1))
        yield Blow(asked, "submit", unanswered(asked))
        if asked is not OXEN_AT_ONCE:  # whose work and submit are one request
            yield Blow(asked, "work", ("done", 1))
        yield Blow(asked, "result", ("done", 1))


CRASHES = tuple(crashes())
BLOWS = tuple(blows())
