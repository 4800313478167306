"""Secrets as the user gave them: for now, in the system's keychain, or in the environment.

What the user gave this program comes first, whatever the environment holds: a variable that
some other program wanted must not decide who is billed.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from depthstudio.core.errors import UsageError
from depthstudio.core.event import Event
from depthstudio.settings.keychain import Keychain, KeychainError, KeychainState, KeychainStatus
from depthstudio.settings.secret_origin import SecretOrigin

T = TypeVar("T")

LONGEST_SECRET = 2048  # characters; nothing that is a key is longer
PUBLIC_PREFIXES = ("hf_",)  # that say whose key it is, and nothing of the key
SHOWN_END = 4
LEAST_TO_SHOW_END = 16  # characters: of a short one even the end would tell much
DOTS = "•" * 4
NO_KEYCHAIN = KeychainStatus(KeychainState.ABSENT, "it is not used here")


class Secrets:
    """Keys and passwords by name. They are never written to a file, shown or logged from here.

    All but what says so is called in one thread, that of the loop. The keychain, which may
    wait for the user, is asked in another one; `look_up` waits for what it has.
    """

    def __init__(
        self, environment: Mapping[str, str] | None = None, keychain: Keychain | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._keychain = keychain
        self._given: dict[str, str] = {}
        self._kept: dict[str, str] = {}  # as the keychain has it; "" for what it has not
        self._withheld: set[str] = set()
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._status = NO_KEYCHAIN if keychain is None else KeychainStatus(KeychainState.UNKNOWN)
        self.changed: Event[str] = Event()
        self.status_changed: Event[[]] = Event()  # of the keychain, or it was asked for more

    def __repr__(self) -> str:
        return f"<Secrets {sorted({*self._given, *(n for n, v in self._kept.items() if v)})}>"

    @property
    def status(self) -> KeychainStatus:
        """What is known of the keychain."""
        return self._status

    def get(self, name: str, variable: str = "") -> str:
        """What was given, else what the keychain is known to have, else the environment, or "".

        While the keychain refuses, the environment is not asked: who would be billed then?
        """
        if found := self._given.get(name) or self._kept.get(name):
            return found
        return "" if name in self._withheld else self._environment.get(variable, "").strip()

    def origin(self, name: str, variable: str = "") -> SecretOrigin:
        """Where `get` has it from."""
        if self._given.get(name):
            return SecretOrigin.SESSION
        if self._kept.get(name):
            return SecretOrigin.KEYCHAIN
        if not self._is_asked_for(name):
            return SecretOrigin.UNKNOWN
        if name in self._withheld:
            return SecretOrigin.WITHHELD
        is_outside = bool(self._environment.get(variable, "").strip())
        return SecretOrigin.ENVIRONMENT if is_outside else SecretOrigin.ABSENT

    def hides(self, name: str, variable: str) -> bool:
        """Does the environment hold another one, which is not used?"""
        outside = self._environment.get(variable, "").strip()
        return bool(outside) and self.get(name, variable) not in ("", outside)

    def masked(self, name: str, variable: str = "") -> str:
        """What may be shown of it, to tell one from another; "" when there is none."""
        value = self.get(name, variable)
        if not value:
            return ""
        prefix = next((p for p in PUBLIC_PREFIXES if value.startswith(p)), "")
        end = value[-SHOWN_END:] if len(value) >= LEAST_TO_SHOW_END else DOTS
        return f"{prefix or DOTS} {DOTS} {end}"

    def give(self, name: str, value: str) -> None:
        """Keep a secret until the program ends; "" forgets it.

        Raises
        ------
        UsageError
            when it cannot be a secret
        """
        text = checked_secret(value)
        if text:
            self._given[name] = text
        else:
            self._given.pop(name, None)
        self.changed.emit(name)

    async def look_up(self, names: Iterable[str]) -> None:
        """Wait until the keychain was asked for these, once: it may ask the user in turn."""
        if self._keychain is None:
            return
        wanted = dict.fromkeys(names)
        new = [n for n in wanted if n not in self._looking and not self._is_asked_for(n)]
        if new:
            reading = asyncio.create_task(self._read(new), name="keychain")
            self._looking.update(dict.fromkeys(new, reading))
        if waiting := {self._looking[n] for n in wanted if n in self._looking}:
            await asyncio.wait(waiting)

    def ask_again(self) -> None:
        """Let the keychain be asked anew for what it refused: the user may have unlocked it."""
        self._withheld.clear()

    async def keep(self, name: str, value: str) -> None:
        """Put a secret into the keychain, in place of what was given or kept before.

        Raises
        ------
        KeychainError
            when there is none, or it refuses; nothing has changed then
        UsageError
            when it cannot be a secret
        """
        text = checked_secret(value)
        if not text:
            raise UsageError("There is no key in this")
        keychain = self._require()
        await self._asked(lambda: keychain.write(name, text))
        self._kept[name] = text
        self._withheld.discard(name)
        self._given.pop(name, None)
        self.changed.emit(name)

    async def remove(self, name: str) -> None:
        """Forget a secret here and in the keychain.

        Raises
        ------
        KeychainError
            when the keychain refuses; it still has it then
        """
        if self._keychain is not None:
            await self._remove_kept(name, self._keychain)
        self._given.pop(name, None)
        self.changed.emit(name)

    async def aclose(self) -> None:
        """Wait for the keychain no longer."""
        reading = set(self._looking.values())
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    async def _remove_kept(self, name: str, keychain: Keychain) -> None:
        try:
            await self._asked(lambda: keychain.remove(name))
        except KeychainError as error:
            if error.status.state is not KeychainState.ABSENT:
                raise
        else:
            self._kept[name] = ""
            self._withheld.discard(name)

    def _is_asked_for(self, name: str) -> bool:
        has_no_keychain = self._keychain is None
        return has_no_keychain or name in self._kept or name in self._withheld

    def _require(self) -> Keychain:
        if self._keychain is None:
            raise KeychainError(NO_KEYCHAIN)
        return self._keychain

    async def _read(self, names: list[str]) -> None:
        """Ask for several, the last of which may be refused like the first."""
        keychain = self._require()
        try:
            found = await self._asked(lambda: {name: keychain.read(name) for name in names})
        except KeychainError as error:  # `status` says so
            is_there = error.status.state is KeychainState.BROKEN
            self._withheld.update(names if is_there else ())
            found = {} if is_there else dict.fromkeys(names, "")
        finally:
            for name in names:
                del self._looking[name]
        for name, value in found.items():  # unless one was kept meanwhile
            if self._kept.setdefault(name, value) and value:
                self.changed.emit(name)
        self.status_changed.emit()

    async def _asked(self, ask: Callable[[], T]) -> T:
        """What the keychain answers, and what that says of the keychain."""
        try:
            answer = await _in_daemon(ask)
        except KeychainError as error:
            self._set_status(error.status)
            raise
        self._set_status(KeychainStatus(KeychainState.OK))
        return answer

    def _set_status(self, status: KeychainStatus) -> None:
        if status != self._status:
            self._status = status
            self.status_changed.emit()


def checked_secret(text: str) -> str:
    """The secret without the space around it.

    Raises
    ------
    UsageError
        when it is too long, or has a line break or the like in it; it is not repeated
    """
    value = text.strip()
    if len(value) > LONGEST_SECRET:
        raise UsageError("This is too long to be a key", hint="Paste only the key")
    if any(not character.isprintable() for character in value):
        raise UsageError("A key has no line breaks", hint="Paste only the key")
    return value


async def _in_daemon(work: Callable[[], T]) -> T:
    """Run blocking work in a thread that the end of the program does not wait for.

    The keychain may ask the user to unlock it, who may rather want to leave.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(set_it: Callable[[], None]) -> None:
        if not done.done():
            set_it()

    def run() -> None:
        try:
            value = work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who asked
            _call_on(loop, lambda error=error: tell(lambda: done.set_exception(error)))
        else:
            _call_on(loop, lambda: tell(lambda: done.set_result(value)))

    threading.Thread(target=run, name="keychain", daemon=True).start()
    return await done


def _call_on(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # it is closed: nobody waits any more
        loop.call_soon_threadsafe(work)
