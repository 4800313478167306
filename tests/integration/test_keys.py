"""Keys and consent in the whole window: given, tested, kept in a keychain, and shown nowhere."""

import logging
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from depthstudio.core.job import HoldKind, JobState
from depthstudio.core.record import to_json
from depthstudio.jobs.order import Order
from depthstudio.providers.base import Secret
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.settings.keychain import SystemKeychain
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.preferences.dialog import PreferencesDialog
from depthstudio.ui.preferences.key_form import KeyForm
from depthstudio.ui.preferences.key_rows import KeyRow
from depthstudio.ui.preferences.keys_page import KeysPage
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.window.remembered import restore_settings, settings_of
from tests.support.memory_keyring import MemoryKeyring
from tests.support.space_provider import SpaceServer, space_at
from tests.support.studio import Studio, started, until

pytestmark = pytest.mark.anyio

CANARY = "hf_cAnArYkEyOfTheUser3f9a"
KEY = Secret(
    "hf_token", "HF token", "HF_TOKEN_OF_TESTS", is_needed=True, page="https://keys.test/mine"
)
PASSWORD = Secret("password", "Password")


class Nearby(Host):
    """A host with the key of a service."""

    info = HostInfo("nearby", "Nearby files", "Everybody can read them", 10**9, secrets=(KEY,))

    def credential(self, secrets: Any, endpoints: Any) -> None:
        return None

    async def put(self, reach: Any, path: Path, **named: Any) -> Hosted:
        raise AssertionError("nothing is put there")


KEPT = ("DepthStudio", KEY.name)

StartWith = Callable[..., AbstractAsyncContextManager[Studio]]


@pytest.fixture
def server() -> Generator[SpaceServer]:
    with SpaceServer() as server:
        yield server


@pytest.fixture
def ring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def start_keys(server: SpaceServer, ring: MemoryKeyring, home: Path, theme: Theme) -> StartWith:
    """Starts the program with two services that share a key, on a keychain, `environment` set."""

    def start(
        environment: dict[str, str] | None = None, **changes: Any
    ) -> AbstractAsyncContextManager[Studio]:
        own = {"secrets": (KEY, PASSWORD), "wiring": {"get_path": "/jobs/{id}"}, **changes}
        first = space_at(server.url, **own)
        second = space_at(server.url, id="other", title="Space Parts", secrets=(KEY,))
        secrets = Secrets(environment or {}, SystemKeychain(ring))
        registry = Registry([first, second, ReliefProvider()])
        return started(home, theme, registry, secrets=secrets)

    return start


async def opened(studio: Studio) -> KeysPage:
    """The Keys page, as the command opens it, once the keychain was asked."""
    studio.window.action("preferences").trigger()
    keys = studio.workbench.preferences.keys
    assert keys is not None
    secrets = studio.session.secrets
    await until(lambda: secrets.origin(KEY.name) is not SecretOrigin.UNKNOWN)
    await until(lambda: row(keys).state.word != "Looking")
    return keys


def dialog_of(studio: Studio) -> PreferencesDialog:
    dialog = studio.workbench.preferences.dialog
    assert dialog is not None
    return dialog


def row(keys: KeysPage, row_id: str = "space") -> KeyRow:
    return keys.row(row_id)


def form(keys: KeysPage, row_id: str = "space") -> KeyForm:
    keys.choose(row_id)
    return keys.forms[row_id]


def click(button: QPushButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def save(shown: KeyForm, text: str) -> None:
    lines = shown.secrets[KEY.name]
    QTest.keyClicks(lines.edit, text)
    click(lines.save)
    await until(lambda: lines.edit.text() == "" or lines.error.text())


def files_with(folder: Path, text: bytes) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if text in path.read_bytes()]


async def held_job(studio: Studio, photo: Path) -> str:
    intake = await studio.session.take_in([photo])
    job = await studio.session.add(intake.sources, Order("space"))
    await until(lambda: studio.states == [JobState.HELD])
    return job.id


