"""The process that decodes HEIC photos, as seen by the program that asks it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

import depthstudio
from depthstudio.core.errors import FormatError
from depthstudio.formats.heif_worker import READY, WORD

START_TIMEOUT_S = 60.0
_CLOSE_TIMEOUT_S = 2.0
_LINE_BYTES = 4096
# What it takes to start Python, or a bundle, and to find its modules. Nothing else of the
# environment is for a process that reads hostile files: keys may stand in it.
_GIVEN = ("PATH", "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
_GIVEN_ON_WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "USERPROFILE", "APPDATA")
_GIVEN_PREFIXES = ("PYTHON", "LC_", "_PYI_")  # the last one is of PyInstaller


class NotDecoded(Exception):
    """The photo is damaged: the decoder refuses it, or was ended by it."""


class Ended(NotDecoded):
    """The process ended while it was asked."""


class Answer(msgspec.Struct):
    """What the process says of a photo; the profile is empty where it has none."""

    size_px: tuple[int, int] = (0, 0)
    mode: str = ""
    bit_depth: int = 0
    failure: str = ""
    profile_bytes: int = 0
    pixel_bytes: int = 0
    profile: bytes = b""
    pixels: bytearray = msgspec.field(default_factory=bytearray)


class HeifProcess:
    """Starts the process, and asks it about one photo after the other. Not for two threads."""

    def __init__(self, memory_bytes: int) -> None:
        self.has_answered = False
        self._is_amid = False
        try:
            self._process = subprocess.Popen(
                [*_program(), WORD, str(memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows
            )
        except OSError as exc:
            raise _no_decoder(str(exc)) from exc
        self._stdin, self._stdout = _pipes(self._process)
        try:
            with _Watch(self._process, START_TIMEOUT_S):
                is_ready = self._stdout.readline(len(READY)) == READY
        except TimeoutError as exc:
            self.close()
            raise _no_decoder(str(exc)) from exc
        if not is_ready:
            raise _no_decoder(self.close())

    @property
    def id(self) -> int:
        """What the system calls it."""
        return self._process.pid

    @property
    def can_be_asked(self) -> bool:
        """Whether it runs, and no question was broken off."""
        return not self._is_amid and self._process.poll() is None

    def answer(self, what: str, data: bytes, timeout_s: float) -> Answer:
        """What the process says of the photo whose file is `data`.

        Raises
        ------
        NotDecoded
            when the photo is damaged; Ended when the process has ended over it
        MemoryError, TimeoutError
            when it takes too much memory, or too long
        """
        self._is_amid = True
        with _Watch(self._process, timeout_s):
            try:
                answer = self._exchange(what, data)
            except (OSError, EOFError) as exc:
                raise Ended(f"the decoder ended, {self.close()}") from exc
        self._is_amid = False
        self.has_answered = True
        if answer.failure == "memory":
            raise MemoryError
        if answer.failure:
            raise NotDecoded(answer.failure)
        return answer

    def _exchange(self, what: str, data: bytes) -> Answer:
        self._stdin.write(msgspec.json.encode({"what": what, "size_bytes": len(data)}) + b"\n")
        self._stdin.write(data)
        self._stdin.flush()
        line = self._stdout.readline(_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise EOFError
        answer = msgspec.json.decode(line, type=Answer)
        answer.profile = bytes(self._filled(answer.profile_bytes))
        answer.pixels = self._filled(answer.pixel_bytes)
        return answer

    def _filled(self, size_bytes: int) -> bytearray:
        buffer = bytearray(size_bytes)
        if self._stdout.readinto(buffer) != size_bytes:
            raise EOFError
        return buffer

    def close(self) -> str:
        """End the process. For developers: what it ended with."""
        with contextlib.suppress(OSError):  # what could not be written any more
            self._stdin.close()
        self._stdout.close()
        try:
            self._process.wait(_CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return _ending(self._process.returncode)


class _Watch:
    """Ends a process that takes too long within the ``with`` block, which raises TimeoutError."""

    def __init__(self, process: subprocess.Popen[bytes], timeout_s: float) -> None:
        self._process = process
        self._timeout_s = timeout_s
        self._is_late = False
        self._timer = threading.Timer(timeout_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()  # or it might end the process over the next photo
        if self._is_late:
            raise TimeoutError(f"not answered within {self._timeout_s:g} s")

    def _end(self) -> None:
        self._is_late = True
        self._process.kill()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[Any, Any]:
    return process.stdin, process.stdout  # their type says that they may be missing


def _program() -> list[str]:
    """What starts this program, bundled or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    # Modules are not looked for in the folder that the user happens to be in.
    return [sys.executable, "-P", "-m", "depthstudio"]


def _environment() -> dict[str, str]:
    """Such that the process finds the modules that this one has, and no key."""
    given = {
        name: value
        for name, value in os.environ.items()
        if name in _GIVEN + _GIVEN_ON_WINDOWS or name.startswith(_GIVEN_PREFIXES)
    }
    ours = str(Path(depthstudio.__file__).parents[1])
    theirs = given.get("PYTHONPATH")
    return given | {"PYTHONPATH": os.pathsep.join([ours, theirs] if theirs else [ours])}


def _ending(returncode: int) -> str:
    if returncode < 0:
        return signal.Signals(-returncode).name
    return f"exit status {returncode}"


def _no_decoder(detail: str) -> FormatError:
    return FormatError(
        "HEIC photos cannot be read here: their decoder does not start",
        hint="Install DepthStudio again, or save the photo as JPEG",
        detail=detail,
    )
