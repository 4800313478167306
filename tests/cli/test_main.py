import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio import __version__
from depthstudio.__main__ import with_home_last
from depthstudio.cli.parser import COMMANDS
from tests.support.scripted_service import ScriptedService

Cli = Callable[..., Any]


def test_help_and_version_are_told_and_end_well(cli: Cli) -> None:
    helped, version = cli("--help"), cli("--version")

    assert (helped.status, version.status) == (0, 0)
    assert version.out == f"depthstudio {__version__}\n"
    assert all(re.search(rf"^ +{name}\b", helped.out, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(cli: Cli, command: str) -> None:
    said = cli(command, "--help")

    assert said.status == 0
    assert said.out.startswith(f"usage: depthstudio {command}")


def test_no_command_is_wrong_usage(cli: Cli) -> None:
    said, unknown = cli(), cli("fly")

    assert (said.status, unknown.status) == (2, 2)
    assert said.out.startswith("usage: depthstudio")
    assert "invalid choice: 'fly'" in unknown.err


def test_a_command_that_is_interrupted_says_how_to_go_on(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(options: Any, registry: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("depthstudio.cli.library.library", interrupted)

    said = cli("library", "list")

    assert said.status == 130
    assert said.err == "depthstudio: interrupted; `depthstudio resume` goes on from here\n"


def test_the_home_of_the_option_comes_before_that_of_the_environment(
    cli: Cli, make_photo: Callable[..., Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"

    cli("run", make_photo(), "--provider", "scripted", "--home", other)

    assert len(cli("library", "list", "--home", other, "--json").records) == 1
    assert cli("library", "list", "--json").records == []


def test_no_command_imports_qt(
    make_photo: Callable[..., Path],
    service: ScriptedService,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    photo = str(make_photo())
    slow = ["--set", "script=slow", "--timeout", "0.2"]
    lines = [
        ["run", photo, "--provider", "relief", "--each", "--json", "--output", "copies"],
        ["run", photo, "--provider", "relief", "--each", "--json"],
        ["run", photo, "--provider", "scripted", *slow],
        ["resume", "--timeout", "0.1"],
        ["jobs", "list"],
        ["providers", "--json"],
        ["providers", "test", "scripted"],
        ["library", "list"],
        ["library", "verify"],
        ["export", str(tmp_path / "nothing"), "--to", "ply", "--output", "x.ply"],
        ["demo", "--json"],
    ]

    done = subprocess.run(
        [sys.executable, "-m", "tests.support.cli_driver", service.url, json.dumps(lines)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=100,
        check=False,
    )

    ran = json.loads(done.stderr.splitlines()[-1])
    assert [status for status, _ in ran] == [0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0], done.stderr
    assert [qt for _, qt in ran] == [[]] * len(lines)
    records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    relief = [record for record in records if record.get("event") == "done"]
    assert [record["cached"] for record in relief[:2]] == [False, True]
    picture = Path(records[-1]["picture"])
    assert picture == tmp_path / "depthstudio-demo.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert Path(records[-1]["result"], "manifest.json").is_file()
    assert not (Path(records[-1]["result"]) / "annotations.json").exists()


def test_the_program_itself_runs_a_job_and_answers_it_again(
    make_photo: Callable[..., Path], environment: dict[str, str], tmp_path: Path
) -> None:
    line = ["run", str(make_photo()), "--provider", "relief", "--each", "--json"]

    ended: list[list[bool]] = []
    for _ in range(2):
        said = subprocess.run(
            [sys.executable, "-m", "depthstudio", *line],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            timeout=60,
            check=True,
        )
        records = [json.loads(text) for text in said.stdout.splitlines()]
        ended.append([record["cached"] for record in records if record["event"] == "done"])

    assert ended == [[False], [True]]


@pytest.mark.parametrize("home", [("--home", "here"), ("--home=here",)])
def test_the_home_may_be_named_before_the_command(home: tuple[str, ...]) -> None:
    assert with_home_last([*home, "jobs", "list"]) == ["jobs", "list", *home]
    assert with_home_last(["jobs", "list", *home]) == ["jobs", "list", *home]
    assert with_home_last([*home, "scene.glb"]) == ["scene.glb", *home]
    assert with_home_last(home) == list(home)
