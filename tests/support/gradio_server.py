"""A handle on a running Gradio server: starts it, looks into it and makes it fail."""

import asyncio
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from tests.servers.environments import SERVERS, ensure
from tests.support.gradio_words import Refusal

Entry = dict[str, Any]
Version = Literal["5.25", "5.49", "6"]
WAIT_S = 20.0


class ServerFailedError(Exception):
    """A server did not start, or does not do what the test wishes of it."""


@dataclass
class GradioServer:
    """A running server. `url` is what a client is given; everything sent there is recorded."""

    url: str
    direct_url: str  # gradio itself, unrecorded, without faults
    control_url: str
    version: str
    app: str
    profile: str
    python: Path
    _process: "subprocess.Popen[bytes]" = field(repr=False)
    _log: Path = field(repr=False)

    @classmethod
    def start(cls, app: str, version: Version, profile: str = "seed") -> Self:
        """Start ``<app>_app.py``; it ends with this process, however that ends."""
        python = ensure(version)
        log = Path(tempfile.mkdtemp(prefix="gradio-server-")) / "log.txt"
        with log.open("wb") as written:
            process = subprocess.Popen(
                [str(python), str(SERVERS / f"{app}_app.py"), "--profile", profile],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                start_new_session=True,  # Ctrl+C is for pytest; the closed pipe ends it
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise ServerFailedError(f"{app} did not start: {log.read_text()[-4000:]}")
        where = json.loads(line)
        return cls(**where, app=app, profile=profile, python=python, _process=process, _log=log)

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._log.parent)

    def log(self) -> str:
        """What the server wrote, tracebacks of its functions among it."""
        return self._log.read_text(errors="replace")

    # What happened

    def requests(self, **like: Any) -> list[Entry]:
        """The requests so far that have these values, such as ``path="/gradio_api/upload"``.

        Each has method, target, path, query, headers, size_bytes, sha256, json, parts (of a
        multipart body: name, filename, size_bytes, sha256), status and ended: "complete",
        "fault", or "gone" when one side left; None while it goes on.
        """
        return self._wish("entries", what="requests", like=like)

    def calls(self, name: str, **like: Any) -> list[Entry]:
        """How often the function really ran: name, arguments, state, and error if it failed.

        States are "running", "held", "done" and "failed".
        """
        return self._wish("entries", what="calls", like={"name": name, **like})

    def wait_called(
        self, name: str, count: int = 1, timeout_s: float = WAIT_S, **like: Any
    ) -> list[Entry]:
        """Block until the function was called so often (with ``state="held"``: is held)."""
        like = {"name": name, **like}
        return self._wish("wait", what="calls", like=like, count=count, timeout_s=timeout_s)

    def wait_requested(self, count: int = 1, timeout_s: float = WAIT_S, **like: Any) -> list[Entry]:
        """Block until there were as many such requests."""
        return self._wish("wait", what="requests", like=like, count=count, timeout_s=timeout_s)

    async def until_called(self, name: str, count: int = 1, **like: Any) -> list[Entry]:
        """`wait_called` while the loop goes on."""
        return await asyncio.to_thread(self.wait_called, name, count, **like)

    async def until_requested(self, count: int = 1, **like: Any) -> list[Entry]:
        """`wait_requested` while the loop goes on."""
        return await asyncio.to_thread(self.wait_requested, count, **like)

    def awaited(self) -> int:
        """How many running jobs Gradio still means to tell somebody about.

        It notices some time later that a stream was dropped.
        """
        return self._wish("awaited")

    # What shall happen

    def fault(
        self,
        name: str,
        kind: Literal["latency", "error", "exception", "null", "log"],
        *,
        times: int | None = 1,
        skip: int = 0,
        **facts: Any,
    ) -> None:
        """Something goes wrong in a function: see `tests/servers/faults.py`. None is for ever."""
        self._set("function", name, kind, facts, times, skip)

    def refuse(self, name: str, refusal: Refusal, times: int | None = 1) -> None:
        """The function fails as on a ZeroGPU Space, such as with ``ZEROGPU["quota"]``."""
        self.fault(name, "error", times=times, title=refusal.title, text=refusal.text)

    def wire_fault(
        self, on: str, kind: str, *, times: int | None = 1, skip: int = 0, **facts: Any
    ) -> None:
        """Something goes wrong on the way: see `tests/servers/proxy.py` for kinds and facts.

        `on` is a regular expression searched in "METHOD /path?query".
        """
        self._set("request", on, kind, facts, times, skip)

    def hold(self, name: str) -> None:
        """Calls of the function wait in it until `release`."""
        self._wish("hold", name=name)

    def release(self, name: str | None = None) -> None:
        """Let the function go on; without a name all of them, and all paused requests."""
        self._wish("release", name=name)

    def configure(self, **settings: Any) -> None:
        """Until the next test: queue_size, max_file_size_bytes, auth (name, password), side_px."""
        self._wish("configure", **settings)

    def forget(self) -> None:
        """As after a restart of the Space: sessions, queue, logins and files are gone."""
        self._wish("forget")

    def reset(self) -> None:
        """Nothing recorded, nothing wrong, nothing running, set up as at first."""
        self._wish("reset")

    def _set(self, *arguments: Any) -> None:
        names = ("scope", "on", "kind", "facts", "times", "skip")
        self._wish("fault", **dict(zip(names, arguments, strict=True)))

    def _wish(self, wish: str, **arguments: Any) -> Any:
        parts = urlsplit(self.control_url)
        connection = HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        try:
            connection.request("POST", "/", json.dumps({"wish": wish, **arguments}))
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise ServerFailedError(f"{wish}: {answer['error']}")
        return answer["result"]
