"""What can go wrong with a service on Gradio, where, and what must come of it."""

from dataclasses import dataclass
from typing import Any

from tests.support.gradio_jobs import (
    CONFIG,
    DA3,
    INFO,
    JOIN,
    PARTPACKER,
    PICTURE,
    SCENE,
    STREAM,
    UPLOAD,
    Kind,
)
from tests.support.gradio_servers import ZEROGPU, GradioServer

PAGE = "<!DOCTYPE html><html><head><title>Welcome to the hotel</title></head></html>"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
PNG = "\x89PNG\r\n\x1a\n" + "\0" * 64
RESCUED = "Rescued after an interruption"


@dataclass(frozen=True)
class Wire:
    """Something on the way to a function or back: see `tests/servers/proxy.py`."""

    on: str
    kind: str
    facts: dict[str, Any]
    times: int | None = 1
    skip: int = 0

    def set(self, server: GradioServer) -> None:
        server.wire_fault(self.on, self.kind, times=self.times, skip=self.skip, **self.facts)


@dataclass(frozen=True)
class App:
    """Something in a function: see `tests/servers/faults.py`."""

    name: str
    kind: Any
    facts: dict[str, Any]

    def set(self, server: GradioServer) -> None:
        server.fault(self.name, self.kind, **self.facts)


@dataclass(frozen=True)
class Refused:
    name: str
    how: str

    def set(self, server: GradioServer) -> None:
        server.refuse(self.name, ZEROGPU[self.how])


@dataclass(frozen=True)
class Configured:
    settings: dict[str, Any]

    def set(self, server: GradioServer) -> None:
        server.configure(**self.settings)


@dataclass(frozen=True)
class Row:
    """What goes wrong, and what must come of it.

    `state` is the job's, with the type of the error or the kind of the hold; `words` are in
    what it says; `accepted` counts the calls of each function that starts work; `limit` names
    a deadline that is shortened for this row.
    """

    kind: Kind
    what: str
    fault: Wire | App | Refused | Configured
    state: str
    accepted: tuple[int, ...]
    words: str = ""
    limit: str = ""

    def __str__(self) -> str:
        return f"{self.kind.provider_id}-{self.what.replace(' ', '-')}"


def wire(on: str, kind: str, times: int | None = 1, skip: int = 0, **facts: Any) -> Wire:
    return Wire(on, kind, facts, times, skip)


def says(on: str, body: str, times: int | None = 1, skip: int = 0, kind: str = "json") -> Wire:
    """An answer of success with another body."""
    headers = {"content-type": f"application/{kind}" if kind == "json" else kind}
    return Wire(on, "answer", {"status": 200, "body": body, "headers": headers}, times, skip)


def status(on: str, code: int, times: int | None = 1, skip: int = 0, **headers: str) -> Wire:
    return Wire(
        on, "answer", {"status": code, "body": BAD_GATEWAY, "headers": headers}, times, skip
    )


ANOTHER_APP = '{"components":[],"dependencies":[],"api_prefix":"/gradio_api"}'
NO_APP = '{"api_prefix":"/gradio_api","is":"something else"}'
CUT_SHORT = "glTF\x02\0\0\0\xff\xff\0\0" + "\0" * 64
NO_PICTURE = "RIFF\0\0\0\0WEBP" + "\0" * 40
NO_PARTS = "glTF\x02\0\0\0\x30\0\0\0\x1c\0\0\0JSON" + '{"asset":{"version":"2.0"} }'
LOST, UNAVAILABLE = "held submit-lost", "failed ServiceUnavailable"
BAD, FAILED = "failed BadResponse", "failed RemoteJobFailed"

D, P = DA3, PARTPACKER
NONE, ONE = (0,), (1,)

