"""Submits whose answer never came, on the command line: looked for before anybody is asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.cli.main import main
from depthstudio.jobs import looking
from tests.support.cli_events import assert_in_order
from tests.support.oxen_jobs import ENVIRONMENT, PROVIDER
from tests.support.oxen_service import OxenService
from tests.support.rest_service import Answer

ENQUEUE, LIST = r"^POST /api/ai/queue$", r"^GET /api/ai/queue\?"
NONE_LISTED = Answer.of({"count": 0, "generations": []})
ALL_STATES = 5  # requests of one look
Cli = Callable[..., tuple[int, list[dict[str, Any]]]]


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setattr(looking, "APPEARS_WITHIN_S", 0.01)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def command(*words: str) -> tuple[int, list[dict[str, Any]]]:
        status = main([*words, "--json", "--home", str(tmp_path / "home")])
        records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert_in_order(records)
        return status, records

    return command


def run(cli: Cli, oxen: OxenService, url: str) -> tuple[int, list[dict[str, Any]]]:
    return cli("run", url, "--provider", PROVIDER, "--endpoint", f"api={oxen.url}")


def test_a_run_waits_for_the_look_and_goes_on_with_what_it_finds(
    cli: Cli, oxen: OxenService, url: str
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    status, said = run(cli, oxen, url)
    assert (status, said[-1]["event"]) == (0, "done")
    assert looking.LOOKS in [record.get("message") for record in said]
    assert len(oxen.accepted) == 1


def test_resume_looks_before_it_asks(cli: Cli, oxen: OxenService, url: str) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=NONE_LISTED, times=2 * ALL_STATES)
    status, said = run(cli, oxen, url)
    assert (status, said[-1]["kind"], said[-1]["final"]) == (1, "submit-lost", True)
    assert (said[-1]["look"]["alike"], said[-1]["look"]["trouble"]) == (0, None)
    still, asked = cli("resume")
    assert (still, asked[-1]["final"]) == (1, True)
    found, done = cli("resume")
    assert (found, done[-1]["event"]) == (0, "done")
    assert len(oxen.accepted) == 1


def test_what_is_there_is_not_sent_again_even_when_told_to(
    cli: Cli, oxen: OxenService, url: str
) -> None:
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=NONE_LISTED, times=ALL_STATES)
    _, said = run(cli, oxen, url)
    status, done = cli("resume", said[-1]["job"], "--send-again")
    assert (status, done[-1]["event"], len(oxen.accepted)) == (0, "done", 1)


def test_what_is_not_there_is_sent_again_when_told_to(
    cli: Cli, oxen: OxenService, url: str
) -> None:
    oxen.fault(ENQUEUE, "drop")
    _, said = run(cli, oxen, url)
    assert said[-1]["event"] == "held"
    status, done = cli("resume", "--send-again")
    assert (status, done[-1]["event"], len(oxen.rows)) == (0, "done", 1)


def test_a_person_reads_when_it_was_looked_for(
    cli: Cli, oxen: OxenService, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    oxen.fault(ENQUEUE, "drop")
    run(cli, oxen, url)
    oxen.fault(LIST, "answer", answer=Answer.of({"error": {"title": "who?"}}, 401), times=9)
    assert main(["resume", "--home", str(tmp_path / "home")]) == 1
    words = capsys.readouterr().out
    assert ": the service's list could not be read: Oxen refuses the key (401)" in words
    oxen.faults.clear()
    assert main(["resume", "--home", str(tmp_path / "home")]) == 1
    assert ": not in the service's list; it may appear there later" in capsys.readouterr().out
