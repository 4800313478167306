"""Runs an app as on its Space: gradio, the proxy in front of it and the side channel.

Says on its first line of output where it is; ends when its input ends, so it never outlives
whoever started it.
"""

import argparse
import asyncio
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from control import start_control
from faults import Fault
from proxy import Proxy
from stage import Stage

IDLE_S = 10
UNDER_WAY = ("running", "held")


@dataclass
class Options:
    profile: str


def serve(
    build: Callable[[Stage, Options], gr.Blocks], *, queue_size: int, show_error: bool, **own: Any
) -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", default="seed", choices=["seed", "head"])
    parser.add_argument("--queue-size", type=int, default=queue_size)
    arguments = parser.parse_args()
    folder = own_folder()
    settings = {"queue_size": arguments.queue_size, "max_file_size_bytes": None, "auth": None}
    stage = Stage(**settings, **own)
    demo = build(stage, Options(arguments.profile))
    running = Running(stage, demo, show_error=show_error)
    running.start()
    print(json.dumps(running.where()), flush=True)  # noqa: T201 this is how it is found
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def own_folder() -> Path:
    """A new folder for files, worked in; told to gradio before it makes the first component."""
    folder = Path(tempfile.mkdtemp(prefix="gradio-server-"))
    (folder / "work").mkdir()
    os.chdir(folder / "work")
    os.environ["GRADIO_TEMP_DIR"] = str(folder / "gradio")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = "127.0.0.1,localhost"
    return folder


class Running:
    """The three servers, and what the side channel may wish of them."""

    def __init__(self, stage: Stage, demo: gr.Blocks, *, show_error: bool) -> None:
        self._stage = stage
        self._demo = demo
        self._show_error = show_error
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        settings = self._stage.settings
        self._demo.queue(max_size=settings["queue_size"], api_open=False)
        self._gradio_port = self._launch()
        self._proxy = Proxy(self._stage, self._gradio_port)
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        started = asyncio.run_coroutine_threadsafe(self._proxy.start(), self._loop)
        self._proxy_port = started.result()
        self._control_port = start_control(self._wishes())

    def _launch(self) -> int:
        for _ in range(10):  # somebody may take the port meanwhile
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            try:
                self._demo.launch(
                    server_name="127.0.0.1",
                    server_port=port,
                    show_error=self._show_error,
                    ssr_mode=False,
                    prevent_thread_lock=True,
                    quiet=True,
                )
            except OSError:
                continue
            return port
        raise OSError("no port is free")

    def where(self) -> dict[str, Any]:
        return {
            "url": f"http://127.0.0.1:{self._proxy_port}",
            "direct_url": f"http://127.0.0.1:{self._gradio_port}",
            "control_url": f"http://127.0.0.1:{self._control_port}",
            "version": gr.__version__,
        }

    def _wishes(self) -> dict[str, Callable[..., Any]]:
        recording, faults = self._stage.recording, self._stage.faults
        return {
            "entries": lambda what, like: recording.entries(what, matching(like)),
            "wait": lambda what, like, count, timeout_s: recording.wait(
                what, matching(like), count, timeout_s
            ),
            "fault": lambda scope, on, kind, facts, times, skip: faults.set(
                scope, Fault(on, kind, facts, times, skip)
            ),
            "hold": faults.hold,
            "release": faults.release,
            "configure": self.configure,
            "forget": self.forget,
            "reset": self.reset,
        }

    def configure(self, **settings: Any) -> None:
        """Change how the running server is set up."""
        unknown = settings.keys() - self._stage.defaults.keys()
        if unknown:
            raise ValueError(f"no such settings: {sorted(unknown)}")
        self._stage.settings.update(settings)
        now = self._stage.settings
        self._demo._queue.max_size = now["queue_size"]
        self._demo.max_file_size = now["max_file_size_bytes"]
        self._demo.app.auth = dict([now["auth"]]) if now["auth"] else None

    def forget(self) -> None:
        """What a restart does: sessions, queue, logins and files are gone, connections break."""
        self._stage.faults.kill()
        self._empty_queue()
        queue, app = self._demo._queue, self._demo.app
        queue.pending_messages_per_session.clear()
        queue.pending_event_ids_session.clear()
        queue.event_ids_to_events.clear()
        app.state_holder.session_data.clear()
        app.tokens.clear()
        self._loop.call_soon_threadsafe(self._proxy.reset_all)
        for folder in (Path(os.environ["GRADIO_TEMP_DIR"]), Path("workspace/gradio/input_images")):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)

    def reset(self) -> None:
        """Nothing recorded, nothing wrong, nothing running, everything set up as at first."""
        self._stage.faults.clear()
        self._empty_queue()
        end_s = time.monotonic() + IDLE_S
        while self._stage.recording.entries("calls", lambda call: call["state"] in UNDER_WAY):
            if time.monotonic() > end_s:
                raise TimeoutError("a function does not end")
            time.sleep(0.01)
        self._demo._queue.process_time_per_fn.clear()
        self.configure(**self._stage.defaults)
        self._stage.recording.clear()

    def _empty_queue(self) -> None:
        for queue in list(self._demo._queue.event_queue_per_concurrency_id.values()):
            queue.queue.clear()


def matching(like: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    """Whether an entry has all these values."""
    return lambda entry: all(entry.get(key) == value for key, value in like.items())
