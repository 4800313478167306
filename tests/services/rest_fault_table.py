"""What can go wrong with a service that speaks REST, where, and what must come of it.

The rows are those of HTTP's own trouble and of hostile answers; what only one of the services
can say is in its own tests.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from tests.support.rest_kinds import ALWAYS, FAL, KINDS, OXEN, TENGR, RestKind
from tests.support.rest_service import NGINX_502, Answer, RestService
from tests.support.rest_service import Fault as Trouble

PAGE = b"<!DOCTYPE html><html><head><title>Welcome to the hotel</title></head></html>"
JSON_TYPE = {"Content-Type": "application/json"}
ELSEWHERE = "ELSEWHERE"  # in an address: another server on this computer, which must hear nothing
PICTURE_START = b"\x89PNG\r\n\x1a\n" + bytes(64)
VIDEO_START = b"\0\0\0\x18ftypisom" + bytes(64)
LOST, UNAVAILABLE = "held submit-lost", "failed ServiceUnavailable"
BAD, REFUSED, GONE = "failed BadResponse", "failed ProviderError", "failed ResultLost"
FAILED, AUTH, WAITS = "failed RemoteJobFailed", "failed AuthError", "held service"
DONE = "done"


class Fault(Protocol):
    """Something a test asks a service for, before the job."""

    def set(self, service: RestService, kind: RestKind, elsewhere: str) -> Trouble: ...


@dataclass(frozen=True)
class Says:
    """The service is not asked: this answer comes. ELSEWHERE in its headers is filled in."""

    place: str
    answer: Answer = field(hash=False)
    times: int = 1
    skip: int = 0

    def set(self, service: RestService, kind: RestKind, elsewhere: str) -> Trouble:
        headers = {
            name: text.replace(ELSEWHERE, elsewhere) for name, text in self.answer.headers.items()
        }
        answer = Answer(self.answer.status, self.answer.body, headers, self.answer.events)
        return service.fault(
            kind.places[self.place], "answer", answer=answer, times=self.times, skip=self.skip
        )


@dataclass(frozen=True)
class Wire:
    """Something on the way, see `tests.support.rest_service.Fault`."""

    place: str
    what: str
    times: int = 1
    after_bytes: int = 0

    def set(self, service: RestService, kind: RestKind, elsewhere: str) -> Trouble:
        return service.fault(
            kind.places[self.place], self.what, times=self.times, after_bytes=self.after_bytes
        )


@dataclass(frozen=True)
class Alters:
    """The service does its work, and one value of its answer is another.

    path : “id”, “status” or “url” for where the service has that, else the name of a value
    """

    place: str
    path: str
    value: Any = field(hash=False)
    times: int = ALWAYS

    def set(self, service: RestService, kind: RestKind, elsewhere: str) -> Trouble:
        path = kind.paths.get(self.path, (self.path,))
        value = self.value
        if isinstance(value, str):
            value = value.replace(ELSEWHERE, elsewhere)

        def alter(answer: Answer) -> Answer:
            told = json.loads(answer.body)
            put(told, path, value)
            return Answer(answer.status, json.dumps(told).encode(), answer.headers)

        return service.fault(kind.places[self.place], "alter", alter=alter, times=self.times)


@dataclass(frozen=True)
class Adds:
    """The service does its work, and its answer with the file has another header too."""

    place: str
    headers: Mapping[str, str] = field(hash=False)

    def set(self, service: RestService, kind: RestKind, elsewhere: str) -> Trouble:
        def alter(answer: Answer) -> Answer:
            return Answer(answer.status, answer.body, {**answer.headers, **self.headers})

        return service.fault(kind.places[self.place], "alter", alter=alter, times=ALWAYS)


def put(told: Any, path: tuple[str | int, ...], value: Any) -> None:
    """Set a value deep in an answer; where the way to it is not there, nothing is set."""
    for step in path[:-1]:
        try:
            told = told[step]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    is_there = isinstance(told, dict) or (isinstance(last, int) and last < len(told or ()))
    if is_there:
        told[last] = value


@dataclass(frozen=True)
class Row:
    """What goes wrong, and what must come of it, with which services.

    `state` is the job's, with the type of the error or the kind of the hold; by service where
    they differ. `words` are in what it says. `limit` names what is shortened for this row.
    """

    what: str
    fault: Fault
    state: str | Mapping[RestKind, str] = field(hash=False)
    words: str | Mapping[RestKind, str] = field(default="", hash=False)
    kinds: tuple[RestKind, ...] = KINDS
    limit: str = ""
    note: str = ""

    def __str__(self) -> str:
        return self.what.replace(" ", "-")

    def state_of(self, kind: RestKind) -> str:
        return self.state if isinstance(self.state, str) else self.state[kind]

    def words_of(self, kind: RestKind) -> str:
        return self.words if isinstance(self.words, str) else self.words[kind]


def status(place: str, code: int, times: int = 1, body: bytes = NGINX_502, **headers: str) -> Says:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Says(place, Answer(code, body, {"Content-Type": "text/html", **named}), times)


def says(place: str, body: bytes, times: int = ALWAYS, kind: str = "application/json") -> Says:
    return Says(place, Answer(200, body, {"Content-Type": kind}), times)


@dataclass(frozen=True)
class Endless:
    """A file that begins well and never ends."""

    start: bytes

    def __iter__(self) -> Iterator[bytes]:
        yield self.start
        while True:
            yield bytes(1 << 16)


def npz_bomb() -> bytes:
    """A few kilobytes that say of themselves that they are four gigabytes of depth."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (16, 4096, 16384), }\n"
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("depths.npy", start + bytes(4 << 20))
    data = bytearray(file.getvalue())
    directory = data.rfind(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    return bytes(data)


def npz_pickle() -> bytes:
    """Depth that would run whatever it likes where it is unpickled."""
    file = BytesIO()
    np.savez(file, depths=np.array([[[Exception("opened")]]], dtype=object))
    return file.getvalue()


def by(tengr: str, oxen: str, fal: str) -> dict[RestKind, str]:
    return {TENGR: tengr, OXEN: oxen, FAL: fal}


LEADS_AWAY = {"Location": f"{ELSEWHERE}/stolen"}

ROWS = [
    # A call that costs: sent once, whatever comes back
    Row("submit answer lost", Wire("submit", "lose_answer"), LOST),
    Row("submit reset", Wire("submit", "drop"), LOST),
    Row("submit 500", status("submit", 500), LOST),
    Row("submit 502 of a gateway", status("submit", 502), LOST),
    Row("submit 504 of a gateway", status("submit", 504), LOST),
    Row(
        "submit 503 of a gateway", status("submit", 503), by(LOST, LOST, WAITS),
        by("", "", "gateway"),
    ),
    Row("submit 401", status("submit", 401), AUTH, "refuses the key (401)"),
    Row("submit 402", status("submit", 402), REFUSED, "asks for credit"),
    Row("submit 422", status("submit", 422), REFUSED, "refused the request (422)"),
    Row("submit 429", status("submit", 429, Retry_After="3600"), WAITS, "too many requests"),
    Row("submit answers a web page", says("submit", PAGE, kind="text/html"), LOST),
    Row("submit answers no id", Alters("submit", "id", None), LOST),
    Row("submit is led elsewhere", Says("submit", Answer(307, b"", LEADS_AWAY)), LOST),
    # Looks that cost nothing
    Row("status 502 once", status("status", 502), DONE),
    Row("status 502", status("status", 502, ALWAYS), UNAVAILABLE, "trouble of its own (502)"),
    Row("status 401", status("status", 401, ALWAYS), AUTH, "refuses the key"),
    Row("status is led elsewhere", Says("status", Answer(302, b"", LEADS_AWAY), ALWAYS), BAD,
        "unexpected answer (302)"),
    Row("status is a web page", says("status", PAGE, kind="text/html"), BAD, "web page"),
    Row("status is deep", says("status", b"[" * 99_999), BAD, "cannot be read"),
    Row("status a word nobody knows, once", Alters("status", "status", "pondering", 1), DONE),
    # Where the result is
    Row("result on this computer", Alters("made", "url", f"{ELSEWHERE}/x.mp4"), BAD,
        "not https to a public host"),
    Row("result in a private network", Alters("made", "url", "https://10.0.0.1/x.mp4"), BAD,
        "not https to a public host"),
    Row("result on a name that leads inside",
        Alters("made", "url", "https://cdn.acme.test/x.mp4"), BAD, "leads into a private network"),
    Row("result is a file here", Alters("made", "url", "file:///etc/passwd"), BAD,
        by("not https to", "names no address", "not https to")),
    # The result
    Row("file 403 once", status("file", 403), by(DONE, DONE, BAD)),
    Row("file 403", status("file", 403, ALWAYS), BAD, "no longer has this file (403)"),
    Row("file torn once", Wire("file", "cut", after_bytes=20), DONE),
    Row("file is led elsewhere", Says("file", Answer(302, b"", LEADS_AWAY), ALWAYS), BAD,
        "not https to a public host"),
    Row("file a web page", says("file", PAGE, kind="text/html"), BAD, "web page instead"),
    Row("file named to climb out", Adds("file", {
        "Content-Disposition": 'attachment; filename="../../../owned.png"'}), DONE),
]  # fmt: skip

MORE_ROWS = [  # of a full check
    Row("submit 400", status("submit", 400), REFUSED, "refused the request (400)"),
    Row("submit 403", status("submit", 403), AUTH, "refuses the key (403)"),
    Row("submit 404", status("submit", 404), REFUSED, "nothing at this address (404)"),
    Row("submit 405", status("submit", 405), REFUSED, "does not answer this at its address (405)"),
    Row("submit 408", status("submit", 408), LOST),
    Row("submit 410", status("submit", 410), REFUSED, "no longer has this (410)"),
    Row("submit 413", status("submit", 413), REFUSED, "finds this too large (413)"),
    Row("submit 415", status("submit", 415), REFUSED, "does not take this kind of file (415)"),
    Row("submit 425", status("submit", 425), UNAVAILABLE, "trouble of its own (425)"),
    Row("submit 503", status("submit", 503, body=b"busy"), LOST),
    Row("submit 504", status("submit", 504, body=b"late"), LOST),
    Row("submit 204", Says("submit", Answer(204)), LOST),
    Row("submit answers torn JSON", says("submit", b'{"id":'), LOST),
    Row("submit answers a deep list", says("submit", b"[" * 9_999), LOST),
    Row("submit answers too much", says("submit", b'"' + b"x" * (17 << 20) + b'"'), LOST),
    Row("submit answer stalls", Wire("submit", "stall", after_bytes=1), LOST, limit="json"),
    *(
        Row(f"submit answers {name} for an id", Alters("submit", "id", value), LOST)
        for name, value in [
            ("a number", 7), ("a list", ["a"]), ("an object", {"a": 1}), ("nothing", ""),
            ("a novel", "x" * 100_000),
        ]
    ),
    Row("status 503 once", status("status", 503), DONE),
    Row("status 504 once", status("status", 504), DONE),
    Row("status 429 once", status("status", 429, Retry_After="0"), DONE),
    Row("status 429 for an hour", status("status", 429, ALWAYS, Retry_After="3600"), WAITS,
        "too many requests"),
    Row("status 503 for an hour", status("status", 503, ALWAYS, Retry_After="3600"), WAITS,
        "trouble of its own (503)"),
    Row("status 408 once", status("status", 408), DONE),
    Row("status 500", status("status", 500, ALWAYS), UNAVAILABLE, "trouble of its own (500)"),
    Row("status 403", status("status", 403, ALWAYS), AUTH, "refuses the key (403)"),
    Row("status 410", status("status", 410, ALWAYS), by(GONE, REFUSED, REFUSED), "no longer has"),
    Row("status reset once", Wire("status", "drop"), DONE),
    Row("status reset", Wire("status", "drop", ALWAYS), UNAVAILABLE, "broke off"),
    Row("status torn once", Wire("status", "cut", after_bytes=9), DONE),
    Row("status stalls once", Wire("status", "stall", after_bytes=9), DONE, limit="json"),
    Row("status is torn JSON", says("status", b'{"status":'), BAD, "cannot be read"),
    Row("status is a list", says("status", b"[1]", 1), by(BAD, BAD, DONE)),
    Row("status is too much", says("status", b'"' + b"x" * (17 << 20) + b'"'), BAD, "too long"),
    Row("status says more than we know", Alters("status", "cost", {"credits": [1, None]}), DONE),
    *(
        Row(f"status {name}", Alters("status", "status", value, 1), by(BAD, BAD, DONE))
        for name, value in [("null", None), ("a number", 7), ("a list", ["succeeded"])]
    ),
    *(
        Row(f"result at {name}", Alters("made", "url", value), BAD)
        for name, value in [
            ("null", None), ("a number", 7), ("nothing", ""), ("an object", {"url": "x"}),
            ("a novel", "https://a.test/" + "x" * 9_000), ("ftp", "ftp://a.test/x.mp4"),
            ("a script", "javascript:alert(1)"), ("no scheme", "//a.test/x.mp4"),
        ]
    ),
    *(
        Row(f"result at {url}", Alters("made", "url", f"{url}/x.mp4"), BAD, "not https to")
        for url in [
            "http://cdn.acme.test", "https://127.0.0.1", "https://127.1", "https://2130706433",
            "https://[::1]", "https://[::ffff:10.0.0.1]", "https://169.254.169.254",
            "https://192.168.1.1:8080", "https://localhost", "https://nas.local", "https://printer",
            "https://metadata.google.internal", "https://me:pw@cdn.acme.test",
        ]
    ),
    Row("file 404", status("file", 404, ALWAYS), BAD, "no longer has this file (404)"),
    Row("file 410", status("file", 410, ALWAYS), BAD, "no longer has this file (410)"),
    Row("file 500", status("file", 500, ALWAYS), UNAVAILABLE, "trouble of its own (500)"),
    Row("file 503 once", status("file", 503), DONE),
    Row("file 429 for an hour", status("file", 429, ALWAYS, Retry_After="3600"), WAITS),
    Row("file reset once", Wire("file", "drop"), DONE),
    Row("file torn", Wire("file", "cut", ALWAYS), UNAVAILABLE, "broke off"),
    Row("file stalls once", Wire("file", "stall", after_bytes=20), DONE, limit="file"),
    Row("file empty", says("file", b""), BAD, "empty file"),
    Row("file of another kind", says("file", b"GIF89a" + bytes(64)), BAD, "another kind"),
    Row("file is JSON", says("file", b'{"detail": "not ready, try later"}'), BAD, "another kind"),
    Row("picture cut short", says("file", PICTURE_START), BAD, "damaged", (TENGR, FAL)),
    Row("video cut short", says("file", VIDEO_START), BAD, "damaged", (OXEN,)),
    Row("file too large", Adds("file", {}), BAD, "far too large", limit="size"),
    Row("picture never ends", Says("file", Answer(200, events=Endless(PICTURE_START)), ALWAYS),
        BAD, "far too large", (TENGR, FAL), limit="endless"),
    Row("video never ends", Says("file", Answer(200, events=Endless(VIDEO_START)), ALWAYS),
        BAD, "far too large", (OXEN,), limit="endless"),
    Row("file packed", Says("file", Answer(200, PICTURE_START, {"Content-Encoding": "gzip"}),
        ALWAYS), BAD, "packed"),
    Row("file leads inside", Says("file", Answer(302, b"", {
        "Location": "https://cdn.acme.test/x"}), ALWAYS), BAD, "leads into a private network"),
    Row("raw depth a web page", says("raw", PAGE), DONE, kinds=(OXEN,), note="no raw depth"),
    Row("raw depth 403", status("raw", 403, ALWAYS), DONE, kinds=(OXEN,), note="no raw depth"),
    Row("raw depth a bomb", Says("raw", Answer(200, npz_bomb()), ALWAYS), DONE, kinds=(OXEN,),
        note="no raw depth"),
    Row("raw depth a pickle", Says("raw", Answer(200, npz_pickle()), ALWAYS), DONE, kinds=(OXEN,),
        note="no raw depth"),
]  # fmt: skip
