"""The Keys page in a test: a service that wants a key, and hands for its form."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from depthstudio.providers.base import Secret
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.preferences.dialog import PreferencesDialog
from depthstudio.ui.preferences.key_form import KeyForm
from depthstudio.ui.preferences.key_rows import KeyRow
from depthstudio.ui.preferences.keys_page import KeysPage
from tests.support.studio import Studio, until

CANARY = "hf_cAnArYkEyOfTheUser3f9a"
KEY = Secret(
    "hf_token", "HF token", "HF_TOKEN_OF_TESTS", is_needed=True, page="https://keys.test/mine"
)
PASSWORD = Secret("password", "Password")
KEPT = ("DepthStudio", KEY.name)


class Nearby(Host):
    """A host with the key of a service."""

    info = HostInfo("nearby", "Nearby files", "Everybody can read them", 10**9, secrets=(KEY,))

    def credential(self, secrets: Any, endpoints: Any) -> None:
        return None

    async def put(self, reach: Any, path: Path, **named: Any) -> Hosted:
        raise AssertionError("nothing is put there")


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
