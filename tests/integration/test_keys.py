"""Keys in the whole window: given, kept in a keychain, and shown nowhere."""

import logging
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from depthstudio.core.job import HoldKind, JobState
from depthstudio.core.record import to_json
from depthstudio.jobs.order import Order
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.settings.keychain import SystemKeychain
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.window.remembered import settings_of
from tests.support.keys_page import (
    CANARY,
    KEPT,
    KEY,
    click,
    form,
    opened,
    row,
    save,
)
from tests.support.memory_keyring import MemoryKeyring
from tests.support.space_provider import SpaceServer, space_at
from tests.support.studio import Start, Studio, started, until

pytestmark = pytest.mark.anyio


def files_with(folder: Path, text: bytes) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if text in path.read_bytes()]


async def held_job(studio: Studio, photo: Path) -> str:
    intake = await studio.session.take_in([photo])
    job = await studio.session.add(intake.sources, Order("space"))
    await until(lambda: studio.states == [JobState.HELD])
    return job.id


async def test_a_held_row_leads_to_the_key_and_saving_it_lets_the_job_go_on(
    start_keys: Start, ring: MemoryKeyring, space_server: SpaceServer, photo: Path
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
    assert len(space_server.runs) == 1


async def test_the_chip_of_a_held_service_leads_there_too(start_keys: Start, photo: Path) -> None:
    async with start_keys() as studio:
        await held_job(studio, photo)
        studio.window.status.give_key_requested.emit("space")
        keys = studio.workbench.preferences.keys
        assert keys is not None
        chosen = keys.table.chosen_row()
        assert chosen is not None
        assert chosen.id == "space"


async def test_a_kept_key_is_there_at_the_next_start_and_is_sent(
    start_keys: Start, space_server: SpaceServer
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
    assert space_server.tokens == [CANARY]


async def test_a_key_can_move_between_the_session_and_the_keychain_and_be_removed(
    start_keys: Start, ring: MemoryKeyring
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
    start_keys: Start,
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
    space_server: SpaceServer, home: Path, theme: Theme
) -> None:
    registry = Registry([space_at(space_server.url, secrets=(KEY,))])
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
    start_keys: Start, ring: MemoryKeyring
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


async def test_what_cannot_be_a_key_is_refused_under_its_field(start_keys: Start) -> None:
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


async def test_a_key_is_found_nowhere_but_in_the_keychain(
    start_keys: Start,
    space_server: SpaceServer,
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
    assert space_server.tokens == [CANARY]
