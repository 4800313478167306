"""A service over real HTTP that does what each job's script says, and keeps count."""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOLD_S = {"hold-once": "3600", "hold-longer-once": "7200"}


@dataclass
class RemoteJob:
    """A job the service accepted."""

    id: str
    job: str
    step: str
    script: str
    body: str
    cancelled: bool = False


@dataclass
class ScriptedService:
    """Accepts, refuses, holds or forgets jobs, as the script in each submit asks.

    Scripts: ``ok``; ``refuse`` (422 for ever); ``refuse-once``; ``hold-once`` (429 with
    Retry-After: 3600); ``silence`` (accepts, then hangs up without an answer);
    ``silence-second`` (does that at the second step only);
    ``fail`` (runs and fails); ``lose`` (accepts, then knows nothing of it); ``slow``
    (runs until `release` is set); ``hold-follow-once`` (429 once while followed);
    ``hold-longer-once`` (as ``hold-once``, for 7200 seconds); ``pause-…`` (sets
    `submitted` and waits for `release` before it does the rest of its name).
    """

    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)  # (job, step)
    requests: list[str] = field(default_factory=list)
    jobs: dict[str, RemoteJob] = field(default_factory=dict)
    release: threading.Event = field(default_factory=threading.Event)
    polled: threading.Event = field(default_factory=threading.Event)
    submitted: threading.Event = field(default_factory=threading.Event)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def first_time(self, what: str, who: str) -> bool:
        with self._lock:
            fresh = (what, who) not in self._seen
            self._seen.add((what, who))
            return fresh

    def accept(self, submit: dict[str, Any]) -> RemoteJob:
        with self._lock:
            job = RemoteJob(str(len(self.jobs) + 1), **submit)
            self.jobs[job.id] = job
            self.accepted[job.job, job.step] += 1
            return job

    def __enter__(self) -> "ScriptedService":
        service = self

        class Handler(_Handler):
            scripted = service

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedService
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        self.scripted.requests.append(f"{self.command} {self.path}")

    def answer(self, status: int, body: Any, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        submit = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        service, script, job = self.scripted, submit["script"], submit["job"]
        if script.startswith("pause-"):
            service.submitted.set()
            service.release.wait()
            script = script.removeprefix("pause-")
        if script == "refuse" or (script == "refuse-once" and service.first_time(script, job)):
            self.answer(422, {"detail": "this step is refused"})
        elif script in HOLD_S and service.first_time(script, job):
            self.answer(429, {"detail": "too many"}, Retry_After=HOLD_S[script])
        else:
            remote = service.accept(submit)
            if script == "silence" or (script, remote.step) == ("silence-second", "step-2"):
                self.log_request()
                self.close_connection = True
            else:
                self.answer(200, {"id": remote.id})

    def do_GET(self) -> None:
        service = self.scripted
        if self.path == "/health":
            self.answer(200, {})
            return
        remote_id, _, what = self.path.removeprefix("/jobs/").partition("/")
        remote = service.jobs[remote_id]
        if what == "file":
            self.answer(200, f"made of {remote.body}".encode())
        elif remote.script == "lose":
            self.answer(404, {"detail": "no such job"})
        elif remote.script == "hold-follow-once" and service.first_time("follow", remote.job):
            self.answer(429, {"detail": "too many"}, Retry_After="3600")
        else:
            service.polled.set()
            running = remote.script == "slow" and not service.release.is_set()
            state = "running" if running else "failed" if remote.script == "fail" else "done"
            self.answer(200, {"state": state})

    def do_DELETE(self) -> None:
        remote = self.scripted.jobs[self.path.removeprefix("/jobs/")]
        remote.cancelled = True
        self.answer(200, {"state": "stopped"})
