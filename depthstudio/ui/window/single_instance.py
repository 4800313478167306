"""One window per home: a second one hands its files to the first through a local socket.

A message is one line of JSON, ``{"open": ["/absolute/path", …]}``; the answer is one line.
The first window trusts none of it: any program of the same user can connect.
"""

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from depthstudio.core.errors import InputError
from depthstudio.settings.paths import Home

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

ANSWER_MS = 2000  # how long either side waits for the other
MESSAGE_BYTES = 4_000_000  # more than any system lets a command line be
ACCEPTED = b"ok\n"

log = logging.getLogger(__name__)


class Answer(Enum):
    """What became of a message to the window of a home."""

    ACCEPTED = auto()
    SILENCE = auto()  # somebody listens, and does not answer in time
    NOBODY = auto()


def server_name(home: Home) -> str:
    """The same for every process that means this home, however its path is written."""
    path = os.path.normcase(home.lock_file.resolve())
    return f"depthstudio-{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}"


def encode_message(paths: Sequence[Path]) -> bytes:
    """Absolute, because the window was started in another folder."""
    text = json.dumps({"open": [str(path.absolute()) for path in paths]}, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def decode_message(line: bytes) -> list[Path]:
    """The paths in a message.

    Raises
    ------
    InputError
        when it is anything else than a message of absolute paths
    """
    try:
        message = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as exc:
        raise InputError("The message is not JSON") from exc
    names: Any = message.get("open") if isinstance(message, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError("The message holds no list of paths")
    paths = [Path(name) for name in names]
    if not all(path.is_absolute() and "\0" not in str(path) for path in paths):
        raise InputError("The message holds something that is no absolute path")
    return paths


def hand_over(home: Home, paths: Sequence[Path]) -> Answer:
    """Ask the window of this home to come forward and open `paths`.

    Blocks for up to twice `ANSWER_MS`, other threads included: Qt keeps Python's lock
    while it waits for a local socket.
    """
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(server_name(home))
    if not socket.waitForConnected(ANSWER_MS) or not _is_ours(socket):
        return Answer.NOBODY
    socket.write(encode_message(paths))
    while not socket.canReadLine() and socket.waitForReadyRead(ANSWER_MS):
        pass
    answer = bytes(socket.readLine(len(ACCEPTED) + 1).data())
    return Answer.ACCEPTED if answer == ACCEPTED else Answer.SILENCE


def bring_forward(window: QWidget) -> None:
    """Show the window above others; where the system forbids that, ask for attention."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)


def _is_ours(socket: "QLocalSocket") -> bool:
    """Where sockets are files in a shared folder, another user may have put one there."""
    if not hasattr(os, "getuid"):
        return True  # Windows
    try:
        return Path(socket.fullServerName()).stat().st_uid == os.getuid()
    except OSError:
        return False


class SingleInstance(QObject):
    """The first window's end: comes forward when a later one asks.

    ``asked`` carries the absolute paths that it shall open.
    """

    asked = Signal(list)

    def __init__(self, home: Home, window: QWidget) -> None:
        super().__init__(window)
        self._name = server_name(home)
        self._window = window
        self._server: QLocalServer | None = None

    def listen(self) -> None:
        """Begin; only for who holds the home's lock. Call it when the window has painted."""
        # Importing it takes longer than all else before the first frame can spare.
        from PySide6.QtNetwork import QLocalServer

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        # We hold the lock, so whatever lies there belonged to a process that was killed.
        QLocalServer.removeServer(self._name)
        if not self._server.listen(self._name):
            log.warning("later windows cannot reach this one: %s", self._server.errorString())

    def close(self) -> None:
        """Stop listening, before the lock is given back."""
        if self._server is not None:
            self._server.close()

    def _greet(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(MESSAGE_BYTES)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            QTimer.singleShot(ANSWER_MS, socket, socket.abort)  # nobody keeps us waiting

    def _read(self, socket: "QLocalSocket") -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= MESSAGE_BYTES:
                socket.abort()
            return
        try:
            paths = decode_message(bytes(socket.readLine(MESSAGE_BYTES).data()))
        except InputError as error:
            log.warning("another process sent something else than files: %s", error)
            socket.abort()
            return
        socket.write(ACCEPTED)
        socket.disconnectFromServer()
        bring_forward(self._window)
        if paths:
            self.asked.emit(paths)
