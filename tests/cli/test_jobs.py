import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home
from tests.support.scripted_service import ScriptedService

Cli = Callable[..., Any]
Leave = Callable[[], str]
SCRIPTED = ("--provider", "scripted", "--json")


@pytest.fixture
def photo(make_photo: Callable[..., Path]) -> Path:
    return make_photo()


def run(cli: Cli, photo: Path, script: str) -> Any:
    return cli("run", photo, *SCRIPTED, "--set", f"script={script}", "--timeout", "30")


@pytest.fixture
def leave_running(home: Home, registry: Registry, photo: Path, service: ScriptedService) -> Leave:
    """Leaves a job behind, by its id, that its service still works on."""

    async def leave() -> str:
        service.polled.clear()
        home.make_folders()
        async with contextlib.aclosing(Session(home, registry)) as session:
            await session.open(only=set())
            intake = await session.take_in([photo])
            job = await session.add(intake.sources, Order("scripted", {"script": "slow"}))
            assert await asyncio.to_thread(service.polled.wait, 30)
            return job.id

    return lambda: asyncio.run(leave())


def test_the_list_says_where_every_job_stands(cli: Cli, photo: Path, leave_running: Leave) -> None:
    scripts = {
        "ok": ("done", "done"),
        "fail": ("failed", "failed"),
        "silence": ("held", "lost"),
    }
    for script in scripts:
        run(cli, photo, script)
    leave_running()

    listed = cli("jobs", "list", "--json")

    assert listed.status == 0
    stands = [(record["state"], record["phase"]) for record in listed.records]
    assert stands == [*scripts.values(), ("queued", "following")]
    done, failed, lost, slow = listed.records
    assert (done["name"], done["provider"]) == ("photo.png", "scripted")
    assert done["sources"] == [str(photo)]
    assert done["result"] is not None
    assert (done["error"], done["hold"], done["cached"]) == (None, None, False)
    assert failed["error"]["type"] == "RemoteJobFailed"
    assert lost["hold"]["kind"] == "submit-lost"
    assert slow["hold"] is None
    assert [record["created_at"] for record in listed.records] == sorted(
        record["created_at"] for record in listed.records
    )


def test_the_list_for_people_is_a_table(cli: Cli, photo: Path) -> None:
    assert cli("jobs", "list").out == ""
    for script in ("ok", "silence", "fail"):
        run(cli, photo, script)

    lines = cli("jobs", "list").out.splitlines()

    assert [line.split()[1:4] for line in lines] == [
        ["done", "scripted", "photo.png"],
        ["held", "scripted", "photo.png"],
        ["failed", "scripted", "photo.png"],
    ]
    assert lines[1].endswith("Sent or not? The answer never arrived")
    assert lines[2].endswith("Scripted could not do it")


def test_listing_never_takes_the_lock(cli: Cli, photo: Path, home: Home) -> None:
    run(cli, photo, "ok")
    lock = HomeLock(home, what="window")
    asyncio.run(lock.acquire())
    try:
        jobs = cli("jobs", "list", "--json")
        results = cli("library", "list", "--json")
        verified = cli("library", "verify")
        changed = cli("jobs", "remove", jobs.records[0]["job"])
    finally:
        lock.release()

    assert (jobs.status, len(jobs.records)) == (0, 1)
    assert (results.status, len(results.records), verified.status) == (0, 1, 0)
    assert changed.status == 3


def test_listing_an_unused_home_makes_none(cli: Cli, tmp_path: Path) -> None:
    assert cli("jobs", "list", "--json").status == 0
    assert cli("library", "list", "--json").status == 0

    assert not (tmp_path / "home").exists()