ROWS = [
    # The server describes itself
    Row(D, "config 502 once", status(CONFIG, 502), "done", ONE),
    Row(D, "config 502", status(CONFIG, 502, None), UNAVAILABLE, NONE, "trouble of its own (502)"),
    Row(D, "config reset", wire(CONFIG, "drop", None), UNAVAILABLE, NONE, "broke off"),
    Row(D, "config is a web page", says(CONFIG, PAGE), BAD, NONE, "answered with a web page"),
    Row(D, "config is deep", says(CONFIG, "[" * 99_999), BAD, NONE, "cannot be read"),
    Row(
        D, "config leads elsewhere", status(CONFIG, 302, location="https://huggingface.co/login"),
        BAD, NONE, "sends us elsewhere",
    ),
    # What is sent
    Row(D, "upload answer lost once", wire(UPLOAD, "lose_answer"), "done", ONE),
    Row(
        D, "upload too large", Configured({"max_file_size_bytes": 10}), "failed ProviderError",
        NONE, "finds this too large (413)",
    ),
    # A call that costs nothing
    Row(D, "reading stream torn once", wire(STREAM, "cut", after_events=1), "done", ONE),
    Row(
        D, "reading stream torn", wire(STREAM, "cut", None, after_events=1), UNAVAILABLE, NONE,
        "broke off while it worked",
    ),
    # A call that costs: sent once
    Row(D, "join 500", status(JOIN, 500, skip=1), LOST, NONE),
    Row(D, "join reset", wire(JOIN, "drop", skip=1), LOST, NONE),
    Row(D, "join answer lost", wire(JOIN, "lose_answer", skip=1), LOST, ONE),
    Row(D, "join answer of no id", wire(JOIN, "replace", skip=1, body='{"id":3}'), LOST, ONE),
    Row(
        D, "join answer stalls", wire(JOIN, "stall", skip=1, after_bytes=0), LOST, ONE,
        limit="json",
    ),
    # Following it
    Row(D, "stream torn", wire(STREAM, "cut", skip=1, after_events=2), "done", ONE, RESCUED),
    Row(
        D, "stream silent", wire(STREAM, "stall", skip=1, after_events=2), "done", ONE, RESCUED,
        limit="silence",
    ),
    Row(D, "stream a web page", says(STREAM, PAGE, skip=1, kind="text/html"), BAD, ONE, "web page"),
    Row(
        D, "stream of no JSON", wire(STREAM, "replace", skip=1, body="data: {nonsense\n\n"), BAD,
        ONE, "sent a message that cannot be read",
    ),
    Row(
        D, "never done", App("gradio_demo", "latency", {"seconds": 2.5}), FAILED, ONE,
        "did not finish within", limit="running",
    ),
    # The function itself
    Row(D, "null", App("gradio_demo", "null", {}), FAILED, ONE, "made no scene"),
    # What it made
    Row(D, "scene 403", status(SCENE, 403), "failed ResultLost", ONE, "no longer has this file"),
    Row(D, "scene torn once", wire(SCENE, "cut", after_bytes=200), "done", ONE),
    Row(D, "scene stalls once", wire(SCENE, "stall", after_bytes=200), "done", ONE, limit="file"),
    Row(D, "scene a web page", says(SCENE, PAGE, kind="text/html"), BAD, ONE, "web page instead"),
    Row(D, "scene cut short", says(SCENE, CUT_SHORT), BAD, ONE, "sent a damaged file"),
    Row(D, "picture 403", status(PICTURE, 403), "done", ONE, "pictures of 1 of 1 views did not"),
    # PartPacker, which tells no reasons and cannot be rescued
    Row(P, "config 502 once", status(CONFIG, 502), "done", (1, 1)),
    Row(P, "first join answer lost", wire(JOIN, "lose_answer"), LOST, (1, 0)),
    Row(P, "second join reset", wire(JOIN, "drop", skip=1), LOST, (1, 0)),
    Row(P, "second join answer lost", wire(JOIN, "lose_answer", skip=1), LOST, (1, 1)),
    Row(
        P, "first stream torn", wire(STREAM, "cut", after_events=2), "failed ResultLost", (1, 0),
        "broke off while it worked",
    ),
    Row(
        P, "cutting fails", App("process_image", "exception", {"text": "secret"}), FAILED, (1, 0),
        "failed and does not say why",
    ),
    Row(P, "no cut-out", App("process_image", "null", {}), BAD, (1, 0), "where a file was due"),
    Row(P, "GPU aborted", Refused("process_3d", "aborted"), FAILED, (1, 1), "out of its GPU time"),
    Row(P, "object without parts", says(SCENE, NO_PARTS), FAILED, (1, 1), "made no object"),
]  # fmt: skip

