"""The set-up script: what it does, in which order, and when it does nothing."""

import ast
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from depthstudio.core import display as display_probe
from depthstudio.core import system_libraries

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "start.py"


@pytest.fixture
def ran(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands the set-up would have run, none of which is."""
    commands: list[list[str]] = []

    def record(command: list[str], failure: str) -> None:
        commands.append(command)
        if "venv" in command:
            python = start.environment_python()
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()

    monkeypatch.setattr(start, "run", record)
    monkeypatch.setattr(start, "compile_installed", lambda: commands.append(["compile"]))
    return commands


def test_the_script_can_be_read_by_python_3_8() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_script_imports_only_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    names = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_an_old_python_is_told_its_version_and_the_needed_one(start: ModuleType) -> None:
    with pytest.raises(start.SetUpError, match=r"This is Python 3\.8.*needs 3\.11 or newer"):
        start.require_python((3, 8))
    start.require_python((3, 11))


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_anything_but_the_two_commands_shows_them(
    start: ModuleType, arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(arguments) == status
    assert "start.py demo" in capsys.readouterr().out


@pytest.mark.usefixtures("ran")
def test_the_first_set_up_leaves_a_stamp_and_the_second_does_nothing(
    start: ModuleType, ran: list[list[str]]
) -> None:
    start.set_up([])

    assert "--without-pip" in ran[0]
    assert start.PIP in ran[1]
    assert "--editable" in ran[2]
    assert "--group" not in ran[2]
    assert ran[3] == ["compile"]
    ran.clear()
    start.set_up([])
    assert ran == []


def test_what_tests_need_is_added_and_stays(start: ModuleType, ran: list[list[str]]) -> None:
    start.set_up([])
    ran.clear()

    start.set_up(["dev"])

    assert not any("venv" in command for command in ran)
    assert any(argument.endswith("pyproject.toml:dev") for argument in ran[-2])
    ran.clear()
    start.set_up([])
    assert ran == []


def test_new_requirements_are_installed(
    start: ModuleType, ran: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start.set_up(["dev"])
    ran.clear()
    (tmp_path / "pyproject.toml").write_text("changed")
    monkeypatch.setattr(start, "CHECKOUT", tmp_path)

    start.set_up([])

    assert any(argument.endswith(":dev") for argument in ran[-2])


def test_another_python_makes_the_environment_anew(
    start: ModuleType, ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start.set_up([])
    ran.clear()
    monkeypatch.setattr(start, "python_version", lambda: "3.99")

    start.set_up([])

    assert "--clear" in ran[0]


def test_an_interrupted_set_up_is_not_taken_for_a_finished_one(
    start: ModuleType, ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start.set_up([])

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "compile_installed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start.set_up(["dev"])

    assert start.read_stamp() == {}


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_damaged_stamp_counts_as_none(start: ModuleType, content: str) -> None:
    start.STAMP.parent.mkdir()
    start.STAMP.write_text(content)

    assert start.read_stamp() == {}


@pytest.mark.usefixtures("ran")
def test_a_stamp_without_its_environment_counts_as_none(start: ModuleType) -> None:
    start.set_up([])
    assert json.loads(start.STAMP.read_text())["groups"] == []
    start.environment_python().unlink()

    assert start.read_stamp() == {}


def test_a_python_without_any_pip_is_told_what_to_install(
    start: ModuleType, ran: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(start.SetUpError, match="apt-get install python3-pip"):
        start.set_up([])
    assert len(ran) == 1


def test_a_failing_step_is_said_in_words_with_its_status(start: ModuleType) -> None:
    with pytest.raises(start.SetUpError, match=r"^No luck\. \(exit status 7\)$"):
        start.run([sys.executable, "-c", "raise SystemExit(7)"], "No luck.")
    with pytest.raises(start.SetUpError, match="No luck"):
        start.run([str(start.ENVIRONMENT / "nothing")], "No luck.")


def test_set_up_is_shielded_from_variables_that_would_spoil_it(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.test")

    kept = start.clean_environment()

    assert not {"PYTHONDONTWRITEBYTECODE", "PIP_USER"} & set(kept)
    assert kept["PIP_INDEX_URL"] == "https://mirror.test"


class Packages:
    """A system that lacks packages until apt brings them."""

    def __init__(self, lacking: dict[str, list[str]]) -> None:
        self.lacking = lacking
        self.asked: list[set[str]] = []

    def missing(self, sections: set[str]) -> list[system_libraries.SystemPackage]:
        self.asked.append(set(sections))
        return [
            system_libraries.SystemPackage(name, f"{name}.so.1", section)
            for section in sorted(sections)
            for name in self.lacking.get(section, [])
        ]

    def install(self, names: list[str]) -> None:
        self.lacking = {
            section: [name for name in lacking if name not in names]
            for section, lacking in self.lacking.items()
        }


@pytest.fixture
def packages(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Packages:
    packages = Packages({"picture": ["libegl1"], "check": ["xvfb"]})
    monkeypatch.setattr(system_libraries, "missing_packages", packages.missing)
    monkeypatch.setattr(start, "install_packages", packages.install)
    return packages


def test_root_on_debian_gets_what_is_missing(
    start: ModuleType, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "may_install_packages", lambda: True)

    start.bring_system_packages("check")

    assert packages.lacking == {"picture": [], "check": []}
    assert packages.asked == [{"picture", "window", "check"}] * 2


def test_anyone_else_is_told_the_names(
    start: ModuleType, packages: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "may_install_packages", lambda: False)

    with pytest.raises(start.SetUpError) as caught:
        start.bring_system_packages("check")

    assert str(caught.value).splitlines() == [
        "This system lacks xvfb.so.1, libegl1.so.1",
        "On Debian or Ubuntu: sudo apt-get install xvfb libegl1",
    ]
    assert packages.lacking["check"] == ["xvfb"]


@pytest.mark.parametrize(
    ("display", "sections"), [(False, {"picture"}), (True, {"picture", "window"})]
)
def test_demo_asks_for_window_libraries_only_with_a_display(
    start: ModuleType,
    packages: Packages,
    monkeypatch: pytest.MonkeyPatch,
    display: bool,
    sections: set[str],
) -> None:
    packages.lacking = {}
    monkeypatch.setattr(display_probe, "has_display", lambda: display)

    start.bring_system_packages("demo")

    assert packages.asked == [sections]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root here")
def test_an_ordinary_user_never_calls_apt(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)

    assert not start.may_install_packages()


def test_main_hands_the_options_over_after_set_up(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[Any] = []
    monkeypatch.setattr(start, "bring_system_packages", order.append)
    monkeypatch.setattr(start, "set_up", order.append)
    monkeypatch.setattr(start, "hand_over", lambda command: order.append(command) or 0)

    assert start.main(["demo", "--picture", "a.png"]) == 0

    python = str(start.environment_python())
    assert order == ["demo", [], [python, "-m", "depthstudio", "demo", "--picture", "a.png"]]


def test_a_set_up_that_fails_hands_nothing_over(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: str) -> None:
        raise start.SetUpError("This system lacks everything")

    monkeypatch.setattr(start, "bring_system_packages", fail)
    monkeypatch.setattr(start, "hand_over", lambda command: pytest.fail("handed over"))

    assert start.main(["check"]) == 1
    assert capsys.readouterr().err == "This system lacks everything\n"
