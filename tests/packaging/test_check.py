"""The check script: its order, its stop, and what reaches pytest."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_order_is_format_lint_types_contracts_tests(check: ModuleType) -> None:
    names = [name for name, _ in check.steps([], full=False)]

    assert names == ["Format", "Lint", "Types", "Import contracts", "Tests"]


@pytest.mark.parametrize(
    ("full", "marked"),
    [(False, "not quiet and not long and not online"), (True, "not quiet and not online")],
)
def test_full_adds_the_long_matrices_and_nothing_asks_services(
    check: ModuleType, full: bool, marked: str
) -> None:
    _, command = check.steps(["tests/core", "-x"], full=full)[-1]

    assert command[-4:] == ["-m", marked, "tests/core", "-x"]


def test_all_tests_share_the_processors_and_a_chosen_few_do_not(check: ModuleType) -> None:
    _, everything = check.steps([], full=False)[-1]
    _, few = check.steps(["tests/core"], full=False)[-1]

    assert not set(check.IN_PARALLEL) - set(everything)
    assert not set(check.IN_PARALLEL) & set(few)


def test_what_is_measured_runs_last_and_alone(check: ModuleType) -> None:
    *_, (_, tests), (name, alone) = check.steps([], full=True)

    assert "not quiet and not online" in tests
    assert name == "Tests alone"
    assert alone[-2:] == ["-m", "quiet"]
    assert not set(check.IN_PARALLEL) & set(alone)


def test_the_first_failure_ends_it_with_its_status(
    check: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    def exits(status: int) -> list[str]:
        return [sys.executable, "-c", f"raise SystemExit({status})"]

    assert check.run_all([("One", exits(0)), ("Two", exits(3)), ("Three", exits(4))]) == 3

    said = capfd.readouterr().out
    assert "One passed" in said
    assert "Two failed" in said
    assert "Three" not in said


def test_all_passing_is_said(check: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    assert check.run_all([("One", [sys.executable, "-c", ""])]) == 0
    assert capfd.readouterr().out.endswith("== Everything passed\n")


def test_ci_runs_the_readme_s_second_command() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    script = CHECKOUT / ".ci" / "run"
    block = readme.partition("```sh\n")[2].partition("```")[0].splitlines()
    commands = [line.partition("#")[0].strip() for line in block]

    assert commands == ["python3 packaging/start.py demo", "python3 packaging/start.py check"]
    assert script.read_text(encoding="utf-8").splitlines()[-1] == f"exec {commands[1]}"
    assert os.name == "nt" or script.stat().st_mode & 0o111 == 0o111