MORE_ROWS = [  # of a full check
    Row(D, "info 500", status(INFO, 500), UNAVAILABLE, NONE, "trouble of its own (500)"),
    Row(D, "join 422", status(JOIN, 422, skip=1), "failed ProviderError", NONE, "refused"),
    Row(
        D, "reading fails", App("handle_uploads", "exception", {"text": "disk quota"}), FAILED,
        NONE, "Depth Anything 3: disk quota",
    ),
    Row(
        D, "stream of one endless line", wire(STREAM, "endless", skip=1), "done", ONE,
        limit="event",
    ),
    Row(
        D, "one value too many",
        wire(STREAM, "rewrite", skip=1, old='"output":{"data":[', new='"output":{"data":[0,'),
        BAD, ONE, "sent 11 values, not 10",
    ),
    Row(D, "GPU aborted", Refused("gradio_demo", "aborted"), FAILED, ONE, "out of its GPU time"),
    Row(D, "scene never ends", wire(SCENE, "endless"), BAD, ONE, "far too large", limit="size"),
    Row(D, "config is of another app", says(CONFIG, ANOTHER_APP), BAD, NONE, "is another app"),
    Row(
        D, "stream never begins a line",
        wire(STREAM, "replace", skip=1, body="data: " + "x" * 300_000), BAD, ONE,
        "far too long an event", limit="event",
    ),
    Row(P, "cut-out torn once", wire(PICTURE, "cut", after_bytes=200), "done", (1, 1)),
    Row(D, "reading answer lost once", wire(JOIN, "lose_answer"), "done", ONE),
    Row(D, "upload takes nothing", says(UPLOAD, "[]"), BAD, NONE, "did not take the files"),
    Row(P, "cut-out a web page", says(PICTURE, PAGE), BAD, (1, 0), "web page instead"),
    Row(D, "config reset once", wire(CONFIG, "drop"), "done", ONE),
    Row(D, "config stalls once", wire(CONFIG, "stall", after_bytes=9), "done", ONE, limit="json"),
    Row(
        D, "config stalls", wire(CONFIG, "stall", None, after_bytes=9), UNAVAILABLE, NONE,
        "did not answer in time", limit="json",
    ),
    Row(D, "config is torn JSON", says(CONFIG, '{"a":'), BAD, NONE, "cannot be read"),
    Row(D, "config is of no app", says(CONFIG, NO_APP), BAD, NONE, "does not describe itself"),
    Row(D, "config 404", status(CONFIG, 404), "failed ProviderError", NONE, "nothing at this"),
    Row(
        D, "config never ends", wire(CONFIG, "endless", None), BAD, NONE, "cannot be read",
    ),
    Row(D, "info is a web page", says(INFO, PAGE), BAD, NONE, "answered with a web page"),
    Row(D, "upload 502 once", status(UPLOAD, 502), "done", ONE),
    Row(D, "upload answer torn once", wire(UPLOAD, "cut", after_bytes=5), "done", ONE),
    Row(D, "upload answer late once", wire(UPLOAD, "hold_answer"), "done", ONE, limit="upload"),
    Row(D, "upload answers no list", says(UPLOAD, '{"a":1}'), BAD, NONE, "did not take the files"),
    Row(D, "upload is a web page", says(UPLOAD, PAGE), BAD, NONE, "answered with a web page"),
    Row(D, "reading 502 once", status(JOIN, 502), "done", ONE),
    Row(
        D, "reading finds nothing", App("handle_uploads", "null", {}), FAILED, NONE,
        "found no picture",
    ),
    Row(D, "join 502", status(JOIN, 502, skip=1), LOST, NONE),
    Row(D, "join 503 of a gateway", status(JOIN, 503, skip=1), LOST, NONE),
    Row(D, "join answer a web page", wire(JOIN, "replace", skip=1, body=PAGE), LOST, ONE),
    Row(D, "join 401", status(JOIN, 401, skip=1), "failed AuthError", NONE, "refuses the key"),
    Row(
        D, "stream reset", wire(STREAM, "cut", skip=1, after_events=2, reset=True), "done", ONE,
        RESCUED,
    ),
    Row(D, "stream empty", wire(STREAM, "replace", skip=1, body=""), "done", ONE, RESCUED),
    Row(D, "stream 500", status(STREAM, 500, skip=1), "done", ONE, RESCUED),
    Row(D, "stream drips", wire(STREAM, "drip", skip=1, bytes=50, every_s=0.001), "done", ONE),
    Row(
        D, "stream of no messages", wire(STREAM, "replace", skip=1, body="data: [7]\n\n"), BAD,
        ONE, "something that is no message",
    ),
    Row(
        D, "stream deep", wire(STREAM, "replace", skip=1, body=f"data: {'[' * 9999}\n\n"), BAD,
        ONE, "cannot be read",
    ),
    Row(
        D, "exception", App("gradio_demo", "exception", {"text": "<b>CUDA</b> error &amp; more"}),
        FAILED, ONE, "Depth Anything 3: CUDA error & more",
    ),
    Row(D, "GPU memory", Refused("gradio_demo", "out-of-memory"), FAILED, ONE, "out of GPU memory"),
    Row(D, "GPU class name", Refused("gradio_demo", "class-name"), FAILED, ONE, "(ValueError)"),
    Row(D, "GPU duration", Refused("gradio_demo", "duration"), FAILED, ONE, "may not use a GPU"),
    Row(
        D, "a long log", App("gradio_demo", "log", {"title": "T", "text": "A" * 300_000,
        "level": "info"}), "done", ONE,
    ),
    Row(D, "scene 502 once", status(SCENE, 502), "done", ONE),
    Row(D, "scene torn", wire(SCENE, "cut", None, after_bytes=0), UNAVAILABLE, ONE, "broke off"),
    Row(
        D, "scene drips once", wire(SCENE, "drip", bytes=9, every_s=0.05), "done", ONE,
        limit="pace",
    ),
    Row(D, "scene empty", says(SCENE, ""), BAD, ONE, "sent an empty file"),
    Row(D, "scene a picture", says(SCENE, PNG), BAD, ONE, "sent a file of another kind"),
    Row(
        D, "scene in circles", status(SCENE, 302, None, location="/gradio_api/file=/x.glb"), BAD,
        ONE, "round in circles",
    ),
    Row(D, "picture damaged", says(PICTURE, NO_PICTURE), "done", ONE, "sent a damaged file"),
    Row(P, "config of another app", says(CONFIG, ANOTHER_APP), BAD, (0, 0), "is another app"),
    Row(P, "upload 502 once", status(UPLOAD, 502), "done", (1, 1)),
    Row(P, "first join reset", wire(JOIN, "drop"), LOST, (0, 0)),
    Row(
        P, "second stream torn", wire(STREAM, "cut", skip=1, after_events=2),
        "failed ResultLost", (1, 1), "broke off while it worked",
    ),
    Row(
        P, "making fails", App("process_3d", "exception", {"text": "secret"}), FAILED, (1, 1),
        "failed and does not say why",
    ),
    Row(P, "no object", App("process_3d", "null", {}), FAILED, (1, 1), "made no object"),
    Row(P, "cut-out 403", status(PICTURE, 403), "failed ResultLost", (1, 0), "no longer has"),
    Row(P, "object torn once", wire(SCENE, "cut", after_bytes=200), "done", (1, 1)),
    Row(P, "object cut short", says(SCENE, CUT_SHORT), BAD, (1, 1), "sent a damaged file"),
]  # fmt: skip
