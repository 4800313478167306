"""A company's own certificates: the setting `ca_file`, from the file to the connection."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from depthstudio.core.errors import InputError, ServiceUnavailable
from depthstudio.providers.transport.tls import certificates_in, tls_context
from depthstudio.settings.app_settings import AppSettings, load_settings, save_settings
from depthstudio.settings.paths import Home
from tests.support.loopback import AUTHORITY, Loopback

HASH_OF_AUTHORITY = "fc5f0513"  # as `openssl x509 -subject_hash` says
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


@pytest.mark.anyio
async def test_a_folder_is_taken_where_openssl_finds_what_is_in_it(
    company: Loopback, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    folder.mkdir()
    shutil.copy(AUTHORITY, folder / "ca.pem")  # under this name OpenSSL does not look
    with pytest.raises(InputError, match="found in the folder company") as caught:
        certificates_in(folder)
    assert "openssl rehash" in caught.value.hint
    with pytest.raises(ServiceUnavailable, match="certificates in company cannot be read"):
        tls_context(folder)

    shutil.copy(AUTHORITY, folder / f"{HASH_OF_AUTHORITY}.0")
    (folder / "0badcafe.0").write_bytes(b"no certificate")
    assert certificates_in(folder) == 1
    async with httpx.AsyncClient(verify=tls_context(folder)) as client:
        assert (await client.get(company.url)).status_code == 404


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
