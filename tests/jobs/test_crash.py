"""Kill the program at every transition of the journal's table, and look what comes of it.

Each case is real: a process dies by SIGKILL just before or just after a transition is on
disk, a real service over loopback HTTP keeps count, and a new process goes on.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from depthstudio.jobs.phase import TRANSITIONS, Phase, Transition
from tests.support.lives import live, outcomes
from tests.support.scripted_service import ScriptedService

Q, PREP, SUB, FOL = Phase.QUEUED, Phase.PREPARING, Phase.SUBMITTING, Phase.FOLLOWING
DOWN, HELD, LOST = Phase.DOWNLOADED, Phase.HELD, Phase.LOST
DONE, FAILED, CANCELLED = Phase.DONE, Phase.FAILED, Phase.CANCELLED


@dataclass(frozen=True)
class Life:
    """One process: what it does, and where it dies (nowhere: it ends by itself)."""

    actions: tuple[str, ...]
    dies_after: Transition | None = None
    alone: bool = False  # older jobs are left alone


@dataclass(frozen=True)
class Case:
    """How a transition is reached, and what must come of dying before and after it.

    Outcomes are the states of all jobs once a last process has gone on, with what a held
    or failed one says; `accepted` is how many submits the service took in all.
    """

    lives: tuple[Life, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    accepted: tuple[int, int] = (1, 1)
    script: str = "ok"
    steps: int = 1
    last: tuple[str, ...] = field(default=("settle",))


RUN = Life(("add", "settle"))
BUSY = Life(("add", "busy"))
GO_ON = Life(("settle",))

CASES: dict[Transition, Case] = {
    (None, Q): Case((RUN,), (), ("done",), accepted=(0, 1)),
    (None, FAILED): Case((Life(("add-unusable",)),), (), ("failed InputError",), accepted=(0, 0)),
    (Q, PREP): Case((RUN,), ("done",), ("done",)),
    (Q, FOL): Case(
        (Life(("add", "settle")), Life(("try-now", "settle"))),
        ("done",),
        ("done",),
        script="hold-follow-once",
    ),
    (Q, CANCELLED): Case(
        (Life(("add", "settle", "add", "cancel")),),
        ("held service", "queued"),
        ("held service", "cancelled"),
        accepted=(0, 0),
        script="hold-once",
        last=(),
    ),
    (PREP, Q): Case((Life(("add", "settle"), dies_after=(Q, PREP)), GO_ON), ("done",), ("done",)),
    (PREP, SUB): Case((RUN,), ("done",), ("held submit-lost",), accepted=(1, 0)),
    (PREP, FOL): Case(
        (Life(("add", "settle", "cancel")), Life(("add", "settle"))),
        ("cancelled", "done"),
        ("cancelled", "done"),
        script="hold-follow-once",
    ),
    (PREP, DOWN): Case((RUN,), ("done",), ("done",), accepted=(0, 0), script="local"),
    (PREP, DONE): Case((RUN, Life(("add", "settle"))), ("done", "done"), ("done", "done")),
    (PREP, HELD): Case((RUN,), ("done",), ("held service",), accepted=(1, 0), script="hold-once"),
    (PREP, FAILED): Case(
        (RUN,), ("failed ProviderError",), ("failed ProviderError",), (0, 0), script="refuse"
    ),
    (PREP, CANCELLED): Case(
        (Life(("add", "busy", "cancel")),),
        ("running",),
        ("cancelled",),
        accepted=(0, 0),
        script="stall",
        last=("busy-or-settled",),
    ),
    (SUB, PREP): Case(
        (RUN,),
        ("held submit-lost",),
        ("failed ProviderError",),
        accepted=(0, 0),
        script="refuse",
    ),
    (SUB, FOL): Case((RUN,), ("held submit-lost",), ("done",)),
    (SUB, LOST): Case((RUN,), ("held submit-lost",), ("held submit-lost",), script="silence"),
    (FOL, SUB): Case((RUN,), ("done",), ("held submit-lost",), accepted=(2, 1), steps=2),
    (FOL, DOWN): Case((RUN,), ("done",), ("done",)),
    (FOL, HELD): Case((RUN,), ("done",), ("held service",), script="hold-follow-once"),
    (FOL, FAILED): Case(
        (RUN,), ("failed RemoteJobFailed",), ("failed RemoteJobFailed",), script="fail"
    ),
    (FOL, CANCELLED): Case(
        (Life(("add", "busy", "cancel")),),
        ("running",),
        ("cancelled",),
        script="slow",
        last=("busy-or-settled",),
    ),
    (DOWN, DONE): Case((RUN,), ("done",), ("done",)),
    (DOWN, FAILED): Case(
        (Life(("fill-disk", "add", "settle")),),
        ("done",),
        ("failed LibraryError",),
    ),
    (DOWN, CANCELLED): Case(
        (Life(("add", "settle"), dies_after=(FOL, DOWN)), Life(("cancel",), alone=True)),
        ("done",),
        ("cancelled",),
    ),
    (HELD, Q): Case(
        (RUN, Life(("try-now", "settle"))),
        ("held service",),
        ("done",),
        accepted=(0, 1),
        script="hold-once",
    ),
    (HELD, CANCELLED): Case(
        (RUN, Life(("cancel",))),
        ("held service",),
        ("cancelled",),
        accepted=(0, 0),
        script="hold-once",
    ),
    (LOST, Q): Case(
        (Life(("add", "settle"), dies_after=(PREP, SUB)), Life(("send-again", "settle"))),
        ("held submit-lost",),
        ("done",),
        accepted=(0, 1),
    ),
    (LOST, FAILED): Case(
        (RUN, Life(("mark-lost",))),
        ("held submit-lost",),
        ("failed SubmitUnknown",),
        script="silence",
    ),
    (LOST, CANCELLED): Case(
        (RUN, Life(("cancel",))), ("held submit-lost",), ("cancelled",), script="silence"
    ),
    (FAILED, Q): Case(
        (RUN, Life(("retry", "settle"))),
        ("failed ProviderError",),
        ("done",),
        accepted=(0, 1),
        script="refuse-once",
    ),
    (FAILED, DOWN): Case(
        (Life(("fill-disk", "add", "settle")), Life(("retry", "settle"))),
        ("failed LibraryError",),
        ("done",),
    ),
    (CANCELLED, Q): Case(
        (
            Life(("add", "settle", "cancel")),
            Life(("retry", "settle")),
        ),
        ("cancelled",),
        ("done",),
        accepted=(0, 1),
        script="hold-once",
    ),
    (CANCELLED, DOWN): Case(
        (
            Life(("add", "settle"), dies_after=(FOL, DOWN)),
            Life(("cancel",), alone=True),
            Life(("retry", "settle")),
        ),
        ("cancelled",),
        ("done",),
    ),
    (DONE, None): Case((RUN, Life(("remove",))), ("done",), ()),
    (FAILED, None): Case(
        (RUN, Life(("remove",))), ("failed ProviderError",), (), (0, 0), script="refuse"
    ),
    (CANCELLED, None): Case(
        (Life(("add", "settle", "cancel")), Life(("remove",))),
        ("cancelled",),
        (),
        accepted=(0, 0),
        script="hold-once",
    ),
}


def test_every_transition_of_the_table_has_a_case() -> None:
    assert CASES.keys() == TRANSITIONS


def name_of(transition: Transition) -> str:
    return " to ".join(phase or "nothing" for phase in transition)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("transition", sorted(CASES, key=name_of), ids=name_of)
def test_a_crash_at_any_transition_loses_nothing_and_pays_nothing_twice(
    transition: Transition, when: str, tmp_path: Path
) -> None:
    case = CASES[transition]
    source = tmp_path / "photo.png"
    Image.new("RGB", (32, 24), (9, 99, 200)).save(source)
    with ScriptedService() as service:
        plan = {
            "home": str(tmp_path / "home"),
            "provider": "scripted",
            "endpoints": {"api": service.url},
            "source": str(source),
            "values": {"script": case.script, "steps": case.steps},
        }
        for life in case.lives[:-1]:
            live(plan, life.actions, life.dies_after, "after", alone=life.alone)
        last = case.lives[-1]
        live(plan, last.actions, transition, when, alone=last.alone)
        jobs = live(plan, case.last, None, "after") or []
        assert outcomes(jobs) == (case.before if when == "before" else case.after)
        assert sum(service.accepted.values()) == case.accepted[when == "after"]
        assert all(count == 1 for count in service.accepted.values())
    whole = hashlib.sha256(b"made of " + source.read_bytes().hex()[:64].encode()).hexdigest()
    for job in jobs:
        assert job["files"] in ([], [whole]) or case.steps > 1 or len(job["files"]) == 1
        assert bool(job["files"]) == (job["state"] == "done")
