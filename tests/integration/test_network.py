"""The user's own certificates, given in the window: looked at, trusted at once, remembered."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.preferences.network_page import NetworkPage
from depthstudio.ui.window.remembered import settings_of
from tests.support.loopback import AUTHORITY, TLS_FOLDER, Loopback
from tests.support.scripted_provider import Scripted
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio

NO_CERTIFICATE = "holds no certificate that can be read."


@pytest.fixture
def company() -> Iterator[Loopback]:
    """A server whose certificate only its own authority vouches for; it knows no pages."""
    with Loopback(lambda exchange: exchange.answer(status=404), with_tls=True) as server:
        yield server


@pytest.fixture
def registry(company: Loopback) -> Registry:
    class Inside(Scripted):
        info = replace(Scripted.info, endpoints={"api": company.url})

    return Registry([Inside(), ReliefProvider()])


@pytest.fixture
def start_inside(start_remote: Start) -> Start:
    return partial(start_remote, settings=AppSettings(last_provider_id="scripted"))


def page_of(studio: Studio) -> NetworkPage:
    """The page, as it is found in the preferences."""
    preferences = studio.workbench.preferences
    preferences.open()
    assert preferences.dialog is not None
    preferences.dialog.show_page("Network")
    (page,) = preferences.dialog.findChildren(NetworkPage)
    assert page.isVisible()
    return page


def click(button: QPushButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def answer_to_a_test(studio: Studio) -> str:
    """What a test of the connection says, made as the user makes it."""
    box = studio.window.inspector.service("scripted")
    assert box is not None
    assert box.test.summary() == ""  # nothing that was found out in another way is left
    click(box.test.button)
    await until(lambda: box.test.summary() and not box.test.is_busy)
    return box.test.detail()


async def test_certificates_are_trusted_from_the_next_request_on(
    start_inside: Start, company: Loopback
) -> None:
    async with start_inside() as studio:
        assert "Its certificate is not trusted" in await answer_to_a_test(studio)
        page = page_of(studio)
        await until(lambda: page.state.text() == "None: what the system trusts is trusted.")
        assert not page.remove.isEnabled()
        click(page.choose)
        (dialog,) = page.findChildren(QFileDialog)
        dialog.filesSelected.emit([str(AUTHORITY)])
        dialog.reject()
        await until(lambda: page.state.text() == "1 certificate is trusted beside the system's.")
        assert company.questions == []
        await answer_to_a_test(studio)
        assert [question.path for question in company.questions] == ["/health"]
        settings = settings_of(studio.window, AppSettings())
        assert settings.ca_file == str(AUTHORITY)

        click(page.remove)
        await until(lambda: page.state.text() == "None: what the system trusts is trusted.")
        assert "Its certificate is not trusted" in await answer_to_a_test(studio)
        assert settings_of(studio.window, settings).ca_file == ""
    assert len(company.questions) == 1


async def test_what_is_trusted_is_said_at_the_next_start(start_inside: Start) -> None:
    settings = AppSettings(last_provider_id="scripted", ca_file=str(AUTHORITY))
    async with start_inside(settings=settings) as studio:
        page = page_of(studio)
        await until(lambda: page.state.text() == "1 certificate is trusted beside the system's.")
        assert page.edit.text() == str(AUTHORITY)
        assert settings_of(studio.window, settings).ca_file == str(AUTHORITY)


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("missing.pem", "There is no file missing.pem."),
        ("empty.pem", f"empty.pem {NO_CERTIFICATE}"),
        ("words.pem", f"words.pem {NO_CERTIFICATE}"),
        ("key.pem", f"key.pem {NO_CERTIFICATE}"),
        ("folder", "No certificate is found in the folder folder."),
    ],
)
async def test_a_file_without_certificates_is_said_in_place_and_changes_nothing(
    start_inside: Start, company: Loopback, tmp_path: Path, name: str, fact: str
) -> None:
    (tmp_path / "empty.pem").touch()
    (tmp_path / "words.pem").write_text("no certificate")
    (tmp_path / "key.pem").write_bytes((TLS_FOLDER / "server.key").read_bytes())
    (tmp_path / "folder").mkdir()
    async with start_inside() as studio:
        page = page_of(studio)
        page.give(str(AUTHORITY))
        await until(lambda: studio.window.own_certificates.place == str(AUTHORITY))
        page.edit.setFocus()
        page.edit.selectAll()
        QTest.keyClicks(page.edit, str(tmp_path / name))
        QTest.keyClick(page.edit, Qt.Key.Key_Return)
        await until(page.error.isVisible)
        assert page.error.text().startswith(fact)
        assert page.edit.accessibleDescription() == page.error.text()
        assert not page.state.isVisible()
        assert studio.window.own_certificates.place == str(AUTHORITY)
        await answer_to_a_test(studio)
        assert len(company.questions) == 1  # what was trusted before still is


async def test_of_two_files_in_a_row_the_later_one_is_trusted(
    start_inside: Start, tmp_path: Path
) -> None:
    async with start_inside() as studio:
        page = page_of(studio)
        page.give(str(AUTHORITY))
        page.give(str(tmp_path / "missing.pem"))
        page.give(str(TLS_FOLDER / "server.pem"))
        last = str(TLS_FOLDER / "server.pem")
        await until(lambda: page.state.text().startswith("1 certificate"))
        assert (page.edit.text(), studio.window.own_certificates.place) == (last, last)