async def test_a_held_row_leads_to_the_key_and_saving_it_lets_the_job_go_on(
    start_keys: StartWith, ring: MemoryKeyring, server: SpaceServer, photo: Path
) -> None:
    async with start_keys() as studio:
        await held_job(studio, photo)
        hold = studio.rows[0].status.hold
        assert hold is not None
        assert hold.kind is HoldKind.NEEDS_KEY
        studio.click_row(0, RowAction.GIVE_KEY)
        keys = studio.workbench.preferences.keys
        assert keys is not None
        assert keys.table.chosen_row() == row(keys)
        assert row(keys).state.word == "Needs a key"
        assert row(keys).state.note == "jobs wait until then"
        await save(form(keys), f"  {CANARY} ")
        await studio.settled()
        assert studio.states == [JobState.DONE]
        assert ring.kept == {KEPT: CANARY}
        assert row(keys).key == "hf_ •••• 3f9a"
        assert row(keys).state.note == "in the system keychain"
    assert len(server.runs) == 1


async def test_the_chip_of_a_held_service_leads_there_too(
    start_keys: StartWith, photo: Path
) -> None:
    async with start_keys() as studio:
        await held_job(studio, photo)
        studio.window.status.give_key_requested.emit("space")
        keys = studio.workbench.preferences.keys
        assert keys is not None
        chosen = keys.table.chosen_row()
        assert chosen is not None
        assert chosen.id == "space"


async def test_a_kept_key_is_there_at_the_next_start_and_is_sent(
    start_keys: StartWith, server: SpaceServer
) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        assert studio.session.secrets.origin(KEY.name) is SecretOrigin.ABSENT
        await save(form(keys), CANARY)
    async with start_keys() as studio:
        keys = await opened(studio)
        assert row(keys).key == "hf_ •••• 3f9a"
        click(form(keys).test)
        await until(lambda: row(keys).state.word == "Works")
        assert row(keys).state.note == "214\N{NO-BREAK SPACE}ms, just now"
        box = studio.window.inspector.service("space")
        assert box is None or box.test.summary() == "Works · 214 ms"
    assert server.tokens == [CANARY]


