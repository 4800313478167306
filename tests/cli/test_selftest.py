import subprocess
import sys
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from PIL import features

from depthstudio.cli import selftest
from depthstudio.cli.main import main
from depthstudio.cli.selftest import Finding, Verdict
from depthstudio.providers.registry import BrokenProvider, Registry
from tests.support import memory_keyring
from tests.support.memory_keyring import MemoryKeyring

Cli = Callable[..., Any]


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one library, and nobody draws: the rest of the checks as they are."""
    monkeypatch.setattr(selftest, "LIBRARIES", ("json",))
    monkeypatch.setattr(selftest, "_picture", lambda: [Finding("off-screen picture", Verdict.OK)])
    monkeypatch.setattr(selftest, "has_display", lambda: False)


@pytest.mark.usefixtures("light")
def test_every_check_has_a_verdict(cli: Cli) -> None:
    said, words = cli("selftest", "--json"), cli("selftest")

    verdicts = {record["check"]: record["verdict"] for record in said.records}
    assert said.status == 0
    assert set(verdicts.values()) <= {"ok", "absent"}
    assert verdicts["import json"] == verdicts["provider relief"] == verdicts["read PNG"] == "ok"
    assert verdicts["window"] == "absent"
    assert "absent  window  there is no display" in words.out


@pytest.mark.usefixtures("light")
def test_only_what_is_broken_fails(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(features, "check", lambda feature: False)
    assert main(["selftest"], Registry()) == 0
    assert "absent  read WebP" in capsys.readouterr().out

    registry = Registry(broken=[BrokenProvider("builtin.x", "ImportError: no y")])
    assert main(["selftest"], registry) == 1
    assert "broken  provider builtin.x  ImportError: no y" in capsys.readouterr().out


@pytest.mark.usefixtures("light")
def test_a_library_that_is_missing_or_takes_the_process_down_is_broken(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "LIBRARIES", ("no_such_module",))
    monkeypatch.setattr(
        selftest, "missing_libraries", lambda *, display: [("libEGL.so.1", "libegl1")]
    )

    said = cli("selftest", "--json")

    broken = {r["check"]: r["detail"] for r in said.records if r["verdict"] == "broken"}
    assert said.status == 1
    assert broken == {
        "system libraries": "missing: libEGL.so.1 (libegl1)",
        "import no_such_module": "ModuleNotFoundError: No module named 'no_such_module'",
    }


@pytest.mark.usefixtures("light")
def test_a_codec_that_cannot_read_what_it_wrote_is_broken(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Any) -> Any:
        raise OSError("cannot identify image file")

    monkeypatch.setattr("PIL.Image.open", refuse)

    said = cli("selftest", "--json")

    assert said.status == 1
    assert {r["detail"] for r in said.records if r["verdict"] == "broken"} == {
        "cannot identify image file"
    }


def test_a_check_that_never_ends_or_dies_silently_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = selftest._in_subprocess("dies", ["-c", "import os; os._exit(7)"])

    def never(*arguments: Any, **named: Any) -> Any:
        raise subprocess.TimeoutExpired(sys.executable, 1)

    monkeypatch.setattr(subprocess, "run", never)
    hanging = selftest._in_subprocess("hangs", ["-c", ""])

    assert silent == Finding("dies", Verdict.BROKEN, "exit status 7")
    assert hanging == Finding("hangs", Verdict.BROKEN, "no answer in 120 s")


def test_the_real_one_draws_a_picture_without_a_display(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])

    assert selftest._picture() == [Finding("off-screen picture", Verdict.OK)]


@pytest.mark.usefixtures("light")
def test_the_keychain_is_tried_and_only_a_bad_one_fails(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "absent  keychain  this computer has no keychain" in cli("selftest").out
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", memory_keyring.NAME)
    assert "ok      keychain" in cli("selftest").out
    monkeypatch.setattr(MemoryKeyring, "set_password", lambda *arguments: None)
    said = cli("selftest")
    assert said.status == 1
    assert "broken  keychain  it does not keep what it is given" in said.out


def test_a_keychain_that_waits_for_the_user_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Event()
    monkeypatch.setattr(selftest, "KEYCHAIN_TIMEOUT_S", 0)
    monkeypatch.setattr(selftest, "probe", lambda keychain: answer.wait(20))
    (finding,) = selftest._keychain()
    answer.set()
    assert finding.verdict is Verdict.BROKEN
    assert "does it wait to be unlocked?" in finding.detail
