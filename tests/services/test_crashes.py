"""Kill the program at every step of a job on a real Gradio server, and look what comes of it.

A process dies by SIGKILL just before or just after a step is on disk; the server keeps count of
what it accepted; a new process goes on. A Gradio server forgets a result with the connection
that waits for it: Depth Anything 3 can be asked for the scene it made, PartPacker cannot.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image

from depthstudio.jobs.phase import Phase, Transition
from tests.support.gradio_servers import GradioServer
from tests.support.lives import live, outcomes

Q, PREP, SUB, FOL = Phase.QUEUED, Phase.PREPARING, Phase.SUBMITTING, Phase.FOLLOWING
DOWN, DONE = Phase.DOWNLOADED, Phase.DONE
QUESTION, LOST = "held submit-lost", "failed ResultLost"


@dataclass(frozen=True)
class Case:
    """Where the first life ends, what the second one brings, and what was accepted in all.

    nth : which time of that step, where a job takes it more than once
    accepted : calls of each function that starts work, in the order of the service
    is_whole : every file is there, and the same as of a run that nothing disturbed
    """

    at: Transition
    when: str
    outcome: str
    accepted: tuple[int, ...]
    nth: int = 1
    is_whole: bool = True

    def __str__(self) -> str:
        step = " to ".join(phase or "nothing" for phase in self.at)
        return f"{self.when} {step}" + (f" ({self.nth})" if self.nth > 1 else "")


DEPTH_ANYTHING = (
    Case((None, Q), "after", "done", (1,)),
    Case((Q, PREP), "before", "done", (1,)),
    Case((Q, PREP), "after", "done", (1,)),
    Case((PREP, SUB), "before", "done", (1,)),
    Case((PREP, SUB), "after", QUESTION, (0,)),
    Case((SUB, FOL), "before", QUESTION, (1,)),
    Case((SUB, FOL), "after", "done", (1,), is_whole=False),  # rescued: the scene alone
    Case((FOL, DOWN), "before", "done", (1,)),
    Case((FOL, DOWN), "after", "done", (1,)),
    Case((DOWN, DONE), "before", "done", (1,)),
    Case((DOWN, DONE), "after", "done", (1,)),
)
PARTPACKER = (
    Case((Q, PREP), "after", "done", (1, 1)),
    Case((PREP, SUB), "before", "done", (1, 1)),
    Case((PREP, SUB), "after", QUESTION, (0, 0)),
    Case((SUB, FOL), "before", QUESTION, (1, 0)),
    Case((SUB, FOL), "after", LOST, (1, 0)),
    Case((FOL, SUB), "before", "done", (1, 1)),
    Case((FOL, SUB), "after", QUESTION, (1, 0)),
    Case((SUB, FOL), "before", QUESTION, (1, 1), nth=2),
    Case((SUB, FOL), "after", LOST, (1, 1), nth=2),
    Case((FOL, DOWN), "before", "done", (1, 1)),
    Case((FOL, DOWN), "after", "done", (1, 1)),
    Case((DOWN, DONE), "before", "done", (1, 1)),
    Case((DOWN, DONE), "after", "done", (1, 1)),
)
# In every check; the others in a full one. Each is two starts of the program.
SHORT = {(PREP, SUB), (SUB, FOL), (FOL, SUB), (FOL, DOWN)}


def listed(cases: tuple[Case, ...]) -> list[Any]:
    return [
        pytest.param(case, id=str(case), marks=() if case.at in SHORT else pytest.mark.long)
        for case in cases
    ]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A thing on a bright ground."""
    pixels = np.full((120, 160, 3), 235, np.uint8)
    pixels[30:90, 40:120] = (200, 60, 30)
    pixels[50:70, 60:100] = (30, 160, 40)
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def crash(
    server: GradioServer, provider: str, photo: Path, tmp_path: Path, case: Case
) -> tuple[str, list[str]]:
    """Two lives of a home; how its job stands at the end, and its files."""
    plan = {
        "home": str(tmp_path / "home"),
        "provider": provider,
        "endpoints": {"space": server.url},
        "source": str(photo),
        "values": {},
    }
    live(plan, ("add", "settle"), case.at, case.when, nth=case.nth)
    (job,) = live(plan, ("settle",), None, "after") or []
    (outcome,) = outcomes([job])
    return outcome, job["files"]


def undisturbed(server: GradioServer, provider: str, photo: Path, tmp_path: Path) -> list[str]:
    """The files of the same job in a home of its own."""
    plan = {
        "home": str(tmp_path / "undisturbed"),
        "provider": provider,
        "endpoints": {"space": server.url},
        "source": str(photo),
        "values": {},
    }
    (job,) = live(plan, ("add", "settle"), None, "after") or []
    assert job["state"] == "done", job
    return job["files"]


def scene_at(server: GradioServer) -> str:
    """The hash of the last scene that was fetched, as the server has it."""
    fetched = [r["target"] for r in server.requests(method="GET") if r["target"].endswith(".glb")]
    with urlopen(server.direct_url + fetched[-1]) as answer:
        return hashlib.sha256(answer.read()).hexdigest()


@pytest.mark.parametrize("case", listed(DEPTH_ANYTHING))
def test_depth_anything_loses_nothing_and_runs_nothing_twice(
    da3: GradioServer, photo: Path, tmp_path: Path, case: Case
) -> None:
    outcome, files = crash(da3, "depth-anything-3", photo, tmp_path, case)

    assert outcome == case.outcome
    assert (len(da3.calls("gradio_demo")),) == case.accepted
    if outcome == "done":
        assert files[0] == scene_at(da3)
        whole = undisturbed(da3, "depth-anything-3", photo, tmp_path)
        # No two runs make the same scene: the server draws what it leaves out.
        assert files[1:] == (whole[1:] if case.is_whole else [])
        assert len(set(whole)) == 3  # scene, photo, depth


@pytest.mark.parametrize("case", listed(PARTPACKER))
def test_partpacker_loses_nothing_and_runs_nothing_twice(
    partpacker: GradioServer, photo: Path, tmp_path: Path, case: Case
) -> None:
    outcome, files = crash(partpacker, "partpacker", photo, tmp_path, case)

    assert outcome == case.outcome
    accepted = tuple(len(partpacker.calls(name)) for name in ("process_image", "process_3d"))
    assert accepted == case.accepted
    if outcome == "done":
        assert files == undisturbed(partpacker, "partpacker", photo, tmp_path)


@pytest.mark.long  # the rescue asks for half a minute whether the server still makes it
def test_a_scene_that_the_server_threw_away_is_said_to_be_lost(
    da3_seed: GradioServer, photo: Path, tmp_path: Path
) -> None:
    plan = {
        "home": str(tmp_path / "home"),
        "provider": "depth-anything-3",
        "endpoints": {"space": da3_seed.url},
        "source": str(photo),
        "values": {},
    }
    live(plan, ("add", "settle"), (SUB, FOL), "after")
    da3_seed.wait_called("gradio_demo", state="done")
    da3_seed.forget()
    (job,) = live(plan, ("settle",), None, "after") or []

    assert outcomes([job]) == (LOST,)
    assert len(da3_seed.calls("gradio_demo")) == 1
