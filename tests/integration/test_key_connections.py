"""The connection of a service, in its form on the Keys page: tested, and moved elsewhere."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.window.remembered import restore_settings, settings_of
from tests.support.keys_page import CANARY, KEY, click, dialog_of, form, opened, row, save
from tests.support.space_provider import SpaceServer
from tests.support.studio import Start, until

pytestmark = pytest.mark.anyio


async def test_services_with_the_same_key_say_so_and_each_has_its_own_test(
    start_keys: Start, space_server: SpaceServer
) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        await save(form(keys), CANARY)
        assert row(keys, "other").key == "same as Space Depth"
        assert row(keys, "relief").state.word == "Not needed"
        assert row(keys, "relief").key == "–"
        (test_all,) = [
            button
            for button in dialog_of(studio).findChildren(QPushButton)
            if button.text() == "Test all"
        ]
        click(test_all)
        await until(lambda: {row(keys, i).state.word for i in ("space", "other")} == {"Works"})
    assert space_server.tokens == [CANARY, CANARY]


async def test_a_refused_key_says_so_under_its_field(
    start_keys: Start, space_server: SpaceServer
) -> None:
    space_server.status = 401
    async with start_keys() as studio:
        keys = await opened(studio)
        shown = form(keys)
        await save(shown, CANARY)
        click(shown.test)
        await until(lambda: row(keys).state.word == "Refused")
        assert row(keys).state.note == "key not accepted (401)"
        error = shown.secrets[KEY.name].error
        assert error.text().startswith("Space Depth did not accept the key.")
        assert error.isVisible()
        await save(shown, f"{CANARY}2")  # a new key is not the one that was refused
        assert row(keys).state.word == "Not tested"
        assert not error.isVisible()
        space_server.status = 503
        click(shown.test)
        await until(lambda: row(keys).state.word == "Failed")
        assert "trouble of its own (503)" in shown.trouble.text()
        assert not error.isVisible()


async def test_a_test_under_way_can_be_ended_here(
    start_keys: Start, space_server: SpaceServer
) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        shown = form(keys)
        assert not shown.test.isEnabled()  # there is nothing to test without the key
        await save(shown, CANARY)
        space_server.gate.clear()
        click(shown.test)
        await until(lambda: space_server.requests)
        assert (row(keys).state.word, shown.test.text()) == ("Testing…", "Cancel test")
        click(shown.test)
        await until(lambda: row(keys).state.word == "Not tested")


async def test_the_address_is_that_of_the_inspector(start_keys: Start) -> None:
    async with start_keys() as studio:
        inspector = studio.window.inspector
        keys = await opened(studio)
        shown = form(keys)
        connection = shown.connection
        assert connection is not None
        (line, *_) = connection.server("space").findChildren(QLineEdit)
        QTest.keyClicks(line, "other/space")
        assert inspector.endpoints("space") == {"space": "other/space"}
        assert row(keys).place == "huggingface.co"
        inspector.set_provider("space")
        assert inspector.endpoints() == {"space": "other/space"}
        inspector.set_endpoints("space", {"space": "http://127.0.0.1:7860"})
        assert connection.endpoints() == {"space": "http://127.0.0.1:7860"}
        assert row(keys).place == "127.0.0.1"
        line.selectAll()
        QTest.keyClicks(line, "http://farm.test")
        (allow,) = [
            button
            for button in connection.findChildren(QPushButton)
            if button.text() == "Allow" and button.isVisible()
        ]
        click(allow)
        assert inspector.plain_hosts() == ("farm.test",)
        assert inspector.endpoints() == {"space": "http://farm.test"}


async def test_the_wiring_is_changed_under_the_fold_and_remembered(start_keys: Start) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        connection = form(keys).connection
        assert connection is not None
        assert not connection.more.isVisible()
        click_head = partial(QTest.mouseClick, connection.head, Qt.MouseButton.LeftButton)
        click_head()
        assert connection.more.isVisible()
        field = connection.wiring("get_path")
        (line,) = field.findChildren(QLineEdit)
        for text, wrong in (
            ("jobs", "jobs is not a path. Write it as /jobs/{id}"),
            ("/jobs", "/jobs is not a path. Write it as /jobs/{id}"),
            ("/jo bs/{id}", "/jo bs/{id} is not a path. Write it as /jobs/{id}"),
        ):
            line.clear()
            QTest.keyClicks(line, text)
            assert field.error() == wrong
            assert studio.window.inspector.endpoints("space") == {}
        line.clear()
        QTest.keyClicks(line, "/v3/{id}")
        assert studio.window.inspector.endpoints("space") == {"get_path": "/v3/{id}"}
        studio.window.inspector.set_provider("space")  # its page must not lose it
        settings = settings_of(studio.window, AppSettings())
    assert settings.endpoints_by_provider == {"space": {"get_path": "/v3/{id}"}}
    async with start_keys() as studio:
        restore_settings(studio.window, settings)
        keys = await opened(studio)
        connection = form(keys).connection
        assert connection is not None
        assert connection.endpoints() == {"get_path": "/v3/{id}"}


async def test_a_missing_address_is_missed_before_run_and_on_the_page(
    start_keys: Start, photo: Path
) -> None:
    endpoints = {"space": "", "hub": "https://huggingface.co"}
    async with start_keys({"HF_TOKEN_OF_TESTS": CANARY}) as studio:
        # `space_at` has an address; only the user of a service without one is asked for it
        info = studio.session.registry["space"].info
        object.__setattr__(info, "endpoints", endpoints)
        keys = await opened(studio)
        assert (row(keys).place, row(keys).state.word) == ("no address yet", "Needs an address")
        assert not form(keys).test.isEnabled()
        studio.window.inspector.set_provider("space")
        studio.drop([photo], on=studio.window.centre)
        await until(studio.window.inspector.inputs)
        box = studio.window.inspector.run_box
        assert box.state().reason == "Give Space Depth's address first"


async def test_the_card_says_where_the_key_comes_from_and_leads_to_it(
    start_keys: Start,
) -> None:
    async with start_keys() as studio:
        inspector = studio.window.inspector
        inspector.set_provider("space")
        await until(lambda: inspector.service("space").missing() == "HF token")
        (give,) = [b for b in inspector.findChildren(QPushButton) if b.text() == "Give the key…"]
        click(give)
        keys = studio.workbench.preferences.keys
        assert keys is not None
        await save(form(keys), CANARY)
        assert give.text() == "Keys…"
        field = inspector.service("space").secret(KEY.name)
        assert field.words().text == "In the system keychain"
