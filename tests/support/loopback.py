"""A real HTTP server on this computer that answers as a test says, and remembers the questions."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TLS_FOLDER = Path(__file__).parents[1] / "data" / "tls"
AUTHORITY = TLS_FOLDER / "ca.pem"


@dataclass(frozen=True)
class Question:
    """What one request said."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, question: Question) -> None:
        self._handler = handler
        self.question = question

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """A whole answer; underscores in the names of headers are dashes."""
        self.begin(status, Content_Length=str(len(body)), **headers)
        self.send(body)

    def begin(self, status: int = 200, **headers: str) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def send(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def hang_up(self) -> None:
        """Nothing more comes, whatever was promised."""
        self._handler.close_connection = True

    def send_without_end(self, data: bytes) -> int:
        """Send `data` again and again until nobody listens; how often that was."""
        self.hang_up()
        count = 0
        try:
            while True:
                self.send(data)
                count += 1
        except OSError:
            return count


@dataclass
class Loopback:
    """Answers each request with `reply`, in a thread of its own."""

    reply: Callable[[Exchange], None]
    with_tls: bool = False
    keeps_bodies: bool = True
    questions: list[Question] = field(default_factory=list[Question])
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Loopback":
        loopback = self

        class Handler(_Handler):
            owner = loopback

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"{'https' if self.with_tls else 'http'}://127.0.0.1:{self.port}"
        if self.with_tls:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(TLS_FOLDER / "server.pem", TLS_FOLDER / "server.key")
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def host(self) -> str:
        """As a credential names it."""
        return f"127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    owner: Loopback
    protocol_version = "HTTP/1.1"

    def _take(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = b""
        if self.owner.keeps_bodies:
            body = self.rfile.read(length)
        else:
            while length > 0 and (piece := self.rfile.read(min(length, 1 << 20))):
                length -= len(piece)
        headers = {name.lower(): value for name, value in self.headers.items()}
        question = Question(self.command, self.path, headers, body)
        self.owner.questions.append(question)
        self.owner.reply(Exchange(self, question))

    do_GET = do_POST = do_PUT = _take

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""
