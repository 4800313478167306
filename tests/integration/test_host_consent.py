"""Files that a service fetches from the web: asked about once, said ever after."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace as replaced
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.order import Order
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.window.host_dialog import HostDialog
from depthstudio.ui.window.remembered import settings_of
from tests.support.scripted_provider import Scripted
from tests.support.scripted_service import ScriptedService
from tests.support.shelf_host import HOST_KEY, KEY, Shelf, shelf_at
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio


CHOSEN = AppSettings(last_provider_id="scripted")


@pytest.fixture
def registry(service: ScriptedService) -> Registry:
    class Here(Scripted):
        info = replace(
            Scripted.info,
            endpoints={"api": service.url},
            takes_urls=True,
            needs_web_address=True,
        )

    return Registry([Here(), ReliefProvider()])


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


@pytest.fixture
def start_hosted(start_remote: Start, shelf: Shelf) -> Start:
    """Starts with two hosts: one without a key, and one whose key is missing."""
    locked = shelf_at(
        shelf.url, id="vault", title="Vault", secrets=(KEY,), privacy="Only the service sees it."
    )
    hosts = {"vault": locked, "shelf": shelf_at(shelf.url)}
    return partial(start_remote, hosts=hosts, settings=CHOSEN)


def where(studio: Studio) -> str:
    return studio.window.inspector.run_box.state().where


async def asked(studio: Studio, photo: Path) -> HostDialog:
    """Drop a photo, choose Run, and wait for the question."""
    studio.drop([photo], on=studio.window.centre)
    action = studio.window.action("run")
    await until(action.isEnabled)
    action.trigger()
    await until(lambda: studio.window.findChild(HostDialog))
    return studio.window.findChild(HostDialog)


def link_of(studio: Studio) -> QPushButton:
    buttons = studio.window.inspector.run_box.findChildren(QPushButton)
    return next(button for button in buttons if button.text() == "Choose host…")


async def test_nothing_is_put_anywhere_before_the_user_agrees(
    start_hosted: Start, photo: Path, shelf: Shelf, service: ScriptedService
) -> None:
    async with start_hosted() as studio:
        dialog = await asked(studio, photo)
        assert where(studio) == "The photo goes to a host you choose, then 127.0.0.1"
        assert dialog.isVisible()
        dialog.reject()
        await until(lambda: studio.window.findChild(HostDialog) is None)
        assert studio.rows == []
        assert studio.window.agreed_hosts.agreed == ()
    assert (shelf.files, service.requests) == ({}, [])


async def test_agreeing_once_runs_and_is_remembered(
    start_hosted: Start, photo: Path, photos: list[Path], shelf: Shelf
) -> None:
    async with start_hosted() as studio:
        dialog = await asked(studio, photo)
        assert dialog.host_id() == "shelf"  # the one that could take it at once
        assert dialog.agree.isEnabled()
        dialog.agree.click()
        await studio.shows("fields.png")
        assert where(studio) == "The photo goes to Shelf, then 127.0.0.1"
        (name,) = shelf.files
        (place,) = studio.window.result_panel.content.sent_to.places
        assert place.words.startswith("fields.png was put on Shelf, until ")
        assert place.url == f"{shelf.url}/{name}"
        settings = settings_of(studio.window, CHOSEN)
        assert (settings.agreed_hosts, settings.host_via) == (("shelf",), "shelf")
    async with start_hosted(settings=settings) as studio:
        studio.drop([photos[0]], on=studio.window.centre)
        await studio.run()
        assert studio.window.findChild(HostDialog) is None
        await studio.settled()
        studio.window.agreed_hosts.revoke("shelf")
        assert where(studio) == "The photo goes to a host you choose, then 127.0.0.1"
        settings = settings_of(studio.window, settings)
    assert (settings.agreed_hosts, settings.host_via) == ((), "")
    assert len(shelf.files) == 2


async def test_the_host_can_be_changed_in_the_run_box(
    start_hosted: Start, photo: Path, shelf: Shelf
) -> None:
    settings = replaced(CHOSEN, agreed_hosts=("shelf",), host_via="shelf")
    async with start_hosted(settings=settings) as studio:
        studio.drop([photo], on=studio.window.centre)
        await until(lambda: where(studio) == "The photo goes to Shelf, then 127.0.0.1")
        link_of(studio).click()
        await until(lambda: studio.window.findChild(HostDialog))
        dialog = studio.window.findChild(HostDialog)
        assert dialog.host_id() == "shelf"
        dialog.choices[0].button.setChecked(True)
        dialog.agree.click()
        await until(lambda: where(studio) == "The photo goes to Vault, then 127.0.0.1")
        assert studio.rows == []
        await studio.run()
        await until(lambda: studio.states == [JobState.HELD])
        hold = studio.rows[0].status.hold
        assert hold is not None
        assert (hold.kind, hold.reason) == (HoldKind.NEEDS_KEY, "Vault needs its Shelf key")
        assert studio.window.agreed_hosts.agreed == ("shelf", "vault")
    assert shelf.files == {}


async def test_the_files_own_address_goes_in_place_of_the_file(
    start_hosted: Start, photo: Path, shelf: Shelf, service: ScriptedService
) -> None:
    async with start_hosted() as studio:
        dialog = await asked(studio, photo)
        dialog.address.setText("http://cdn.test/fields.png")
        dialog.address.textEdited.emit(dialog.address.text())
        assert not dialog.agree.isEnabled()
        dialog.address.setText("https://cdn.test/fields.png?sig=1")
        assert dialog.agree.isEnabled()
        dialog.agree.click()
        await studio.settled()
        assert studio.states == [JobState.DONE]
        assert studio.window.agreed_hosts.agreed == ()
        (source,) = studio.window.inspector.inputs()
        assert source.host == "cdn.test"
    assert shelf.files == {}
    assert service.jobs["1"].body == "https://cdn.test/fields.png?sig=1"


async def test_a_host_that_is_not_installed_any_more_is_not_the_chosen_one(
    start_hosted: Start, photo: Path
) -> None:
    settings = replaced(CHOSEN, agreed_hosts=("gone",), host_via="gone")
    async with start_hosted(settings=settings) as studio:
        dialog = await asked(studio, photo)
        assert dialog.host_id() == "shelf"
        dialog.reject()
        await until(lambda: studio.window.findChild(HostDialog) is None)
        assert settings_of(studio.window, settings).agreed_hosts == ("gone",)


async def test_what_is_only_followed_asks_for_no_host(
    start_hosted: Start, photo: Path, shelf: Shelf, service: ScriptedService
) -> None:
    async with start_hosted() as studio:
        intake = await studio.session.take_in([photo])
        order = Order("scripted", {"script": "hold-follow-once"}, host_via="shelf")
        job = await studio.session.add(intake.sources, order)
        await until(lambda: studio.states == [JobState.HELD])
        await studio.session.cancel(job.id)
        await studio.session.runner.try_now("scripted")

        studio.click_row(0, RowAction.RETRY)

        await until(lambda: studio.states == [JobState.DONE])
        assert studio.window.findChild(HostDialog) is None
    assert (len(shelf.files), sum(service.accepted.values())) == (1, 1)


async def test_an_older_job_does_not_put_its_file_on_a_host_the_user_went_back_on(
    start_hosted: Start, photo: Path, shelf: Shelf
) -> None:
    settings = replaced(CHOSEN, agreed_hosts=("shelf",), host_via="shelf")
    async with start_hosted(settings=settings) as studio:
        studio.drop([photo], on=studio.window.centre)
        await studio.run()
        await studio.settled()
        (entry,) = studio.rows
        studio.window.agreed_hosts.revoke("shelf")
        for answer in ("no", "yes"):
            studio.window.queue_panel.run_again_requested.emit(entry.job.id)
            await until(lambda: studio.window.findChild(HostDialog))
            dialog = studio.window.findChild(HostDialog)
            assert (len(studio.rows), len(shelf.files)) == (1, 1)
            if answer == "no":
                dialog.reject()
            else:
                dialog.agree.click()
            await until(lambda: studio.window.findChild(HostDialog) is None)
        await until(lambda: studio.states == [JobState.DONE] * 2)
        assert studio.window.agreed_hosts.agreed == ("shelf",)
        assert [row.job.host_via for row in studio.rows] == ["shelf", "shelf"]
    assert len(shelf.files) == 2


async def test_a_host_can_be_elsewhere_and_is_told_so_on_its_page(
    start_hosted: Start, photo: Path, photos: list[Path], shelf: Shelf
) -> None:
    settings = replaced(CHOSEN, agreed_hosts=("shelf",), host_via="shelf")
    with Shelf() as own:
        async with start_hosted(settings=settings) as studio:
            studio.workbench.preferences.open("host:shelf")
            keys = studio.workbench.preferences.keys
            assert keys is not None
            connection = keys.forms["host:shelf"].connection
            assert connection is not None
            (line, *_) = connection.server("shelf").findChildren(QLineEdit)
            assert line.placeholderText() == shelf.url
            QTest.keyClicks(line, "ftp://nas")
            assert connection.server("shelf").error() != ""
            assert studio.window.host_addresses.of("shelf") == {}
            line.clear()
            QTest.keyClicks(line, own.url)
            settings = settings_of(studio.window, settings)
            assert settings.endpoints_by_host == {"shelf": {"shelf": own.url}}
        async with start_hosted(settings=settings) as studio:
            studio.drop([photo], on=studio.window.centre)
            await studio.run()
            await studio.settled()
            assert (len(own.files), shelf.files) == (1, {})
            assert studio.rows[0].job.endpoints == {"shelf": own.url}
            studio.workbench.preferences.open("host:shelf")
            keys = studio.workbench.preferences.keys
            assert keys is not None
            connection = keys.forms["host:shelf"].connection
            assert connection is not None
            assert connection.endpoints() == {"shelf": own.url}
            studio.window.host_addresses.put("shelf", {})
            assert connection.endpoints() == {}
            studio.drop([photos[0]], on=studio.window.centre)
            await until(lambda: studio.window.inspector.inputs()[0].path == photos[0])
            await studio.run()
            await until(lambda: studio.states == [JobState.DONE] * 2)
        assert (len(own.files), len(shelf.files)) == (1, 1)


async def test_an_older_job_that_goes_to_another_host_finds_it_where_it_is_now(
    start_hosted: Start, photo: Path, shelf: Shelf
) -> None:
    settings = replaced(CHOSEN, agreed_hosts=("vault",), host_via="vault")
    with Shelf() as own:
        async with start_hosted(settings=settings) as studio:
            studio.session.secrets.give(KEY.name, HOST_KEY)
            studio.drop([photo], on=studio.window.centre)
            await studio.run()
            await studio.settled()
            studio.window.agreed_hosts.revoke("vault")
            studio.window.host_addresses.put("shelf", {"shelf": own.url})
            studio.window.queue_panel.run_again_requested.emit(studio.rows[0].job.id)
            await until(lambda: studio.window.findChild(HostDialog))
            dialog = studio.window.findChild(HostDialog)
            dialog.choices[1].button.setChecked(True)
            assert dialog.host_id() == "shelf"
            dialog.agree.click()
            await until(lambda: studio.states == [JobState.DONE] * 2)
            assert [row.job.host_via for row in studio.rows] == ["vault", "shelf"]
        assert (len(own.files), len(shelf.files)) == (1, 1)
