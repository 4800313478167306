"""Kill the program wherever a job of a paid service may be, and look what comes of it.

Each case is real: a process dies by SIGKILL, a service keeps count, a new process goes on.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.services.rest_crash_table import BLOWS, CRASHES, GO_ON, RUN, Blow, Crash, End
from tests.support.lives import Jobs, live, outcomes
from tests.support.lives_ended import live_until
from tests.support.vendors import ENVIRONMENT, HURRY, Asked, Vendors, thing_for

Files = Callable[[Asked], list[str]]


def cases(rows: tuple[Any, ...], *times: str) -> list[Any]:
    return [
        pytest.param(
            row, *when,
            id="-".join([str(row), *when]),
            marks=[] if row.is_short else [pytest.mark.long],
        )
        for row in rows
        for when in ([(time,) for time in times] or [()])
    ]  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Generator[Vendors]:
    with Vendors() as vendors:
        yield vendors


@pytest.fixture
def vendors(running: Vendors) -> Generator[Vendors]:
    running.reset()
    yield running
    running.release()


def plan_of(vendors: Vendors, asked: Asked, folder: Path) -> dict[str, Any]:
    return {
        "home": str(folder / "home"),
        "provider": asked.provider_id,
        "endpoints": vendors.endpoints(asked),
        "source": str(thing_for(asked, folder)),
        "values": dict(asked.values),
        "host_via": asked.host_via,
        "constants": dict(HURRY),
        "environment": ENVIRONMENT,
    }


@pytest.fixture(scope="module")
def undisturbed(running: Vendors, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files, by hash, of the same job that nothing happens to; made once for each kind."""
    known: dict[str, list[str]] = {}

    def files(asked: Asked) -> list[str]:
        if asked.name not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            jobs = live(plan_of(running, asked, folder), RUN, None, "after")
            assert jobs is not None
            assert outcomes(jobs) == ("done",)
            known[asked.name] = jobs[0]["files"]
            running.reset()
        return known[asked.name]

    return files


def assert_came_of_it(jobs: Jobs, end: End, whole: list[str], accepted: int) -> None:
    """State, how often it was taken on, and files equal to those of the undisturbed job."""
    outcome, count = end
    assert outcomes(jobs) == tuple(filter(None, [outcome]))
    assert accepted == count
    for job in jobs:
        assert job["files"] == (whole if outcome == "done" else [])


@pytest.mark.parametrize(("crash", "when"), cases(CRASHES, "before", "after"))
def test_a_crash_at_any_transition_loses_nothing_and_pays_nothing_twice(
    vendors: Vendors, crash: Crash, when: str, undisturbed: Files, tmp_path: Path
) -> None:
    whole = undisturbed(crash.asked)
    vendors.make_trouble(crash.asked, crash.trouble)
    plan = plan_of(vendors, crash.asked, tmp_path)
    for actions in crash.lives[:-1]:
        live(plan, actions, None, "after")
    live(plan, crash.lives[-1], crash.transition, when)
    jobs = live(plan, GO_ON, None, "after") or []
    end = crash.before if when == "before" else crash.after
    assert_came_of_it(jobs, end, whole, vendors.accepted(crash.asked))


@pytest.mark.parametrize("blow", cases(BLOWS))
def test_a_kill_while_something_is_on_its_way_loses_nothing_and_pays_nothing_twice(
    vendors: Vendors, blow: Blow, undisturbed: Files, tmp_path: Path
) -> None:
    asked = blow.asked
    whole = undisturbed(asked)
    service, pattern = vendors.of(asked), asked.submit
    match blow.on:
        case "upload":
            service, pattern = vendors.receiving(asked), asked.upload
            service.fault(pattern, "hold_answer")
        case "submit":
            service.fault(pattern, "hold_answer")
        case "result":
            pattern = asked.result
            service.fault(pattern, "stall", after_bytes=100)
        case _:
            vendors.hold()
    plan = plan_of(vendors, asked, tmp_path)

    def seen() -> None:
        service.wait_for(pattern)
        if blow.on == "work":
            wait_followed(vendors, asked)

    live_until(plan, RUN, seen)
    vendors.release()
    for fault in service.faults:
        fault.released.set()
    jobs = live(plan, GO_ON, None, "after") or []
    assert_came_of_it(jobs, blow.end, whole, vendors.accepted(asked))


def wait_followed(vendors: Vendors, asked: Asked) -> None:
    """Wait until the job was asked after, so that its ids are on disk."""
    after = {
        "oxen": r"^GET /api/ai/queue/",
        "tengr": r"^GET /v2/artworks/",
        "fal": r"^GET /fal-ai/.*/status",
    }
    vendors.of(asked).wait_for(after[asked.vendor])
