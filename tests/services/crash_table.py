"""Every moment at which a job of a service on Gradio may be cut off, and what must come of it."""

from dataclasses import dataclass
from typing import Any

from depthstudio.jobs.phase import Phase, Transition
from tests.support.gradio_jobs import DA3, JOIN, PARTPACKER, PICTURE, SCENE, UPLOAD, Kind

Q, PREP, SUB, FOL = Phase.QUEUED, Phase.PREPARING, Phase.SUBMITTING, Phase.FOLLOWING
DOWN, HELD, LOST = Phase.DOWNLOADED, Phase.HELD, Phase.LOST
DONE, FAILED, CANCELLED = Phase.DONE, Phase.FAILED, Phase.CANCELLED

QUESTION, GONE, RESCUED = "held submit-lost", "failed ResultLost", "done scene only"
RUN, GO_ON, TRY_NOW = ("add", "settle"), ("settle",), ("try-now", "settle")
FULL = '{"detail":"Queue is full. Max size is 1 and size is 1."}'


@dataclass(frozen=True)
class Crash:
    """The program dies before and after a transition is on disk, at its `nth` time.

    `before` and `after` are how the next life ends, with how often each function that starts
    work was called in all, those that ZeroGPU refused included. `trouble` is what goes wrong
    meanwhile, `lives` what the process does that dies, and before it others that do not.
    """

    kind: Kind
    transition: Transition
    before: tuple[str, tuple[int, ...]]
    after: tuple[str, tuple[int, ...]]
    nth: int = 1
    trouble: str = ""
    lives: tuple[tuple[str, ...], ...] = (RUN,)
    is_short: bool = False  # also in a check that is not full

    def __str__(self) -> str:
        steps = "-to-".join(phase or "nothing" for phase in self.transition)
        trouble = f"-{self.trouble.replace(' ', '-')}" if self.trouble else ""
        return f"{self.kind.provider_id}{trouble}-{steps}-{self.nth}"


D, P = DA3, PARTPACKER
NO, ONE = (0,), (1,)
ALL, CUT, NEITHER = (1, 1), (1, 0), (0, 0)

