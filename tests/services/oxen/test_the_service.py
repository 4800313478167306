"""The service of the tests, proved by the examples of the real one's own page."""

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.support.oxen_service import KEY, MODEL, OxenService

EXAMPLES = Path(__file__).parents[2] / "data" / "oxen"
REAL = "https://hub.oxen.ai"
# Their pause between two looks is longer than all the work here, and the page writes “false” in
# Python as JSON does.
RUN = """
import sys, time
wait = time.sleep
time.sleep = lambda pause_s: wait(pause_s / 100)
exec(sys.stdin.read(), {"__name__": "__main__", "false": False, "true": True})
"""
FROM_THE_PAGE = {
    "depth_model": "VDA-Large",
    "colormap": "grayscale",
    "resolution": "auto",
    "side_by_side": False,
    "include_raw_depths": False,
}


def said_by(example: str, oxen: OxenService) -> str:
    """What an example prints; its server is ours."""
    words = (EXAMPLES / f"{example}.txt").read_text().replace(REAL, oxen.url)
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=words,
        env={**os.environ, "OXEN_API_KEY": KEY, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def is_video(url: str) -> bool:
    return httpx.get(url, trust_env=False).content[4:8] == b"ftyp"


@pytest.mark.parametrize("example", ["sync_minimal", "sync_all"])
def test_the_long_request_answers_as_the_page_says(
    oxen: OxenService, url: str, example: str
) -> None:
    answer: dict[str, Any] = ast.literal_eval(said_by(example, oxen))

    assert answer["model"] == MODEL
    assert isinstance(answer["created"], int)
    assert is_video(answer["videos"][0]["url"])
    asked = {"model": MODEL, "video_url": url}
    assert oxen.accepted == [asked if example == "sync_minimal" else {**asked, **FROM_THE_PAGE}]


@pytest.mark.parametrize("example", ["queue_minimal", "queue_all"])
def test_the_queue_answers_as_the_page_says(oxen: OxenService, url: str, example: str) -> None:
    said = said_by(example, oxen)

    assert said.startswith("Result: ")
    assert is_video(said.removeprefix("Result: "))
    (row,) = oxen.rows.values()
    assert row["video_url"] == url
    assert [type(row[name]) for name in ("enqueued_at", "started_at", "completed_at")] == [int] * 3


@pytest.mark.parametrize("example", ["events_minimal", "events_all"])
def test_the_channel_tells_as_the_page_says(oxen: OxenService, url: str, example: str) -> None:
    oxen.held = {"queued"}  # the example sends first and listens then

    def go_on() -> None:
        oxen.channel.wait_listeners(1)
        oxen.release()

    listening = threading.Thread(target=go_on)
    listening.start()
    told: dict[str, Any] = ast.literal_eval(said_by(example, oxen))
    listening.join()

    assert told.keys() == {"generation_id", "status", "media_type", "model", "url"}
    assert is_video(told["url"])


@pytest.fixture
def http(oxen: OxenService) -> httpx.Client:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=oxen.url, headers=headers, trust_env=False) as client:
        yield client


