"""Faults on demand, what is recorded, and how servers begin and end."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.providers.gradio_servers.demo_inputs import demo_inputs
from tests.providers.gradio_servers.pictures import picture
from tests.providers.gradio_servers.raw import Raw, file_data
from tests.support.gradio_servers import ZEROGPU, GradioServer, ServerFailedError

JOIN = "POST /gradio_api/queue/join"
FILE = "GET /gradio_api/file="


@pytest.fixture
def server(da3_seed: GradioServer) -> GradioServer:
    return da3_seed


@pytest.fixture
def raw(server: GradioServer) -> Iterator[Raw]:
    session = Raw(server.url)
    yield session
    session.close()


@pytest.fixture
def scene(server: GradioServer, raw: Raw) -> str:
    """Where a scene can be downloaded."""
    done = raw.run("gradio_demo", *demo_inputs(server, raw.upload_pictures(60)))
    return "/gradio_api/file=" + done["output"]["data"][0]["path"]


def test_requests_are_recorded_with_what_they_carry(server: GradioServer, raw: Raw) -> None:
    raw.upload_named({"a b.png": picture()})
    (upload,) = server.requests(path="/gradio_api/upload")
    (part,) = upload["parts"]
    assert (part["name"], part["filename"]) == ("files", "a b.png")
    assert (part["size_bytes"], part["sha256"]) == (len(picture()), sha256(picture()).hexdigest())
    raw.run("lambda_4", None, "View 1")
    (join,) = server.requests(path="/gradio_api/queue/join")
    assert (join["method"], join["status"], join["ended"]) == ("POST", 200, "complete")
    assert join["json"]["data"] == [None, "View 1"]
    (stream,) = server.requests(path="/gradio_api/queue/data")
    assert stream["query"] == {"session_hash": raw.session_hash}
    assert stream["headers"]["user-agent"].startswith("python-httpx")


def test_what_goes_to_gradio_itself_is_not_recorded(server: GradioServer, raw: Raw) -> None:
    before = len(server.requests())
    assert httpx.get(f"{server.direct_url}/config").status_code == 200
    assert len(server.requests()) == before


@pytest.mark.parametrize("name", sorted(ZEROGPU))
def test_a_function_refuses_in_the_words_of_zerogpu(
    server: GradioServer, raw: Raw, name: str
) -> None:
    server.refuse("handle_uploads", ZEROGPU[name])
    done = raw.run("handle_uploads", None, None, 10)
    assert not done["success"]
    assert done["title"] == done["output"]["title"] == ZEROGPU[name].title
    assert done["output"]["error"] == ZEROGPU[name].text
    assert raw.run("handle_uploads", None, None, 10)["success"], "it struck once"


def test_a_function_says_what_it_waits_for(server: GradioServer, raw: Raw) -> None:
    for text in ("Waiting for a GPU to become available", "Successfully acquired a GPU"):
        server.fault("update_log", "log", level="info", title="ZeroGPU queue", text=text)
    raw.join("update_log")
    logs = [event for event in raw.events() if event["msg"] == "log"]
    assert [log["title"] for log in logs] == ["ZeroGPU queue"] * 2
    assert [log["log"][:11] for log in logs] == ["Waiting for", "Successfull"]


def test_a_function_gives_nothing_or_crashes(server: GradioServer, raw: Raw) -> None:
    server.fault("gradio_demo", "null")
    target = raw.upload_pictures(60)
    done = raw.run("gradio_demo", *demo_inputs(server, target))
    assert done["success"]
    assert done["output"]["data"][0] is None
    server.fault("gradio_demo", "exception", text="CUDA out of memory")
    done = raw.run("gradio_demo", *demo_inputs(server, target))
    assert (done["success"], done["output"]["error"]) == (False, "CUDA out of memory")


@pytest.mark.parametrize("retry_after", ["7", "Wed, 21 Oct 2099 07:28:00 GMT", None])
def test_an_answer_is_given_in_gradios_stead(
    server: GradioServer, raw: Raw, retry_after: str | None
) -> None:
    headers = {"retry-after": retry_after} if retry_after else {}
    server.wire_fault(JOIN, "answer", status=429, headers=headers, body="slow down")
    answer = raw.join("update_log")
    assert (answer.status_code, answer.text) == (429, "slow down")
    assert answer.headers.get("retry-after") == retry_after
    assert raw.join("update_log").status_code == 200
    assert len(server.calls("update_log")) <= 1


def test_a_connection_is_dropped_before_or_after_the_work(server: GradioServer, raw: Raw) -> None:
    server.wire_fault(JOIN, "drop")
    with pytest.raises(httpx.ReadError):
        raw.join("update_log")
    assert server.calls("update_log") == []
    server.wire_fault(JOIN, "lose_answer")
    with pytest.raises(httpx.ReadError):
        raw.join("update_log")
    server.wait_called("update_log", state="done")
    assert [each["ended"] for each in server.requests(path="/gradio_api/queue/join")] == [
        "fault", "fault"
    ]  # fmt: skip


def test_an_upload_is_torn_on_its_way(server: GradioServer, raw: Raw) -> None:
    server.wire_fault("POST /gradio_api/upload", "drop", after_bytes=100_000)
    with pytest.raises((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)):
        raw.upload(a_bin=bytes(50_000_000))
    (upload,) = server.requests(path="/gradio_api/upload")
    assert 100_000 <= upload["size_bytes"] < 50_000_000


def test_a_download_is_cut_short_or_torn(server: GradioServer, raw: Raw, scene: str) -> None:
    server.wire_fault(FILE, "cut", after_bytes=1000)
    server.wire_fault(FILE, "cut", after_bytes=1000, reset=True)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        raw.http.get(scene)
    with pytest.raises(httpx.ReadError):
        raw.http.get(scene)
    assert raw.http.get(scene).content[:4] == b"glTF"


def test_a_download_stalls_until_released(server: GradioServer, raw: Raw, scene: str) -> None:
    server.wire_fault(FILE, "stall", after_bytes=1000)
    with raw.http.stream("GET", scene, timeout=2) as answer, pytest.raises(httpx.ReadTimeout):
        answer.read()
    server.wait_requested(ended="gone")


def test_a_download_drips(server: GradioServer, raw: Raw) -> None:
    (path,) = raw.upload(a_png=picture())
    server.wire_fault(FILE, "drip", bytes=1, every_s=0)
    assert raw.http.get(f"/gradio_api/file={path}").content == picture()


def test_a_file_is_something_else_than_it_says(server: GradioServer, raw: Raw, scene: str) -> None:
    server.wire_fault(FILE, "replace", body="<html>sign in</html>")
    assert raw.http.get(scene).text == "<html>sign in</html>"


def test_names_in_an_answer_are_changed(server: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    server.wire_fault(
        "GET /gradio_api/queue/data", "rewrite",
        old='"orig_name":"scene.glb"', new='"orig_name":"../../CON"',
    )  # fmt: skip
    done = raw.run("gradio_demo", *demo_inputs(server, target))
    assert done["output"]["data"][0]["orig_name"] == "../../CON"


def test_an_answer_without_end(server: GradioServer, raw: Raw, scene: str) -> None:
    server.wire_fault(FILE, "endless")
    with raw.http.stream("GET", scene) as answer:
        size_bytes = 0
        for data in answer.iter_raw():
            size_bytes += len(data)
            if size_bytes > 20_000_000:
                break
    assert "content-length" not in answer.headers
    server.wait_requested(ended="gone")


def test_a_paused_upload_goes_on_when_released(server: GradioServer, raw: Raw) -> None:
    server.wire_fault("POST /gradio_api/upload", "pause", after_bytes=1)
    with pytest.raises(httpx.TimeoutException):
        raw.http.post(
            "/gradio_api/upload",
            files=[("files", ("a", bytes(50_000_000)))],
            timeout=httpx.Timeout(30, read=0.5, write=0.5),
        )
    server.release()
    assert raw.upload(a_png=picture())


def test_an_answer_is_held(server: GradioServer, raw: Raw) -> None:
    server.wire_fault(JOIN, "hold_answer")
    with pytest.raises(httpx.ReadTimeout):
        raw.http.post(
            "/gradio_api/queue/join",
            json={"data": [], "fn_index": raw.fn_index("update_log"), "session_hash": "held"},
            timeout=httpx.Timeout(30, read=0.5),
        )
    server.wait_called("update_log", state="done")


def test_a_function_is_slow_on_demand_only(server: GradioServer, raw: Raw) -> None:
    server.fault("update_log", "latency", seconds=0.3)
    began_s = time.monotonic()
    raw.run("update_log")
    assert time.monotonic() - began_s >= 0.3


def test_reset_leaves_nothing_behind(server: GradioServer, raw: Raw) -> None:
    server.hold("gradio_demo")
    server.configure(queue_size=1, auth=["a", "b"])
    server.wire_fault(JOIN, "drop", times=None)
    server.reset()
    assert server.requests() == []
    assert raw.run("update_log")["success"]


def test_a_wish_that_makes_no_sense_is_an_error(server: GradioServer) -> None:
    with pytest.raises(ServerFailedError, match="no such settings"):
        server.configure(colour="red")


def test_every_fault_of_a_file_leaves_the_client_of_others_alone(
    server: GradioServer, raw: Raw
) -> None:
    (path,) = raw.upload(a_png=picture())
    server.wire_fault(f"GET /gradio_api/file={path}", "answer", status=403, body="no")
    assert raw.run("handle_uploads", None, [file_data(path)], 10)["success"]
    assert raw.http.get(f"/gradio_api/file={path}").status_code == 403


def answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/config")
    except httpx.TransportError:
        return False
    return True


STARTER = """
import sys
sys.path.insert(0, {root!r})
from tests.support.gradio_servers import GradioServer
print(GradioServer.start("da3", "5.49").direct_url, flush=True)
sys.stdin.read()
"""


def test_a_server_ends_with_the_process_that_started_it_even_if_killed(
    pytestconfig: pytest.Config, server: GradioServer, tmp_path: Path
) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER.format(root=str(pytestconfig.rootpath))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},  # nobody takes away what it leaves there
    )
    assert starter.stdout is not None
    assert starter.stdin is not None
    url = starter.stdout.readline().decode().strip()
    assert httpx.get(f"{url}/config").status_code == 200
    starter.kill()
    starter.wait()
    end_s = time.monotonic() + 20
    while answers(url):
        assert time.monotonic() < end_s
    starter.stdout.close()
    starter.stdin.close()
