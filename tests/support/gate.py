"""A port in front of a server of this computer, where nobody listens until it is opened."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

PIECE_BYTES = 1 << 16


class Gate:
    """Closed, a connection to `url` is refused; opened, it leads to the server."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._server = (str(parts.hostname), parts.port or 80)
        self._door = socket.socket()
        self._door.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def open(self) -> None:
        self._door.listen()
        threading.Thread(target=self._let_in, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self._server)
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Pass on what comes, until one side has had enough."""
    with contextlib.suppress(OSError):
        while data := one.recv(PIECE_BYTES):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
