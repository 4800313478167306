"""`run` with a service that needs a key: from the keychain, never from the words of the command."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.cli.main import main
from depthstudio.providers.base import Secret
from depthstudio.providers.registry import Registry
from tests.support import memory_keyring
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService

KEY = Secret("acme_key", "API key", "ACME_KEY", is_needed=True)
CANARY = "acme-cAnArY-0123456789"


@pytest.fixture
def run(
    tmp_path: Path,
    service: ScriptedService,
    make_photo: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> Callable[[], Any]:
    """Run a photo through the service; status, records and complaints."""

    def run_photo() -> tuple[int, list[dict[str, Any]], str]:
        registry = Registry([scripted_at(service.url, secrets=(KEY,))])
        home = str(tmp_path / "home")
        words = ["run", str(make_photo()), "--provider", "scripted", "--json", "--home", home]
        status = main([*words, "--again"], registry)
        said = capsys.readouterr()
        assert CANARY not in said.out + said.err
        files = [path for path in Path(home).rglob("*") if path.is_file()]
        assert files
        assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
        return status, [json.loads(line) for line in said.out.splitlines()], said.err

    return run_photo


def test_a_run_without_the_key_is_held_and_nothing_is_sent(
    run: Callable[[], Any], service: ScriptedService
) -> None:
    status, records, _ = run()
    assert (status, service.requests) == (1, [])
    assert (records[-1]["event"], records[-1]["final"]) == ("held", True)
    assert records[-1]["reason"] == "Scripted needs its API key"


def test_a_run_takes_the_key_from_the_keychain_and_says_which_one_it_leaves(
    run: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", memory_keyring.NAME)
    monkeypatch.setenv(memory_keyring.SEED, json.dumps({"acme_key": CANARY}))
    status, records, complaints = run()
    assert (status, records[-1]["event"], complaints) == (0, "done", "")
    monkeypatch.setenv("ACME_KEY", "another")
    status, records, complaints = run()
    assert status == 0
    assert complaints.startswith("depthstudio: ACME_KEY is not used")