def test_cancelling_a_job_that_was_left_at_the_service_says_what_it_could_not_do(
    cli: Cli, leave_running: Leave
) -> None:
    left = leave_running()

    said = cli("jobs", "cancel", left, "--json")

    (cancelled,) = said.named("cancelled")
    assert said.status == 0
    assert cancelled["error"] == {
        "type": "Cancelled",
        "message": "it may still run at the service",
        "hint": f"What was ordered may still be fetched: depthstudio jobs retry {left}",
        "retryable": True,
    }
    words = cli("jobs", "cancel", left)
    assert "photo.png: cancelled it may still run at the service" in words.out


def test_the_list_says_what_may_still_come_and_how_it_is_fetched(
    cli: Cli, photo: Path, leave_running: Leave
) -> None:
    run(cli, photo, "fail")
    left = leave_running()
    cli("jobs", "cancel", left)

    records, table = cli("jobs", "list", "--json").records, cli("jobs", "list").out

    assert [record["may_come"] for record in records] == [False, True]
    assert table.count("may still come") == 1
    assert table.endswith(
        "it may still run at the service; may still come:"
        f" depthstudio jobs retry {left} fetches it\n"
    )


def test_retrying_runs_the_job_and_reports_it(
    cli: Cli, photo: Path, service: ScriptedService
) -> None:
    (failed,) = run(cli, photo, "refuse-once").named("failed")

    said = cli("jobs", "retry", failed["job"], "--json")

    assert said.status == 0
    assert [record["job"] for record in said.named("done")] == [failed["job"]]
    assert sum(service.accepted.values()) == 1


def test_retrying_a_file_that_was_mended_reports_the_new_job(
    cli: Cli, make_photo: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "photo.png").write_text("not yet")
    (failed,) = cli("run", tmp_path / "photo.png", *SCRIPTED).named("failed")
    still = cli("jobs", "retry", failed["job"], "--json")
    make_photo("photo.png")

    said = cli("jobs", "retry", failed["job"], "--json")

    assert (still.status, len(still.named("failed"))) == (1, 1)
    assert (said.status, len(said.named("done"))) == (0, 1)
    assert [record["state"] for record in cli("jobs", "list", "--json").records] == ["done"]


def test_removing_takes_the_row_and_leaves_the_result(cli: Cli, photo: Path) -> None:
    (done,) = run(cli, photo, "ok").named("done")

    said = cli("jobs", "remove", done["job"], "--json")

    assert (said.status, said.out) == (0, "")
    assert cli("jobs", "list", "--json").records == []
    assert [r["result"] for r in cli("library", "list", "--json").records] == [done["result"]]


def test_removing_a_row_whose_work_may_still_come_says_what_is_given_up(
    cli: Cli, leave_running: Leave
) -> None:
    first, second = leave_running(), leave_running()

    told = cli("jobs", "remove", first, "--json")
    words = cli("jobs", "remove", second)

    (warning,) = told.named("warning")
    assert (told.status, warning["job"]) == (0, first)
    assert "cannot be fetched any more" in warning["message"]
    assert words.out == f"photo.png: {warning['message']}\n"
    assert cli("jobs", "list", "--json").records == []


@pytest.mark.parametrize("action", ["cancel", "retry", "remove"])
def test_a_job_nobody_knows_is_wrong_usage(cli: Cli, action: str) -> None:
    said = cli("jobs", action, "nothing")

    assert said.status == 2
    assert "There is no job nothing" in said.err


def test_a_job_that_has_not_failed_cannot_be_retried(cli: Cli, photo: Path) -> None:
    (done,) = run(cli, photo, "ok").named("done")

    said = cli("jobs", "retry", done["job"])

    assert said.status == 2
    assert "has neither failed nor been cancelled" in said.err


def test_a_damaged_journal_is_told_with_what_to_do(cli: Cli, home: Home) -> None:
    home.make_folders()
    home.journal_file.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)

    for command in ("list", "retry"):
        said = cli("jobs", command, *(["x"] if command == "retry" else []))
        assert said.status == 1
        assert "The journal cannot be used" in said.err
        assert "results stay in the library" in said.err
