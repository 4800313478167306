"""Kill the program wherever a job of a service on Gradio may be, and look what comes of it.

Each case is real: a process dies by SIGKILL, a real server keeps count, a new process goes on.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.services.crash_table import (
    BLOWS,
    CRASHES,
    FULL,
    GO_ON,
    RESCUED,
    RUN,
    Blow,
    Crash,
)
from tests.support.gradio_jobs import (
    DA3,
    JOIN,
    OWN_VERSION,
    STREAM,
    UPLOAD,
    Kind,
    OfKind,
    accepted,
    matching,
    thing,
    until_matching,
)
from tests.support.gradio_servers import ZEROGPU, GradioServer
from tests.support.lives import Jobs, live, outcomes
from tests.support.lives_ended import live_until

WAITS = "depthstudio.providers.depth_anything.making.RESCUE_WAITS_S"
Files = Callable[[GradioServer, Kind], list[str]]


def plan_of(server: GradioServer, kind: Kind, home: Path, source: Path) -> dict[str, Any]:
    return {
        "home": str(home),
        "provider": kind.provider_id,
        "endpoints": {"space": server.url},
        "source": str(source),
        "values": dict(kind.values),
        "constants": {WAITS: [0.0, 0.2, 0.5]},
    }


def cases(rows: list[Any], *times: str) -> list[Any]:
    """Parameters (server, row), and with `times` (…, when): short ones first, the rest long."""
    return [
        pytest.param(
            (row.kind, version), row, *when,
            id="-".join([str(row), *when, f"gradio{version}"]),
            marks=[] if row.is_short and is_own(row, version) else [pytest.mark.long],
        )
        for row in rows
        for version in (OWN_VERSION[row.kind.provider_id], "6")
        for when in ([(time,) for time in times] or [()])
    ]  # fmt: skip


def is_own(row: OfKind, version: str) -> bool:
    return version == OWN_VERSION[row.kind.provider_id]


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files, by hash, of the same job that nothing happens to; asked for once a server."""
    known: dict[str, list[str]] = {}

    def files(server: GradioServer, kind: Kind) -> list[str]:
        if server.url not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            jobs = live(plan_of(server, kind, folder / "home", thing(folder)), RUN, None, "after")
            assert jobs is not None
            assert outcomes(jobs) == ("done",)
            known[server.url] = jobs[0]["files"]
        return known[server.url]

    return files


def make_trouble(server: GradioServer, kind: Kind, trouble: str) -> None:
    last = kind.work[-1]
    match trouble:
        case "quota":
            server.refuse(last, ZEROGPU["quota"])
        case "line full":
            headers = {"content-type": "application/json"}
            server.wire_fault(
                JOIN, "answer", skip=kind.join(kind.work[0]), status=503, body=FULL, headers=headers
            )
        case "answer lost":
            server.wire_fault(JOIN, "lose_answer", skip=kind.join(last))
        case "exception":
            server.fault(last, "exception", text="no such thing")
        case "":
            pass
        case other:
            pytest.fail(f"no such trouble: {other}")


def assert_came_of_it(
    jobs: Jobs, outcome: str, counts: tuple[int, ...], whole: list[str],
    server: GradioServer, kind: Kind,
) -> None:  # fmt: skip
    """State, number of calls, and files equal to those of the job that nothing happened to."""
    states = ("done",) if outcome == RESCUED else tuple(filter(None, [outcome]))
    assert outcomes(jobs) == states
    for name, count in zip(kind.work, counts, strict=True):
        if count:  # what was accepted may not have begun yet
            server.wait_called(name, count)
    assert accepted(server, kind) == counts
    for job in jobs:
        done = {"done": whole, RESCUED: whole[:1]}
        assert job["files"] == done.get(outcome, [])


@pytest.mark.parametrize(
    ("server", "crash", "when"), cases(CRASHES, "before", "after"), indirect=["server"]
)
def test_a_crash_at_any_transition_loses_nothing_and_pays_nothing_twice(
    server: GradioServer, crash: Crash, when: str, undisturbed: Files, tmp_path: Path
) -> None:
    whole = undisturbed(server, crash.kind)
    server.reset()
    make_trouble(server, crash.kind, crash.trouble)
    plan = plan_of(server, crash.kind, tmp_path / "home", thing(tmp_path))
    for actions in crash.lives[:-1]:
        live(plan, actions, None, "after")
    live(plan, crash.lives[-1], crash.transition, when, nth=crash.nth)
    jobs = live(plan, GO_ON, None, "after") or []
    outcome, counts = crash.before if when == "before" else crash.after
    assert_came_of_it(jobs, outcome, counts, whole, server, crash.kind)
    if crash.kind is DA3:
        assert len(matching(server, UPLOAD)) <= 1


@pytest.mark.parametrize(("server", "blow"), cases(BLOWS), indirect=["server"])
def test_a_kill_while_something_is_on_its_way_loses_nothing_and_pays_nothing_twice(
    server: GradioServer, blow: Blow, undisturbed: Files, tmp_path: Path
) -> None:
    whole = undisturbed(server, blow.kind)
    server.reset()
    if blow.fault:
        on, kind, facts = blow.fault
        server.wire_fault(on, kind, skip=blow.skip, **facts)
    if blow.held:
        server.hold(blow.held)
    plan = plan_of(server, blow.kind, tmp_path / "home", thing(tmp_path))

    def seen() -> None:
        if blow.held:
            server.wait_called(blow.held, state="held")
            # Followed, so its ids are on disk.
            asyncio.run(until_matching(server, STREAM, blow.kind.join(blow.held) + 1))
        else:
            asyncio.run(until_matching(server, *blow.seen))

    live_until(plan, RUN, seen)
    server.release()
    jobs = live(plan, GO_ON, None, "after") or []
    assert_came_of_it(jobs, blow.outcome, blow.accepted, whole, server, blow.kind)
    assert len(matching(server, JOIN)) <= len(blow.kind.joins) + 4  # and no storm of calls
