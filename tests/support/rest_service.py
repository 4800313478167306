"""A strict HTTP service on this computer.

What it answers is computed by whoever builds on it; what goes wrong is asked for by the test.
Faults are set from outside and never by what a client sends. Every request is written down.
"""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support import canaries

NGINX_502 = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>"
    b"<h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Request:
    """What came, names of headers in lower case. `target` is “METHOD /path?query”."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.method} {self.path}" + (f"?{query}" if query else "")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What goes back. `events` are written one by one as they come, instead of a body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    events: Any = None  # an iterable of bytes; ends when it does

    @classmethod
    def of(cls, value: Any, status: int = 200, **headers: str) -> "Answer":
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(
            status, json.dumps(value).encode(), {"Content-Type": "application/json", **named}
        )


@dataclass
class Fault:
    """Something that goes wrong with the requests whose target matches `on`.

    kind : ``answer`` (the service is not asked: `answer`), ``drop`` (the service is not asked,
        the connection is reset), ``lose_answer`` (it does its work, then the connection is
        reset), ``hold_answer`` (it does its work and answers when released), ``cut`` (the
        connection is reset after `after_bytes` of the answer's body), ``stall`` (nothing more
        comes after as much until released), ``alter`` (it does its work, and `alter` makes
        another answer of its own)
    skip : so many matching requests go well first; `times` : then so many do not
    """

    on: str
    kind: str
    answer: Answer = field(default_factory=Answer)
    after_bytes: int = 0
    alter: Callable[[Answer], Answer] = lambda answer: answer
    skip: int = 0
    times: int = 1
    released: threading.Event = field(default_factory=threading.Event)


class RestService:
    """Base of the services: give `routes` and start it with ``with``.

    One that has several addresses in life has as many `origins` here, `url` being the first.
    """

    def __init__(self, origins: int = 1) -> None:
        self.origins: list[str] = [""] * origins
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        # Asked about every request for which no fault was arranged, as a load test does.
        self.chaos: Callable[[Request], Fault | None] = lambda request: None
        # What it may know. Any other key of the tests that comes here fails the test.
        self.own_keys: set[str] = set()
        self.url = ""
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = []

    def route(self, method: str, pattern: str, reply: Callable[..., Answer]) -> None:
        """Have ``reply(request, *groups)`` answer what matches; paths match whole."""
        self._routes.append((method, re.compile(pattern), reply))

    def fault(self, on: str, kind: str, **facts: Any) -> Fault:
        """Arrange for trouble; see `Fault`."""
        fault = Fault(on, kind, **facts)
        with self._lock:
            self.faults.append(fault)
        return fault

    def reset(self) -> None:
        """As new: nothing was asked and nothing goes wrong."""
        with self._lock:
            for fault in self.faults:
                fault.released.set()
            self.faults.clear()
            self.requests.clear()
            self.chaos = lambda request: None

    def matching(self, pattern: str) -> list[Request]:
        with self._lock:
            return [r for r in self.requests if re.search(pattern, r.target)]

    def wait_for(self, pattern: str, count: int = 1, timeout_s: float = 30.0) -> None:
        """Block until so many matching requests have come."""
        with self._news:
            came = self._news.wait_for(
                lambda: len([r for r in self.requests if re.search(pattern, r.target)]) >= count,
                timeout_s,
            )
        assert came, f"{pattern} did not come {count} times: {[r.target for r in self.requests]}"

    def __enter__(self) -> "RestService":
        service = self

        class Handler(_Handler):
            owner = service

        ports = [urlsplit(origin).port or 0 for origin in self.origins]  # as before, if there was
        self._servers = [_Server(("127.0.0.1", port), Handler) for port in ports]
        self.origins = [f"http://127.0.0.1:{server.server_port}" for server in self._servers]
        self.url = self.origins[0]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,)) for server in self._servers
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.reset()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def take(self, request: Request) -> Fault | None:
        """Write a request down; what shall go wrong with it."""
        told = f"{request.target} {request.headers}".encode() + request.body
        canaries.shown_to(f"{type(self).__name__} at {self.url}", told, self.may_be_shown(request))
        with self._news:
            self.requests.append(request)
            self._news.notify_all()
            for fault in self.faults:
                if not re.search(fault.on, request.target) or fault.times <= 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
            return self.chaos(request)

    def may_be_shown(self, request: Request) -> set[str]:
        """The keys that this request may bring."""
        return self.own_keys

    def reply(self, request: Request) -> Answer:
        for method, pattern, answer in self._routes:
            if method == request.method and (match := pattern.fullmatch(request.path)):
                return answer(request, *match.groups())
        return self.unknown(request)

    def unknown(self, request: Request) -> Answer:
        """What the real service says of an address it does not have."""
        return Answer.of({"detail": "Not Found"}, 404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    owner: RestService
    protocol_version = "HTTP/1.1"

    def _take(self) -> None:
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self._body(),
        )
        fault = self.owner.take(request)
        if fault is not None and fault.kind in ("answer", "drop"):
            if fault.kind == "drop":
                self._reset()
            else:
                self._send(fault.answer, None)
            return
        answer = self.owner.reply(request)
        if fault is not None and fault.kind == "lose_answer":
            self._reset()
            return
        if fault is not None and fault.kind == "alter":
            answer, fault = fault.alter(answer), None
        if fault is not None and fault.kind == "hold_answer":
            fault.released.wait()
            fault = None
        self._send(answer, fault)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces: list[bytes] = []
        while size_bytes := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size_bytes))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _send(self, answer: Answer, fault: Fault | None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.events is None:
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self._send_body(answer.body, fault)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent_bytes = 0
        for event in answer.events:
            self._write(b"%x\r\n%s\r\n" % (len(event), event))
            sent_bytes += len(event)
            if fault is not None and sent_bytes >= fault.after_bytes:
                if fault.kind == "cut":
                    self._reset()
                    return
                fault.released.wait()
        self._write(b"0\r\n\r\n")

    def _send_body(self, body: bytes, fault: Fault | None) -> None:
        if self.command == "HEAD":
            return
        if fault is None:
            self._write(body)
            return
        self._write(body[: fault.after_bytes])
        if fault.kind == "cut":
            self._reset()
        else:
            fault.released.wait()
            self._write(body[fault.after_bytes :])

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def _reset(self) -> None:
        """Tear the connection: the other side gets a reset, and no end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _take

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""
