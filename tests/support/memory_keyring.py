"""A backend of `keyring` that keeps everything in this process: the real interface, no system."""

import json
import os
import threading
from typing import ClassVar

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

NAME = "tests.support.memory_keyring.MemoryKeyring"
SEED = "MEMORY_KEYRING"  # what a process of its own begins with, as JSON by name


class MemoryKeyring(KeyringBackend):
    """Strict as the system's own: what is not there cannot be deleted.

    `gate` closed keeps everybody waiting, as a question to the user does; `is_locked` is the
    answer no to it, and `is_full` refuses to keep more, repeating what that was.
    """

    threads: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {
            ("DepthStudio", name): value
            for name, value in json.loads(os.environ.get(SEED, "{}")).items()
        }
        self.calls: list[tuple[str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.is_locked = False
        self.is_full = False

    @properties.classproperty
    def priority(self) -> float:
        return 5

    def get_password(self, service: str, username: str) -> str | None:
        self._take("get", username)
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._take("set", username)
        if self.is_full:
            raise PasswordSetError(f"no room for {password}")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._take("delete", username)
        if (service, username) not in self.kept:
            raise PasswordDeleteError("No such password!")
        del self.kept[service, username]

    def _take(self, call: str, username: str) -> None:
        self.calls.append((call, username))
        self.threads.append(threading.current_thread().name)
        assert self.gate.wait(20)
        if self.is_locked:
            raise KeyringLocked("Failed to unlock the collection!")
