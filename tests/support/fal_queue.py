"""The queue side of the fal service: submit, status, result, cancel."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.fal_pictures import MOST_BYTES, Refused, depth_of, fetched, png_of
from tests.support.rest_service import Answer, Request

if TYPE_CHECKING:
    from tests.support.fal_service import FalService

APP = "/fal-ai/image-preprocessors"
MODEL = f"{APP}/depth-anything/v2"
ID = "([A-Za-z0-9-]+)"
WALK = ("IN_QUEUE", "IN_PROGRESS")


@dataclass(frozen=True)
class Ending:
    """How a request ends: what its result is answered with, and what the status says of it."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    error: str = ""
    kind: str = ""


def infrastructure(kind: str, status: int, text: str, **headers: str) -> Ending:
    """fal's own trouble, as its runners have it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"detail": text, "error_type": kind}
    return Ending(status, body, {"X-Fal-Error-Type": kind, **named}, text, kind)


START_DEADLINE = infrastructure(
    "request_timeout", 504, "Request timed out", X_Fal_Request_Timeout_Type="user"
)
CANCELLED = infrastructure("client_cancelled", 499, "Request was cancelled")


@dataclass
class Entry:
    """A request the queue took."""

    id: str
    body: Any
    headers: dict[str, str]
    walk: list[str]
    ending: Ending | None = None
    is_cancelled: bool = False
    looks: int = 0
    made: bytes = b""
    lock: threading.RLock = field(default_factory=threading.RLock)


class QueueSide:
    """What answers at queue.fal.run.

    A request goes one step of `walk` further with each look at its status, and is then
    completed; while `is_held` it stays at the last step. `ending` ends requests otherwise than
    with a depth. `mode` is that of the depth, see `png_of`. `is_sparse`: of the picture only its
    address is told. `republishes`: a depth that is gone is there again, under a new address, when
    the result is asked for. `url_base`: what the addresses of a submit begin with, "" for the
    truth; `waiting` : how many others wait.
    """

    def __init__(self, service: "FalService") -> None:
        self._service = service
        self.entries: dict[str, Entry] = {}
        self.walk: tuple[str, ...] = WALK
        self.logs: list[str] = ["Loading the picture", "Estimating its depth"]
        self.is_held = False
        self.is_result_late = False
        self.ending: Ending | None = None
        self.mode = "L"
        self.is_sparse = False
        self.republishes = False
        self.ignores_cancel = False
        self.url_base = ""
        self.waiting = 0
        self.most_bytes = MOST_BYTES
        at = service.at
        at("queue", "POST", MODEL, self._submit)
        at("queue", "GET", f"{APP}/requests/{ID}/status", self._status)
        at("queue", "GET", f"{APP}/requests/{ID}/status/stream", self._stream)
        at("queue", "GET", f"{APP}/requests/{ID}", self._result)
        at("queue", "PUT", f"{APP}/requests/{ID}/cancel", self._cancel)

    def _submit(self, request: Request) -> Answer:
        if refused := self._service.refused(request):
            return refused
        if complaint := _wrong_header(request) or _wrong_query(request):
            return Answer.of({"detail": complaint, "error_type": "bad_request"}, 400)
        if request.headers.get("content-type") != "application/json":
            return Answer.of({"detail": "The body must be JSON"}, 415)
        try:
            body = request.json()
        except ValueError:
            return Answer.of({"detail": "The body is no JSON", "error_type": "bad_request"}, 400)
        longest = request.query.get("fal_max_queue_length")
        if longest is not None and self.waiting > int(longest):
            return Answer.of({"detail": "Queue is full"}, 429, Retry_After="5")
        entry = Entry(str(uuid4()), body, request.headers, list(self.walk))
        self.entries[entry.id] = entry
        base = f"{self.url_base or self._service.queue_url}{APP}/requests/{entry.id}"
        return Answer.of(
            {
                "status": "IN_QUEUE",
                "request_id": entry.id,
                "queue_position": self.waiting,
                "response_url": base,
                "status_url": f"{base}/status",
                "cancel_url": f"{base}/cancel",
            },
            **self._mark(entry),
        )

    def _status(self, request: Request, entry_id: str) -> Answer:
        if refused := self._service.refused(request):
            return refused
        entry = self.entries.get(entry_id)
        if entry is None:
            return _unknown()
        status = self._next(entry, with_logs=request.query.get("logs") in ("1", "true"))
        code = 200 if status["status"] == "COMPLETED" else 202
        return Answer.of(status, code, **self._mark(entry))

    def _stream(self, request: Request, entry_id: str) -> Answer:
        if refused := self._service.refused(request):
            return refused
        entry = self.entries.get(entry_id)
        if entry is None:
            return _unknown()
        with_logs = request.query.get("logs") in ("1", "true")

        def events() -> Iterator[bytes]:
            while True:
                yield b": ping\n\n"
                status = self._next(entry, with_logs=with_logs)
                yield b"data: " + json.dumps(status).encode() + b"\n\n"
                if status["status"] == "COMPLETED":
                    return

        return Answer(200, headers={"Content-Type": "text/event-stream"}, events=events())

    def _next(self, entry: Entry, *, with_logs: bool) -> dict[str, Any]:
        """The status of a request, which goes on by being looked at."""
        with entry.lock:
            step = self._step(entry)
            entry.looks += 1
            if step == "IN_QUEUE":
                place = {"queue_position": self.waiting}
                return {"status": step, "request_id": entry.id, **place}
            logs = self._lines() if with_logs else None
            if step != "COMPLETED":
                return {"status": step, "request_id": entry.id, "logs": logs}
            ending = self._ended(entry)
            said = {"status": step, "request_id": entry.id, "logs": logs}
            said["metrics"] = {"inference_time": 0.42}
            if ending.status != 200:
                said["error"] = ending.error or f"Invalid status code: {ending.status}"
            return said | ({"error_type": ending.kind} if ending.kind else {})

    def _step(self, entry: Entry) -> str:
        if entry.ending is not None or entry.is_cancelled:
            return "COMPLETED"
        if self.is_held and len(entry.walk) <= 1:
            return entry.walk[0] if entry.walk else "IN_PROGRESS"
        return entry.walk.pop(0) if entry.walk else "COMPLETED"

    def _lines(self) -> list[dict[str, str]]:
        facts = {"level": "INFO", "source": "USER", "timestamp": "2026-01-15T11:00:00Z"}
        return [{"message": line, **facts} for line in self.logs]

    def _ended(self, entry: Entry) -> Ending:
        """Run it, unless that is done. Fetches over HTTP: the service's own lock must be free."""
        with entry.lock:
            if entry.ending is None:
                entry.ending = CANCELLED if entry.is_cancelled else self.ending or self._run(entry)
            return entry.ending

    def _run(self, entry: Entry) -> Ending:
        given = entry.body.get("image_url") if isinstance(entry.body, dict) else None
        try:
            if not isinstance(entry.body, dict) or "image_url" not in entry.body:
                raise Refused("missing", "Field required")
            depth = depth_of(fetched(given, self.most_bytes))
        except Refused as refused:
            return Ending(422, refused.body(given))
        height_px, width_px = depth.shape
        data = png_of(depth, self.mode)
        wish = entry.headers.get("x-fal-object-lifecycle-preference")
        url = self._service.storage.publish(
            data, "image/png", "depth.png", json.loads(wish) if wish else None
        )
        facts = {
            "content_type": "image/png", "file_name": "z9RV14K95DvU.png", "file_size": len(data),
            "width": width_px, "height": height_px,
        }  # fmt: skip
        image = {"url": url, **(dict.fromkeys(facts) if self.is_sparse else facts)}
        entry.made = data
        return Ending(200, {"image": image})

    def _result(self, request: Request, entry_id: str) -> Answer:
        if refused := self._service.refused(request):
            return refused
        entry = self.entries.get(entry_id)
        if entry is None:
            return _unknown()
        with entry.lock:
            ending = entry.ending
            if ending is None or self.is_result_late:
                return Answer.of({"detail": "Request is still in progress"}, 400)
            storage, image = self._service.storage, ending.body.get("image", {})
            if self.republishes and image and not storage.has(image["url"]):
                image["url"] = storage.publish(entry.made, "image/png", "depth.png")
        named = {name.replace("-", "_"): value for name, value in ending.headers.items()}
        return Answer.of(ending.body, ending.status, **self._mark(entry), **named)

    def _cancel(self, request: Request, entry_id: str) -> Answer:
        if refused := self._service.refused(request):
            return refused
        entry = self.entries.get(entry_id)
        if entry is None:
            return _unknown()
        if entry.ending is not None:
            return Answer.of({"status": "ALREADY_COMPLETED"}, 400)
        if not self.ignores_cancel:
            entry.is_cancelled = True
        return Answer.of({"status": "CANCELLATION_REQUESTED"}, 202)

    def _mark(self, entry: Entry) -> dict[str, str]:
        return {"x_fal_request_id": entry.id}