async def test_services_with_the_same_key_say_so_and_each_has_its_own_test(
    start_keys: StartWith, server: SpaceServer
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
    assert server.tokens == [CANARY, CANARY]


async def test_a_refused_key_says_so_under_its_field(
    start_keys: StartWith, server: SpaceServer
) -> None:
    server.status = 401
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
        server.status = 503
        click(shown.test)
        await until(lambda: row(keys).state.word == "Failed")
        assert "trouble of its own (503)" in shown.trouble.text()
        assert not error.isVisible()


async def test_a_test_under_way_can_be_ended_here(
    start_keys: StartWith, server: SpaceServer
) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        shown = form(keys)
        assert not shown.test.isEnabled()  # there is nothing to test without the key
        await save(shown, CANARY)
        server.gate.clear()
        click(shown.test)
        await until(lambda: server.requests)
        assert (row(keys).state.word, shown.test.text()) == ("Testing…", "Cancel test")
        click(shown.test)
        await until(lambda: row(keys).state.word == "Not tested")


async def test_a_key_can_move_between_the_session_and_the_keychain_and_be_removed(
    start_keys: StartWith, ring: MemoryKeyring
) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        shown, secrets = form(keys), studio.session.secrets
        shown.keep.setCurrentIndex(1)
        await save(shown, CANARY)
        assert (ring.kept, secrets.origin(KEY.name)) == ({}, SecretOrigin.SESSION)
        assert row(keys).state.note == "until the program ends"
        for place, origin, kept in (
            (0, SecretOrigin.KEYCHAIN, {KEPT: CANARY}),
            (1, SecretOrigin.SESSION, {}),
            (0, SecretOrigin.KEYCHAIN, {KEPT: CANARY}),
        ):
            shown.keep.setCurrentIndex(place)
            shown.keep.activated.emit(place)
            await until(lambda origin=origin: secrets.origin(KEY.name) is origin)
            await until(lambda kept=kept: ring.kept == kept)
            assert shown.keep.currentIndex() == place
        click(shown.remove)
        await until(lambda: row(keys).state.word == "Needs a key")
        assert (ring.kept, row(keys).key) == ({}, "not set")
        assert not shown.remove.isEnabled()


async def test_a_key_of_the_environment_is_named_and_cannot_be_removed(
    start_keys: StartWith,
) -> None:
    async with start_keys({"HF_TOKEN_OF_TESTS": CANARY}) as studio:
        keys = await opened(studio)
        shown = form(keys)
        assert row(keys).key == "from the environment"
        assert not shown.remove.isEnabled()
        assert "HF_TOKEN_OF_TESTS" in shown.remove.toolTip()
        placeholder = shown.secrets[KEY.name].edit.placeholderText()
        assert placeholder == "HF_TOKEN_OF_TESTS is used until a key is saved here"
        await save(shown, f"{CANARY[:-4]}beef")
        assert row(keys).key == "hf_ •••• beef"


async def test_without_a_keychain_a_key_lasts_as_long_as_the_program_and_that_is_said(
    server: SpaceServer, home: Path, theme: Theme
) -> None:
    registry = Registry([space_at(server.url, secrets=(KEY,))])
    secrets = Secrets({}, SystemKeychain())  # the tests' own is none
    async with started(home, theme, registry, secrets=secrets) as studio:
        keys = await opened(studio)
        shown = form(keys)
        said = [label.text() for label in keys.findChildren(QLabel) if label.isVisible()]
        assert any("no keychain that can be used" in text for text in said)
        assert (shown.keep.isEnabled(), shown.in_keychain()) == (False, False)
        await save(shown, CANARY)
        assert studio.session.secrets.origin(KEY.name) is SecretOrigin.SESSION


async def test_a_locked_keychain_says_so_and_is_asked_again_when_told(
    start_keys: StartWith, ring: MemoryKeyring
) -> None:
    ring.kept[KEPT] = CANARY
    ring.is_locked = True
    async with start_keys() as studio:
        keys = await opened(studio)
        shown = form(keys)
        assert (row(keys).state.word, row(keys).state.note) == (
            "Not known",
            "keychain: it is locked",
        )
        await save(shown, "hf_another")
        lines = shown.secrets[KEY.name]
        assert "The keychain cannot be used: it is locked" in lines.error.text()
        assert lines.edit.text() == "hf_another"  # it is not lost
        ring.is_locked = False
        (again,) = [b for b in keys.findChildren(QPushButton) if b.text() == "Ask it again"]
        click(again)
        await until(lambda: row(keys).key == "hf_ •••• 3f9a")
        assert not again.isVisible()


async def test_what_cannot_be_a_key_is_refused_under_its_field(start_keys: StartWith) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)
        shown = form(keys)
        QGuiApplication.clipboard().setText("  one\ttwo\n")
        lines = shown.secrets[KEY.name]
        click(lines.paste)
        assert lines.save.window().focusWidget() is lines.save
        click(lines.save)
        await until(lambda: lines.error.text())
        assert lines.error.text() == "A key has no line breaks. Paste only the key"
        QGuiApplication.clipboard().setText("")


async def test_the_address_is_that_of_the_inspector(start_keys: StartWith) -> None:
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


async def test_the_wiring_is_changed_under_the_fold_and_remembered(start_keys: StartWith) -> None:
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
    start_keys: StartWith, photo: Path
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
    start_keys: StartWith,
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


async def test_consent_is_listed_and_can_be_revoked(start_keys: StartWith) -> None:
    async with start_keys() as studio:
        hosts = dict(studio.session.hosts)
        studio.session.hosts = {**hosts, Nearby.info.id: Nearby()}
        first = Nearby.info.id
        studio.window.agreed_hosts.agree(first)
        keys = await opened(studio)
        assert row(keys, "host:nearby").key == "same as Space Depth"
        assert row(keys, "host:nearby").tested_id == "space"
        dialog_of(studio).show_page("Privacy")
        privacy = studio.workbench.preferences.privacy
        assert privacy is not None
        click(privacy.buttons[first])
        assert (privacy.buttons, studio.window.agreed_hosts.agreed) == ({}, ())


