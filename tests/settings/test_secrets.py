import logging

import pytest

from depthstudio.settings.secrets import Secrets


@pytest.fixture
def secrets() -> Secrets:
    return Secrets({"HF_TOKEN": " hf_environment \n", "EMPTY": ""})


def test_a_secret_comes_from_the_environment_until_one_is_given(secrets: Secrets) -> None:
    assert secrets.get("hf_token", "HF_TOKEN") == "hf_environment"
    assert secrets.is_from_environment("hf_token", "HF_TOKEN")

    secrets.give("hf_token", " hf_given ")

    assert secrets.get("hf_token", "HF_TOKEN") == "hf_given"
    assert not secrets.is_from_environment("hf_token", "HF_TOKEN")


def test_a_secret_nobody_gave_is_empty(secrets: Secrets) -> None:
    assert secrets.get("other") == ""
    assert secrets.get("other", "EMPTY") == ""
    assert not secrets.is_from_environment("other", "EMPTY")


def test_giving_nothing_forgets_it(secrets: Secrets) -> None:
    news: list[str] = []
    secrets.changed.connect(news.append)
    secrets.give("hf_token", "hf_given")
    secrets.give("hf_token", "")

    assert secrets.get("hf_token", "HF_TOKEN") == "hf_environment"
    assert news == ["hf_token", "hf_token"]


def test_it_does_not_show_what_it_holds(secrets: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    secrets.give("hf_token", "hf_given")
    logging.getLogger().warning("%s %r", secrets, secrets)

    assert "hf_token" in caplog.text
    assert "hf_given" not in caplog.text
    assert "hf_environment" not in caplog.text
