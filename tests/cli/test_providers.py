import json
from collections.abc import Callable
from typing import Any

import pytest

from depthstudio.cli.main import main
from depthstudio.providers.base import Secret
from depthstudio.providers.registry import BrokenProvider, Registry
from tests.support import memory_keyring
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.space_provider import SpaceServer, space_at

Cli = Callable[..., Any]


def test_the_list_has_what_a_script_needs_of_each(cli: Cli, service: ScriptedService) -> None:
    said = cli("providers", "--json")

    relief, scripted = said.records
    assert (said.status, relief["id"], scripted["id"]) == (0, "relief", "scripted")
    assert (relief["endpoints"], relief["secrets"], relief["commercial"]) == ({}, [], True)
    assert scripted["endpoints"] == {"api": service.url}
    assert scripted["accepts"] == ["image/png"]
    assert scripted["params"]["properties"]["steps"]["maximum"] == 3
    assert service.requests == []


def test_the_list_for_people_is_a_line_each(cli: Cli) -> None:
    lines = cli("providers").out.splitlines()

    assert len(lines) == 2
    assert lines[0].startswith("relief  Relief: Built in")


def test_a_provider_that_cannot_be_used_is_listed_with_the_reason(capsys: Any) -> None:
    registry = Registry(broken=[BrokenProvider("depthstudio.providers.builtin.x", "ImportError")])

    assert main(["providers"], registry) == 0
    assert "builtin.x  cannot be used: ImportError" in capsys.readouterr().out
    assert main(["providers", "--json"], registry) == 0
    assert '"broken": "ImportError"' in capsys.readouterr().out


def test_one_provider_is_described(cli: Cli) -> None:
    (record,) = cli("providers", "relief", "--json").records
    words = cli("providers", "relief").out

    assert record["params"]["properties"]["resolution"]["enum"] == [256, 512, 1024, 2048]
    assert "Licence: Yours: no model involved. Price: Free, no limit." in words
    assert "It is not an estimate of real depth." in words
    (blur,) = [line for line in words.splitlines() if line.startswith("blur ")]
    default = record["params"]["properties"]["blur"]["default"]
    assert blur.split() == ["blur", f"{default}", "0", "to", "20", "px", "Blur"]
    (curve,) = [line for line in words.splitlines() if line.startswith("curve ")]
    assert '"linear" | "gamma-soft"' in curve
    (invert,) = [line for line in words.splitlines() if line.startswith("invert ")]
    assert "boolean" in invert
    assert "Licence: None" in cli("providers", "scripted").out


def test_a_provider_is_tested_without_a_job(cli: Cli, service: ScriptedService) -> None:
    said, words = cli("providers", "test", "scripted", "--json"), cli("providers", "test", "relief")

    (record,) = said.records
    assert (record["ok"], record["message"], record["latency_s"]) == (True, "Works", None)
    assert (record["endpoints"], record["secrets"]) == ({"api": service.url}, {})
    assert (said.status, words.status) == (0, 0)
    assert words.out == "ok: Runs on this computer\n"
    assert service.requests == ["GET /health"]


def test_a_provider_that_does_not_answer_fails_the_test(capsys: Any) -> None:
    registry = Registry([scripted_at("https://scripted.invalid")])

    assert main(["providers", "test", "scripted", "--json"], registry) == 1
    assert '"ok": false, "message": "Scripted cannot be reached' in capsys.readouterr().out
    assert main(["providers", "test", "scripted"], registry) == 1
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "not ok: Scripted cannot be reached. Check the network and the endpoint",
        "api  https://scripted.invalid",
    ]


def test_other_words_are_wrong_usage(cli: Cli) -> None:
    for words in (["test"], ["relief", "scripted"], ["test", "relief", "scripted"]):
        said = cli("providers", *words)
        assert said.status == 2
        assert "Say one provider. depthstudio providers [test] ID." in said.err.replace("\n", " ")
    assert cli("providers", "relieve").err.startswith(
        "depthstudio: There is no provider “relieve”.\nDid you mean “relief”?"
    )


def test_a_provider_is_tested_where_the_words_say(capsys: Any, service: ScriptedService) -> None:
    registry = Registry([scripted_at("https://scripted.invalid")])

    assert main(["providers", "test", "scripted", "--endpoint", service.url], registry) == 0
    assert main(["providers", "test", "scripted", "--endpoint", "http://farm.test"], registry) == 2
    assert "--allow-http farm.test" in capsys.readouterr().err
    assert service.requests == ["GET /health"]


def test_a_live_server_is_described_beside_our_own_words(capsys: Any) -> None:
    with SpaceServer() as server:
        registry = Registry([space_at("https://space.invalid")])
        words = ["providers", "space", "--live", "--endpoint", server.url]
        assert main([*words, "--json"], registry) == 0
        (record,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert main(words, registry) == 0
        lines = capsys.readouterr().out.splitlines()
        assert main(["providers", "space"], registry) == 0

    points = record["params"]["properties"]["points"]
    assert (points["maximum"], points["title"]) == (2000, "Points, at most")
    assert (record["profile"], record["endpoints"]["space"]) == ("head", server.url)
    (sky,) = [line for line in lines if line.startswith("sky ")]
    assert sky.endswith("Sky (new)")
    (lacking,) = [line for line in lines if line.startswith("reference ")]
    assert lacking.endswith("(This server has no such parameter)")
    assert server.requests == ["/info", "/info"]


KEY = Secret("acme_key", "API key", "ACME_KEY", is_needed=True)
CANARY = "acme-cAnArY-0123456789"


@pytest.fixture
def with_key(service: ScriptedService, cli: Cli, capsys: Any) -> Callable[..., Any]:
    """Test a service that needs a key; the status, and what was said."""

    def run(*words: str) -> tuple[int, str]:
        registry = Registry([scripted_at(service.url, secrets=(KEY,), wiring={"header": "X-Key"})])
        status = main(["providers", "test", "scripted", *words], registry)
        said = capsys.readouterr()
        assert CANARY not in said.out + said.err
        return status, said.out

    return run


def test_a_test_without_the_key_sends_nothing_and_says_how_to_give_it(
    with_key: Callable[..., Any], service: ScriptedService
) -> None:
    status, said = with_key()
    assert status == 1
    assert "not ok: Scripted needs its API key. Give it under Keys, or set ACME_KEY" in said
    assert service.requests == []


def test_a_test_says_whose_key_and_which_addresses_it_was_about(
    with_key: Callable[..., Any], service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_KEY", CANARY)
    status, said = with_key()
    assert status == 0
    assert said.splitlines()[0] == "ok: Works"
    assert [line.split() for line in said.splitlines()[1:]] == [
        ["api", service.url],
        ["header", "X-Key"],
        ["API", "key", "from", "ACME_KEY"],
    ]
    (record,) = [json.loads(line) for line in with_key("--json")[1].splitlines()]
    assert record["endpoints"] == {"api": service.url, "header": "X-Key"}
    assert (record["secrets"], record["keychain"]) == ({"acme_key": "environment"}, "absent")


def test_a_test_uses_the_key_of_the_keychain(
    with_key: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", memory_keyring.NAME)
    monkeypatch.setenv(memory_keyring.SEED, json.dumps({"acme_key": CANARY}))
    assert "from the keychain" in with_key()[1]
    monkeypatch.setenv("ACME_KEY", "another")
    status, said = with_key()
    assert status == 0
    assert "from the keychain, not from ACME_KEY" in said