async def test_a_page_is_found_by_what_is_on_it(start_keys: StartWith) -> None:
    async with start_keys() as studio:
        await opened(studio)
        dialog = dialog_of(studio)

        def listed() -> list[str]:
            items = (dialog.list.item(place) for place in range(dialog.list.count()))
            return [item.text() for item in items if not item.isHidden()]

        assert listed() == ["Keys", "Network", "Privacy"]
        QTest.keyClicks(dialog.search, "consent")
        assert (listed(), dialog.page_name()) == (["Privacy"], "Privacy")
        dialog.search.clear()
        QTest.keyClicks(dialog.search, "space parts")
        assert (listed(), dialog.page_name()) == (["Keys"], "Keys")


async def test_all_of_it_is_in_reach_of_the_keyboard_and_has_a_name(start_keys: StartWith) -> None:
    async with start_keys({"HF_TOKEN_OF_TESTS": CANARY}) as studio:
        assert studio.window.action("preferences").shortcut() == QKeySequence("Ctrl+,")
        keys = await opened(studio)
        dialog = dialog_of(studio)
        assert not dialog.isModal()
        form(keys)
        dialog.search.setFocus()
        met: list[QWidget] = []
        for _ in range(40):
            focused = dialog.focusWidget()
            if focused is None or focused in met:
                break
            met.append(focused)
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        shown = form(keys)
        wanted = [dialog.search, dialog.list, keys.table, shown.secrets[KEY.name].edit]
        wanted += [shown.secrets[KEY.name].paste, shown.keep, shown.test, dialog.close_button]
        assert [widget for widget in wanted if widget not in met] == []
        assert [w for w in met if not (w.accessibleName() or w.property("text"))] == []
        keys.table.setFocus()
        QTest.keyClick(keys.table, Qt.Key.Key_End)
        chosen = keys.table.chosen_row()
        assert chosen is not None
        assert keys.table.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole) == chosen.spoken
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: studio.workbench.preferences.dialog is None)
        assert await opened(studio) is not keys


async def test_it_follows_the_theme(start_keys: StartWith, theme: Theme) -> None:
    async with start_keys() as studio:
        keys = await opened(studio)

        def brightness() -> float:
            picture = keys.window().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
            data = bytes(picture.constBits())
            return sum(data) / len(data)

        dark = brightness()
        theme.set_choice("light")
        assert brightness() > dark + 100


async def test_a_key_is_found_nowhere_but_in_the_keychain(
    start_keys: StartWith,
    server: SpaceServer,
    ring: MemoryKeyring,
    home: Path,
    photo: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    async with start_keys() as studio:
        await held_job(studio, photo)
        keys = await opened(studio)
        shown = form(keys)
        ring.is_full = True  # and says so with the key in its words
        await save(shown, CANARY)
        assert "it refuses" in shown.secrets[KEY.name].error.text()
        shown.secrets[KEY.name].edit.wipe()
        ring.is_full = False
        await save(shown, CANARY)
        click(shown.test)
        await until(lambda: row(keys).state.word == "Works")
        await studio.settled()
        texts = [
            str(widget.property(name))
            for widget in (*studio.window.findChildren(QWidget), studio.window)
            for name in ("text", "toolTip", "accessibleName", "accessibleDescription", "whatsThis")
        ]
        texts += [studio.message, caplog.text, to_json(settings_of(studio.window, AppSettings()))]
        texts += [str(entry.status) for entry in studio.rows]
        assert [text for text in texts if CANARY in text] == []
    assert files_with(home, b"SQLite") != []
    assert files_with(home, CANARY.encode()) == []
    assert server.tokens == [CANARY]
