import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import ProviderHeld
from depthstudio.providers.registry import Registry
from tests.support.cli_events import assert_in_order
from tests.support.scripted_service import ScriptedService

Cli = Callable[..., Any]
MakePhoto = Callable[..., Path]
SCRIPTED = ("--provider", "scripted", "--json")


def test_a_lost_submit_is_a_question_that_resume_answers(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    run = cli("run", make_photo(), *SCRIPTED, "--set", "script=silence")
    (held,) = run.named("held")
    assert (run.status, held["kind"], held["final"]) == (1, "submit-lost", True)
    asked = cli("resume", "--json")
    assert (asked.status, asked.named("held")[0]["final"]) == (1, True)
    assert sum(service.accepted.values()) == 1

    again = cli("resume", held["job"], "--send-again", "--json")
    assert (again.status, sum(service.accepted.values())) == (1, 2)
    assert_in_order(again.records)
    given_up = cli("resume", "--mark-lost", "--json")

    assert given_up.status == 1
    (failed,) = given_up.named("failed")
    assert failed["error"]["type"] == "SubmitUnknown"
    assert sum(service.accepted.values()) == 2


def test_resume_names_the_settings_of_a_lost_submit_as_the_form_does(
    cli: Cli, make_photo: MakePhoto
) -> None:
    run = cli("run", make_photo(), *SCRIPTED, "--set", "script=silence")
    asked = cli("resume", run.named("held")[0]["job"])

    assert "  With: Script silence, Steps 1\n" in asked.out


def test_resume_has_nothing_to_do_and_says_nothing(cli: Cli, make_photo: MakePhoto) -> None:
    (done,) = cli("run", make_photo(), *SCRIPTED).named("done")

    said = cli("resume", "--json")
    finished = cli("resume", done["job"])

    assert (said.status, said.out) == (0, "")
    assert finished.status == 2
    assert f"There is no unfinished job {done['job']}" in finished.err


def test_resume_ends_a_hold_that_waits_for_a_person(
    cli: Cli, make_photo: MakePhoto, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*words: Any) -> Any:
        raise ProviderHeld("Accept the terms first", until=None)

    with monkeypatch.context() as refusing:
        refusing.setattr(registry["scripted"], "_send", refuse)
        run = cli("run", make_photo(), *SCRIPTED)
    (held,) = run.named("held")
    assert (run.status, held["final"], held["until"]) == (1, True, None)

    resumed = cli("resume", "--json")

    assert_in_order(resumed.records)
    assert [done["job"] for done in resumed.named("done")] == [held["job"]]


def test_resume_of_one_job_leaves_the_others_alone(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    slow = ("--set", "script=slow", "--timeout", "0.4")
    for name in ("a.png", "b.png"):
        cli("run", make_photo(name, (len(name), ord(name[0]), 9)), *SCRIPTED, *slow)
    first, second = cli("jobs", "list", "--json").records
    service.release.set()

    said = cli("resume", second["job"], "--json")

    assert [done["job"] for done in said.named("done")] == [second["job"]]
    states = {record["job"]: record["state"] for record in cli("jobs", "list", "--json").records}
    assert states == {first["job"]: "queued", second["job"]: "done"}


def test_an_interrupted_run_is_journalled_and_resumed(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService, environment: dict[str, str]
) -> None:
    line = ["run", str(make_photo()), *SCRIPTED, "--set", "script=slow"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.cli_driver", service.url, json.dumps([line])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    for text in process.stdout:
        if json.loads(text).get("message") == "scripted":
            break
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    service.release.set()
    resumed = cli("resume", "--json")

    assert process.returncode == 130
    assert "interrupted; `depthstudio resume` goes on from here" in complaint
    assert "Traceback" not in complaint
    assert len(resumed.named("done")) == 1
    assert sum(service.accepted.values()) == 1
    assert not service.jobs["1"].cancelled
