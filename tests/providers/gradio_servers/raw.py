"""Gradio's wire protocol by hand, without any client's opinion."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.providers.gradio_servers.pictures import picture

Event = dict[str, Any]


def file_data(path: str) -> Event:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def video_data(version: str, path: str) -> Event:
    """A video as gradio of this version wants it: 5.x wraps it, 6.x takes the bare file."""
    if version.startswith("5"):
        return {"video": file_data(path), "subtitles": None}
    return file_data(path)


class Raw:
    """One session with a server."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        self.session_hash = uuid4().hex[:11]
        self.config = self.http.get("/config").json()

    def close(self) -> None:
        self.http.close()

    def fn_index(self, api_name: str) -> int:
        (found,) = [d["id"] for d in self.config["dependencies"] if d["api_name"] == api_name]
        return found

    def upload(self, **files: bytes) -> list[str]:
        """Upload files by their names, ``_`` before the suffix; gives the server's paths."""
        return self.upload_named({name.replace("_", ".", 1): data for name, data in files.items()})

    def upload_named(self, files: dict[str, bytes]) -> list[str]:
        parts = [("files", (name, data)) for name, data in files.items()]
        answer = self.http.post("/gradio_api/upload", files=parts)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def join(self, api_name: str, *data: Any, event_data: Any = None) -> httpx.Response:
        body = {
            "data": list(data),
            "fn_index": self.fn_index(api_name),
            "session_hash": self.session_hash,
            "event_data": event_data,
            "trigger_id": None,
        }
        return self.http.post("/gradio_api/queue/join", json=body)

    @contextmanager
    def stream(self, silence_s: float = 30) -> Iterator[Iterator[Event]]:
        """The events of the session, as they come."""
        query = {"session_hash": self.session_hash}
        path = "/gradio_api/queue/data"
        with self.http.stream("GET", path, params=query, timeout=silence_s) as answer:
            yield (json.loads(line[5:]) for line in answer.iter_lines() if line.startswith("data:"))

    def events(self) -> list[Event]:
        with self.stream() as events:
            return list(events)

    def run(self, api_name: str, *data: Any, event_data: Any = None) -> Event:
        """Join and wait; gives the event that completes it."""
        joined = self.join(api_name, *data, event_data=event_data)
        assert joined.status_code == 200, joined.text
        (done,) = [event for event in self.events() if event["msg"] == "process_completed"]
        return done

    def cancel(self, api_name: str, event_id: str) -> httpx.Response:
        body = {
            "session_hash": self.session_hash,
            "fn_index": self.fn_index(api_name),
            "event_id": event_id,
        }
        return self.http.post("/gradio_api/cancel", json=body)

    def upload_pictures(self, *greys: int) -> str:
        """Upload pictures of these greys and have them copied; gives the target_dir."""
        files = {f"{i:06}.png": picture(grey) for i, grey in enumerate(greys)}
        given = [file_data(path) for path in self.upload_named(files)]
        done = self.run("handle_uploads", None, given, 10)
        assert done["success"], done
        return done["output"]["data"][1]

    def download(self, given: Event) -> bytes:
        answer = self.http.get("/gradio_api/file=" + given["path"])
        assert answer.status_code == 200, answer.text
        return answer.content
