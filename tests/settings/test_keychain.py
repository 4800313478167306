"""Which keychain is used, and which is none."""

from typing import Any

import pytest

from depthstudio.settings.keychain import (
    KeychainError,
    KeychainState,
    SystemKeychain,
    is_safe,
    probe,
)
from tests.support import memory_keyring
from tests.support.memory_keyring import MemoryKeyring


class InFile(MemoryKeyring):
    """As those of `keyrings.alt`, which keep what they are given for everybody to read."""

    file_path = "/home/somebody/.local/share/python_keyring/keyring_pass.cfg"


class Asking:
    """As keyring's own that asks several in turn."""

    def __init__(self, *backends: Any) -> None:
        self.backends = backends


def alt_backend() -> object:
    return type("Backend", (), {"__module__": "keyrings.alt.Gnome"})()


def test_it_keeps_and_forgets() -> None:
    ring = MemoryKeyring()
    keychain = SystemKeychain(ring)
    assert keychain.read("key") == ""
    keychain.write("key", "value")
    assert keychain.read("key") == "value"
    assert ring.kept == {("DepthStudio", "key"): "value"}
    keychain.remove("key")
    keychain.remove("key")
    assert ring.kept == {}


@pytest.mark.parametrize("name", ["fail", "null"])
def test_what_keeps_nothing_is_no_keychain(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyring.backends.{name}.Keyring")
    for keychain in (SystemKeychain(), SystemKeychain()):
        with pytest.raises(KeychainError, match="no keychain") as refused:
            keychain.write("key", "value")
        assert refused.value.status.state is KeychainState.ABSENT
        assert probe(keychain).state is KeychainState.ABSENT


def test_what_keeps_in_a_file_is_no_keychain() -> None:
    ring = InFile()
    assert probe(SystemKeychain(ring)).state is KeychainState.ABSENT
    assert (ring.calls, ring.kept) == ([], {})


def test_one_that_asks_several_is_as_safe_as_the_worst_of_them() -> None:
    assert is_safe(Asking(MemoryKeyring()))
    assert not is_safe(Asking(MemoryKeyring(), InFile()))
    assert not is_safe(Asking(MemoryKeyring(), alt_backend()))
    assert not is_safe(Asking())


def test_the_one_the_user_chose_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", memory_keyring.NAME)
    monkeypatch.setenv(memory_keyring.SEED, '{"key": "value"}')
    assert SystemKeychain().read("key") == "value"


@pytest.mark.parametrize("name", ["no.such.module", "keyring.backends.fail.NoSuchClass", "x"])
def test_one_that_cannot_be_had_is_broken(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    assert probe(SystemKeychain()).state is KeychainState.BROKEN


def test_where_the_system_has_none_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [InFile()])
    assert probe(SystemKeychain()).state is KeychainState.ABSENT


def test_a_test_of_it_leaves_nothing_behind() -> None:
    ring = MemoryKeyring()
    assert probe(SystemKeychain(ring)).state is KeychainState.OK
    assert ring.kept == {}
    ring.is_locked = True
    assert probe(SystemKeychain(ring)).reason == "it is locked"


def test_one_that_forgets_at_once_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = MemoryKeyring()
    monkeypatch.setattr(ring, "set_password", lambda *arguments: None)
    assert probe(SystemKeychain(ring)).state is KeychainState.BROKEN
