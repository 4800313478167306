"""The keychain of the system: macOS's, Windows's, or that of a Linux desktop. All of it blocks."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast
from uuid import uuid4

from depthstudio.core.errors import SettingsError

T = TypeVar("T")

SERVICE = "DepthStudio"  # what the system's own list of keys shows
PROBE = "selftest"
RECOMMENDED = 1  # as keyring ranks what is safe to use
# They keep nothing, keep it in a file for everybody to read, or ask for a password in a terminal.
REFUSED_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyrings.")
ABSENT = "this computer has no keychain that the program can use"


class KeychainState(StrEnum):
    """What is known of the keychain."""

    UNKNOWN = "unknown"  # nobody has asked it anything yet
    OK = "ok"
    ABSENT = "absent"
    BROKEN = "broken"  # it is there and refuses, such as a locked one


@dataclass(frozen=True)
class KeychainStatus:
    """A state, and for people why it is no better."""

    state: KeychainState
    reason: str = ""


class KeychainError(SettingsError):
    """The keychain refused. Neither text holds what was to be kept in it."""

    def __init__(self, status: KeychainStatus, *, detail: str = "") -> None:
        super().__init__(
            f"The keychain cannot be used: {status.reason}",
            hint="A key can also be kept until the program ends",
            detail=detail,
        )
        self.status = status


class Keychain(Protocol):
    """Where secrets outlive the program. Its calls block, perhaps until the user unlocks it."""

    def read(self, name: str) -> str:
        """A secret; "" when there is none. Raises `KeychainError`."""
        ...

    def write(self, name: str, value: str) -> None:
        """Keep a secret in place of the last one. Raises `KeychainError`."""
        ...

    def remove(self, name: str) -> None:
        """Forget a secret, if there is one. Raises `KeychainError`."""
        ...


class Backend(Protocol):
    """What is used of a backend of `keyring`."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class SystemKeychain:
    """The keychain that `keyring` finds, unless it is none. Safe to use from several threads."""

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend = backend
        self._lock = threading.Lock()  # one question to the user at a time

    def read(self, name: str) -> str:
        return self._asked(lambda backend: backend.get_password(SERVICE, name)) or ""

    def write(self, name: str, value: str) -> None:
        self._asked(lambda backend: backend.set_password(SERVICE, name, value))

    def remove(self, name: str) -> None:
        def removed(backend: Backend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._asked(removed)

    def _asked(self, ask: Callable[[Backend], T]) -> T:
        with self._lock:
            try:
                return ask(self._usable())
            except KeychainError:
                raise
            except Exception as error:  # noqa: BLE001 - backends raise whatever their system does
                # Not `from error`: a backend may repeat what it could not keep.
                status = KeychainStatus(KeychainState.BROKEN, _reason(error))
                raise KeychainError(status, detail=type(error).__qualname__) from None

    def _usable(self) -> Backend:
        if self._backend is None:
            self._backend = _found()
        if not is_safe(self._backend):
            raise KeychainError(KeychainStatus(KeychainState.ABSENT, ABSENT))
        return self._backend


def is_safe(backend: Any) -> bool:
    """Does it keep what it is given, and not in a file of its own?"""
    inner = getattr(backend, "backends", None)  # of one that asks several in turn
    if inner is not None:
        return bool(inner) and all(is_safe(one) for one in inner)
    module = type(backend).__module__
    return not module.startswith(REFUSED_MODULES) and not hasattr(backend, "file_path")


def probe(keychain: Keychain) -> KeychainStatus:
    """Keep something, read it and forget it again."""
    value = uuid4().hex
    try:
        keychain.write(PROBE, value)
        came_back = keychain.read(PROBE) == value
        keychain.remove(PROBE)
    except KeychainError as error:
        return error.status
    if not came_back:
        return KeychainStatus(KeychainState.BROKEN, "it does not keep what it is given")
    return KeychainStatus(KeychainState.OK)


def _found() -> Backend:
    import keyring.core  # looks for backends and speaks to the system: not before it is needed

    def is_good(backend: Any) -> bool:
        return backend.priority >= RECOMMENDED and is_safe(backend)

    keyring.core.init_backend(limit=is_good)
    return cast("Backend", keyring.core.get_keyring())


def _reason(error: Exception) -> str:
    from keyring.errors import KeyringLocked

    if isinstance(error, KeyringLocked):
        return "it is locked"
    return "it refuses"
