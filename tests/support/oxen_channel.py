"""What the Oxen service of the tests keeps beside its rows: the channel, and files of results."""

import contextlib
import json
import queue
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from tests.support.oxen_answers import EXPIRED_XML
from tests.support.rest_service import Answer, Request, RestService


class Channel:
    """Events for whoever listens at the moment: nothing is kept for later."""

    def __init__(self, closing: threading.Event) -> None:
        self._closing = closing
        self._news = threading.Condition()
        self._subscribers: list[queue.Queue[bytes]] = []
        self.keep_alive_s = 0.2

    def open(self, request: Request) -> Answer:
        """A connection that hears everything from now on."""
        subscriber: queue.Queue[bytes] = queue.Queue()
        with self._news:
            self._subscribers.append(subscriber)
            self._news.notify_all()
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        return Answer(200, headers=headers, events=self._stream(subscriber))

    def tell(self, name: str, told: dict[str, Any]) -> None:
        data = f"event: {name}\ndata: {json.dumps(told)}\n\n".encode()
        with self._news:
            for subscriber in self._subscribers:
                subscriber.put(data)

    def wait_listeners(self, count: int, timeout_s: float = 20.0) -> None:
        """Block until so many connections listen."""
        with self._news:
            assert self._news.wait_for(lambda: len(self._subscribers) == count, timeout_s)

    def _stream(self, subscriber: "queue.Queue[bytes]") -> Iterator[bytes]:
        try:
            while not self._closing.is_set():
                try:
                    yield subscriber.get(timeout=self.keep_alive_s)
                except queue.Empty:
                    yield b": keep-alive\n\n"
        finally:
            with self._news, contextlib.suppress(ValueError):
                self._subscribers.remove(subscriber)
                self._news.notify_all()


class ResultFiles:
    """Files under addresses that hold for a while, for anybody who has one."""

    def __init__(self, service: RestService) -> None:
        self._service = service
        self._contents: dict[str, bytes] = {}
        self._until_s: dict[str, float] = {}  # by signature
        self.lifetime_s = 3600.0
        service.route("GET", r"/presigned/([^/]+)", self._get)

    def __contains__(self, name: str) -> bool:
        return name in self._contents

    def keep(self, name: str, content: bytes) -> None:
        self._contents[name] = content

    def address(self, name: str) -> str:
        """A fresh address of a file."""
        signature, until_s = uuid.uuid4().hex, time.time() + self.lifetime_s
        self._until_s[signature] = until_s
        return f"{self._service.url}/presigned/{name}?expires={int(until_s)}&sig={signature}"

    def expire(self) -> None:
        """Every address given so far is worth nothing now."""
        self._until_s.clear()

    def _get(self, request: Request, name: str) -> Answer:
        if self._until_s.get(request.query.get("sig", ""), 0.0) < time.time():
            return Answer(403, EXPIRED_XML, {"Content-Type": "application/xml"})
        kind = "video/mp4" if name.endswith(".mp4") else "application/octet-stream"
        return Answer(200, self._contents[name], {"Content-Type": kind})