def _unknown() -> Answer:
    return Answer.of({"status": "NOT_FOUND"}, 404)


def _wrong_query(request: Request) -> str:
    if not set(request.query) <= {"fal_webhook", "fal_max_queue_length"}:
        return "Unknown query parameter"
    if not request.query.get("fal_webhook", "https://").startswith("https://"):
        return "fal_webhook must be an https address"
    if not request.query.get("fal_max_queue_length", "0").isdigit():
        return "fal_max_queue_length must be a number"
    return ""


def _wrong_header(request: Request) -> str:
    """What is wrong with fal's own headers, "" if nothing."""
    headers = request.headers
    if headers.get("x-fal-queue-priority", "normal") not in ("normal", "low"):
        return "X-Fal-Queue-Priority must be normal or low"
    if headers.get("x-fal-store-io", "1") not in ("0", "1"):
        return "X-Fal-Store-IO must be 0 or 1"
    for name, least_s in (("x-fal-request-timeout", 1), ("x-fal-request-start-timeout", 0.1)):
        try:
            if float(headers.get(name, "60")) <= least_s:
                return f"{name} is too short"
        except ValueError:
            return f"{name} must be a number of seconds"
    try:
        wish = json.loads(headers.get("x-fal-object-lifecycle-preference", "{}"))
        seconds = wish.get("expiration_duration_seconds", 1)
    except (ValueError, AttributeError):
        return "X-Fal-Object-Lifecycle-Preference must be a JSON object"
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return "" if is_number else "expiration_duration_seconds must be a positive number"
