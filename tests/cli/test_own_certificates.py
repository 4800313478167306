"""A company's own certificates: the setting `ca_file`, from the file to the connection."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from depthstudio.settings.app_settings import AppSettings, load_settings, save_settings
from depthstudio.settings.paths import Home
from tests.support.loopback import AUTHORITY, Loopback

Cli = Callable[..., Any]
MakePhoto = Callable[..., Path]


@pytest.fixture
def company() -> Iterator[Loopback]:
    """A server whose certificate only its own authority vouches for; it takes no jobs."""
    with Loopback(lambda exchange: exchange.answer(status=404), with_tls=True) as server:
        yield server


@pytest.fixture
def settle(home: Home) -> Callable[[str], None]:
    return lambda ca_file: (save_settings(home.settings_file, AppSettings(ca_file=ca_file)), None)[
        1
    ]


def test_the_setting_is_kept_and_means_a_path(tmp_path: Path) -> None:
    save_settings(tmp_path / "settings.json", AppSettings(ca_file="~/company.pem"))
    loaded = load_settings(tmp_path / "settings.json").settings
    assert loaded.own_certificates == Path.home() / "company.pem"
    assert AppSettings().own_certificates is None
    assert AppSettings(ca_file="  ").own_certificates is None


def test_a_server_with_a_certificate_nobody_knows_is_not_spoken_to(
    cli: Cli, company: Loopback
) -> None:
    said = cli("providers", "test", "scripted", "--endpoint", company.url)
    assert said.status == 1
    assert "ca_file in the settings" in said.out
    assert company.questions == []


def test_a_certificate_that_the_setting_vouches_for_is_trusted(
    cli: Cli, company: Loopback, settle: Callable[[str], None], make_photo: MakePhoto
) -> None:
    settle(str(AUTHORITY))
    cli("providers", "test", "scripted", "--endpoint", company.url)
    assert [question.path for question in company.questions] == ["/health"]

    words = ("--provider", "scripted", "--endpoint", company.url, "--json")
    (failed,) = cli("run", make_photo(), *words).named("failed")
    assert "404" in failed["error"]["message"]
    assert len(company.questions) == 2


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_that_cannot_be_read_is_named_and_only_what_is_sent_fails(
    cli: Cli, company: Loopback, settle: Callable[[str], None], make_photo: MakePhoto,
    tmp_path: Path, content: bytes | None,
) -> None:  # fmt: skip
    if content is not None:
        (tmp_path / "company.pem").write_bytes(content)
    settle(str(tmp_path / "company.pem"))
    photo = make_photo()
    words = ("--provider", "scripted", "--endpoint", company.url, "--json")
    (failed,) = cli("run", photo, *words).named("failed")
    assert failed["error"]["message"] == "The certificates in company.pem cannot be read"
    assert "ca_file" in failed["error"]["hint"]
    assert company.questions == []
    assert cli("run", photo, "--provider", "relief", "--set", "resolution=256").status == 0