def test_it_refuses_what_the_real_one_refuses(http: httpx.Client, oxen: OxenService) -> None:
    def refusal(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = http.request(method, path, json=body, headers=headers)
        return answer.status_code, answer.json()["error"]

    job = {"model": MODEL, "video_url": f"{oxen.url}/nothing.mp4"}
    assert refusal("GET", "/api/events", Authorization="Bearer wrong")[0] == 401
    assert refusal("GET", "/api/ai/queue/1")[1]["type"] == "resource_not_found"
    assert refusal("DELETE", "/api/ai/queue/1")[0] == 404
    assert refusal("POST", "/api/ai/queue", {**job, "model": "x"}) == (
        404,
        {"message": "Model not found: x"},
    )
    for count in (0, 5, "2", True):
        code, error = refusal("POST", "/api/ai/queue", {**job, "num_generations": count})
        assert (code, error["title"]) == (
            400,
            "num_generations must be an integer between 1 and 4",
        )
    assert refusal("POST", "/api/ai/videos/generate", {**job, "colormap": "hot"})[0] == 422
    assert oxen.rows == {}


def test_a_bad_parameter_fails_in_the_queue_only_when_it_runs(
    http: httpx.Client, oxen: OxenService, url: str
) -> None:
    body = {"model": MODEL, "video_url": url, "resolution": "4k"}
    answer = http.post("/api/ai/queue", json=body).json()
    oxen.wait_status("failed")
    row = http.get(f"/api/ai/queue/{answer['generations'][0]['generation_id']}").json()

    assert row["error_message"].startswith("Getting model response error: 422 - resolution")
    assert (row["result_url"], row["resolution"]) == (None, "4k")


def test_nothing_is_told_again_to_who_listens_late(
    http: httpx.Client, oxen: OxenService, url: str
) -> None:
    with http.stream("GET", "/api/events") as stream:
        http.post("/api/ai/queue", json={"model": MODEL, "video_url": url})
        in_time = heard(stream, lambda told: b"succeeded" in told)
    with http.stream("GET", "/api/events") as stream:
        late = heard(stream, lambda told: told.count(b"\n\n") >= 3)

    assert b"event: media_generation_completed" in in_time
    assert set(late.split(b"\n\n")) == {b": keep-alive", b""}


def heard(stream: httpx.Response, enough: Callable[[bytes], bool]) -> bytes:
    """What a stream says until it is enough."""
    told = b""
    for piece in stream.iter_raw():
        told += piece
        if enough(told):
            break
    return told


def test_addresses_of_results_hold_until_they_expire_and_rows_give_new_ones(
    http: httpx.Client, oxen: OxenService, url: str
) -> None:
    http.post("/api/ai/queue", json={"model": MODEL, "video_url": url})
    oxen.wait_status("succeeded")
    (generation_id,) = oxen.rows
    old, new = (http.get(f"/api/ai/queue/{generation_id}").json()["result_url"] for _ in "12")
    assert old != new
    oxen.files.expire()
    answer = httpx.get(new, trust_env=False)
    assert (answer.status_code, answer.content[:5]) == (403, b"<?xml")
    assert is_video(http.get(f"/api/ai/queue/{generation_id}").json()["result_url"])


def put(http: httpx.Client, path: str, *parts: tuple[str, Any]) -> httpx.Response:
    return http.put(f"/api/repos/me/films/file/main/{path}", files=list(parts))


def test_repositories_take_one_file_with_who_sends_it(
    http: httpx.Client, oxen: OxenService
) -> None:
    user = {"name": "Bessie", "email": "bessie@example.invalid"}
    repository = {"namespace": "me", "name": "films", "user": user, "is_public": False}
    file, files = ("file", ("a.mp4", b"abc")), ("files[]", ("a.mp4", b"abc"))
    author, address = ("name", (None, "Bessie")), ("email", (None, "b@example.invalid"))
    assert put(http, "a.mp4", file, author, address).status_code == 404
    assert [http.post("/api/repos", json=repository).status_code for _ in "12"] == [200, 409]
    assert put(http, "a.mp4", file, author).status_code == 400
    assert put(http, "a.mp4", file, file, author, address).status_code == 400
    assert put(http, "a.mp4", file, files, author, address).status_code == 400
    done = put(http, "a.mp4", file, author, address).json()
    assert (done["status_message"], done["commit"]["author"]) == ("resource_created", "Bessie")
    place = "/api/repos/me/films/file/main/a.mp4"
    mine = http.get(place)
    assert (mine.content, mine.headers["Content-Type"]) == (b"abc", "video/mp4")
    assert httpx.get(f"{oxen.url}{place}", trust_env=False).status_code == 404


def test_raw_depth_is_float_and_bright_is_near(
    http: httpx.Client, oxen: OxenService, url: str, tmp_path: Path
) -> None:
    body = {"model": MODEL, "video_url": url, "include_raw_depths": True}
    http.post("/api/ai/queue", json=body)
    oxen.wait_status("succeeded")
    (generation_id,) = oxen.rows
    row = http.get(f"/api/ai/queue/{generation_id}").json()
    (tmp_path / "raw.npz").write_bytes(httpx.get(row["raw_depths_url"], trust_env=False).content)
    with np.load(tmp_path / "raw.npz", allow_pickle=False) as arrays:
        depths = arrays["depths"]

    assert (depths.dtype, depths.shape) == (np.dtype(np.float32), (8, 48, 64))
    assert depths[7, -4, -4] < depths[7, -4, 4]  # bars of the lowest bits are bright
    assert json.dumps(row)  # nothing but plain values