CRASHES = [
    Crash(D, (None, Q), ("", NO), ("done", ONE)),
    Crash(D, (Q, PREP), ("done", ONE), ("done", ONE)),
    Crash(D, (PREP, SUB), ("done", ONE), (QUESTION, NO), is_short=True),
    Crash(D, (SUB, FOL), (QUESTION, ONE), (RESCUED, ONE), is_short=True),
    Crash(D, (FOL, DOWN), ("done", ONE), ("done", ONE)),
    Crash(D, (DOWN, DONE), ("done", ONE), ("done", ONE)),
    # Taken, then refused by ZeroGPU unrun: the upload is kept, and the library asked once more
    Crash(D, (FOL, HELD), (GONE, ONE), ("held service", ONE), trouble="quota"),
    Crash(
        D, (HELD, Q), ("held service", ONE), ("done", (2,)), trouble="quota", lives=(RUN, TRY_NOW)
    ),
    Crash(D, (Q, PREP), ("done", (2,)), ("done", (2,)), trouble="quota", lives=(RUN, TRY_NOW)),
    Crash(D, (PREP, SUB), ("done", (2,)), (QUESTION, ONE), trouble="quota", lives=(RUN, TRY_NOW)),
    Crash(
        D, (SUB, FOL), (QUESTION, (2,)), (RESCUED, (2,)), trouble="quota", lives=(RUN, TRY_NOW)
    ),
    # Refused at once
    Crash(D, (SUB, PREP), (QUESTION, NO), ("done", ONE), trouble="line full"),
    Crash(D, (PREP, HELD), ("done", ONE), ("held service", NO), trouble="line full"),
    Crash(D, (SUB, LOST), (QUESTION, ONE), (QUESTION, ONE), trouble="answer lost"),
    Crash(D, (FOL, FAILED), (GONE, ONE), ("failed RemoteJobFailed", ONE), trouble="exception"),
    Crash(P, (None, Q), ("", NEITHER), ("done", ALL)),
    Crash(P, (Q, PREP), ("done", ALL), ("done", ALL)),
    Crash(P, (PREP, SUB), ("done", ALL), (QUESTION, NEITHER)),
    Crash(P, (SUB, FOL), (QUESTION, CUT), (GONE, CUT)),
    Crash(P, (FOL, SUB), ("done", ALL), (QUESTION, CUT), is_short=True),
    Crash(P, (SUB, FOL), (QUESTION, ALL), (GONE, ALL), nth=2, is_short=True),
    Crash(P, (FOL, DOWN), ("done", ALL), ("done", ALL)),
    Crash(P, (DOWN, DONE), ("done", ALL), ("done", ALL)),
    Crash(P, (FOL, HELD), (GONE, ALL), ("held service", ALL), trouble="quota"),
    Crash(
        P, (HELD, Q), ("held service", ALL), ("done", (1, 2)), trouble="quota",
        lives=(RUN, TRY_NOW),
    ),
    Crash(P, (Q, FOL), ("done", (1, 2)), ("done", (1, 2)), trouble="quota", lives=(RUN, TRY_NOW)),
    Crash(P, (SUB, PREP), (QUESTION, NEITHER), ("done", ALL), trouble="line full"),
    Crash(P, (PREP, HELD), ("done", ALL), ("held service", NEITHER), trouble="line full"),
    Crash(P, (SUB, LOST), (QUESTION, ALL), (QUESTION, ALL), trouble="answer lost"),
    Crash(P, (FOL, FAILED), (GONE, ALL), ("failed RemoteJobFailed", ALL), trouble="exception"),
]  # fmt: skip


@dataclass(frozen=True)
class Blow:
    """The program is killed while something is on its way: a `fault` or a function holds it."""

    kind: Kind
    stage: str
    outcome: str
    accepted: tuple[int, ...]
    fault: tuple[str, str, dict[str, Any]] | None = None
    skip: int = 0
    seen: tuple[str, int] = ("", 0)
    held: str = ""
    is_short: bool = False

    def __str__(self) -> str:
        return f"{self.kind.provider_id}-{self.stage.replace(' ', '-')}"


STALL: dict[str, Any] = {"after_bytes": 100}
BLOWS = [
    Blow(D, "uploading", "done", ONE, (UPLOAD, "pause", {}), seen=(UPLOAD, 1)),
    Blow(D, "server reads", "done", ONE, held="handle_uploads"),
    Blow(D, "joining", QUESTION, ONE, (JOIN, "hold_answer", {}), 1, seen=(JOIN, 2)),
    Blow(D, "running", RESCUED, ONE, held="gradio_demo", is_short=True),
    Blow(D, "scene comes", RESCUED, ONE, (SCENE, "stall", STALL), seen=(SCENE, 1)),
    Blow(D, "pictures come", "done", ONE, (PICTURE, "stall", STALL), seen=(PICTURE, 1)),
    Blow(P, "uploading", "done", ALL, (UPLOAD, "pause", {}), seen=(UPLOAD, 1)),
    Blow(P, "joining", QUESTION, CUT, (JOIN, "hold_answer", {}), seen=(JOIN, 1)),
    Blow(P, "cutting", GONE, CUT, held="process_image"),
    Blow(P, "cut-out comes", "done", ALL, (PICTURE, "stall", STALL), seen=(PICTURE, 1)),
    Blow(P, "joining for 3D", QUESTION, ALL, (JOIN, "hold_answer", {}), 1, seen=(JOIN, 2)),
    Blow(P, "making", GONE, ALL, held="process_3d"),
    Blow(P, "object comes", "done", ALL, (SCENE, "stall", STALL), seen=(SCENE, 1), is_short=True),
]  # fmt: skip
