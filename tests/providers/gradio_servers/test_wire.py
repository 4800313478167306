"""Facts of Gradio's wire that clients live by, and those that differ between versions."""

from collections.abc import Iterator
from time import monotonic

import httpx
import pytest

from tests.providers.gradio_servers.demo_inputs import demo_inputs
from tests.providers.gradio_servers.pictures import picture
from tests.providers.gradio_servers.raw import Raw, file_data
from tests.support.gradio_servers import GradioServer

NOT_DIRECTLY = "This API endpoint does not accept direct HTTP POST requests"


@pytest.fixture
def other(da3: GradioServer) -> Iterator[Raw]:
    """Another session with the same server."""
    session = Raw(da3.url)
    yield session
    session.close()


def test_an_upload_wants_the_name_files_and_gives_paths(raw: Raw) -> None:
    answer = raw.http.post("/gradio_api/upload", files=[("file", ("a.png", picture()))])
    assert (answer.status_code, answer.json()) == (200, [])
    once, again = raw.upload(a_png=picture()), raw.upload(a_png=picture())
    assert once == again, "the same content and name is the same path"
    assert once[0].endswith("/a.png")
    wrong = raw.http.post(
        "/gradio_api/upload", content=b"{}", headers={"content-type": "text/plain"}
    )
    assert (wrong.status_code, wrong.json()) == (400, {"detail": "Invalid content type."})


def test_a_file_without_meta_is_refused(raw: Raw) -> None:
    (path,) = raw.upload(a_png=picture())
    done = raw.run("handle_uploads", None, [{"path": path}], 10)
    assert not done["success"]
    assert "The 'meta' field must be explicitly provided" in done["output"]["error"]


def test_a_file_that_was_not_uploaded_is_refused(raw: Raw) -> None:
    done = raw.run("handle_uploads", None, [file_data("/etc/hostname")], 10)
    assert not done["success"]
    assert "was not uploaded by a user" in done["output"]["error"]


def test_queued_functions_cannot_be_run_directly(raw: Raw) -> None:
    for path in ("run", "api"):
        answer = raw.http.post(f"/gradio_api/{path}/gradio_demo", json={"data": []})
        assert answer.status_code == 404
        assert NOT_DIRECTLY in answer.json()["detail"]
    assert raw.http.post("/run/gradio_demo", json={"data": []}).status_code in (404, 405)
    named = raw.http.post("/gradio_api/run/gradio_demo", json={"target_dir": "x"})
    assert named.status_code == 422
    assert named.json()["detail"][0]["loc"] == ["body", "data"]


def test_values_outside_their_ranges_are_refused(da3: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    for changes, told in (
        ({"percentile": 500}, "Value 500 is greater than maximum value 100"),
        ({"method": "best"}, "Value: best is not in the list of choices: ['high_res', 'low_res']"),
    ):
        done = raw.run("gradio_demo", *demo_inputs(da3, target, **changes))
        assert told in done["output"]["error"]
    few = raw.run("handle_uploads", None)
    assert "didn't receive enough input values (needed: 3, got: 1)" in few["output"]["error"]
    assert da3.calls("gradio_demo") == [], "it never came so far"


def test_a_session_must_join_before_it_listens(raw: Raw) -> None:
    events = []
    with pytest.raises(httpx.RemoteProtocolError), raw.stream() as stream:
        events.extend(stream)
    assert events[0]["msg"] == "unexpected_error"
    assert events[0]["session_not_found"] is True


def test_the_queue_says_who_waits_and_who_runs(da3: GradioServer, raw: Raw, other: Raw) -> None:
    target = raw.upload_pictures(60)
    da3.hold("gradio_demo")
    raw.join("gradio_demo", *demo_inputs(da3, target))
    da3.wait_called("gradio_demo", state="held")
    second = other.join("gradio_demo", *demo_inputs(da3, target)).json()["event_id"]
    with other.stream() as events:
        waiting = next(events)
        assert (waiting["msg"], waiting["rank"], waiting["queue_size"]) == ("estimation", 0, 1)
        da3.release()
        kinds = [event["msg"] for event in events if event["event_id"] in (second, None)]
    assert kinds[-3:] == ["process_starts", "process_completed", "close_stream"]


def test_a_cancelled_run_reports_success_without_data(da3: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    da3.hold("gradio_demo")
    event_id = raw.join("gradio_demo", *demo_inputs(da3, target)).json()["event_id"]
    da3.wait_called("gradio_demo", state="held")
    assert raw.cancel("gradio_demo", event_id).json() == {"success": True}
    done = raw.events()[-2]
    assert (done["msg"], done["success"], done["output"]) == ("process_completed", True, {})
    assert da3.calls("gradio_demo")[0]["state"] == "held", "the function knows nothing of it"
    assert raw.cancel("gradio_demo", "nobody's").json() == {"success": True}


def test_what_waits_is_cancelled_by_version_6_only(da3: GradioServer, raw: Raw, other: Raw) -> None:
    target = raw.upload_pictures(60)
    da3.hold("gradio_demo")
    raw.join("gradio_demo", *demo_inputs(da3, target))
    da3.wait_called("gradio_demo", state="held")
    event_id = other.join("gradio_demo", *demo_inputs(da3, target)).json()["event_id"]
    other.cancel("gradio_demo", event_id)
    raw.join("lambda_4", None, "View 1")
    da3.release()
    da3.wait_called("gradio_demo", state="done")
    if da3.version.startswith("5"):
        da3.wait_called("gradio_demo", count=2)
    else:
        raw.events()
        assert len(da3.calls("gradio_demo")) == 1


def test_leaving_the_stream_takes_what_waits_out_of_the_queue(
    da3: GradioServer, raw: Raw, other: Raw
) -> None:
    target = raw.upload_pictures(60)
    da3.hold("gradio_demo")
    raw.join("gradio_demo", *demo_inputs(da3, target))
    da3.wait_called("gradio_demo", state="held")
    other.join("gradio_demo", *demo_inputs(da3, target))
    with other.stream() as events:
        next(events)
    da3.wait_requested(path="/gradio_api/queue/data", ended="gone")
    end_s = monotonic() + 30
    while raw.http.get("/gradio_api/queue/status").json()["queue_size"]:
        assert monotonic() < end_s
    da3.release()
    raw.events()
    assert len(da3.calls("gradio_demo")) == 1


def test_a_dropped_stream_loses_the_job(da3: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    da3.hold("gradio_demo")
    raw.join("gradio_demo", *demo_inputs(da3, target))
    da3.wait_called("gradio_demo", state="held")
    da3.wire_fault("GET /gradio_api/queue/data", "cut", after_events=1)
    with pytest.raises(httpx.RemoteProtocolError):
        raw.events()
    end_s = monotonic() + 30
    while da3.awaited():
        assert monotonic() < end_s
    da3.release()
    da3.wait_called("gradio_demo", state="done")
    late = []
    # Either the session is unknown, or nothing but heartbeats comes, for ever.
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadTimeout)), raw.stream(0.5) as events:
        late.extend(events)
    assert "process_completed" not in [event["msg"] for event in late]


def test_a_full_queue_is_503(da3: GradioServer, raw: Raw, other: Raw) -> None:
    da3.configure(queue_size=1)
    da3.hold("gradio_demo")
    for _ in range(2):
        assert raw.join("gradio_demo", *demo_inputs(da3, "None")).status_code == 200
        da3.wait_called("gradio_demo")
    full = other.join("gradio_demo", *demo_inputs(da3, "None"))
    assert full.status_code == 503
    assert full.json()["detail"] == "Queue is full. Max size is 1 and size is 1."


def test_too_large_a_file_is_413(da3: GradioServer, raw: Raw) -> None:
    da3.configure(max_file_size_bytes=1000)
    answer = raw.http.post("/gradio_api/upload", files=[("files", ("a.bin", bytes(2000)))])
    assert answer.status_code == 413
    assert "File size exceeded maximum allowed size of 1000 bytes" in answer.text


def test_a_password_is_asked_for(da3: GradioServer, raw: Raw) -> None:
    da3.configure(auth=["ann", "secret"])
    refused = raw.http.get("/config")
    assert (refused.status_code, refused.json()["detail"]["error"]) == (401, "Not authenticated")
    wrong = raw.http.post("/login", data={"username": "ann", "password": "guess"})
    assert (wrong.status_code, wrong.json()) == (400, {"detail": "Incorrect credentials."})
    right = raw.http.post("/login", data={"username": "ann", "password": "secret"})
    assert right.json() == {"success": True}
    cookies = {cookie.name: cookie.value for cookie in raw.http.cookies.jar}
    assert any(name.startswith("access-token-unsecure-") for name in cookies)
    assert raw.http.get("/config").status_code == 200


def test_a_restart_forgets_files_and_sessions(da3: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    scene = raw.run("gradio_demo", *demo_inputs(da3, target))["output"]["data"][0]
    raw.download(scene)
    da3.forget()
    gone = raw.http.get("/gradio_api/file=" + scene["path"])
    assert gone.status_code == 403
    assert "File not allowed" in gone.json()["detail"]
    again = raw.run("gradio_demo", *demo_inputs(da3, target))["output"]["data"]
    assert again[:2] == [None, "No valid target directory found. Please upload first."]


def test_a_restart_tears_what_is_open_and_loses_what_runs(da3: GradioServer, raw: Raw) -> None:
    target = raw.upload_pictures(60)
    da3.hold("gradio_demo")
    raw.join("gradio_demo", *demo_inputs(da3, target))
    da3.wait_called("gradio_demo", state="held")
    with raw.stream() as events:
        assert next(events)["msg"] == "estimation"
        da3.forget()
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            list(events)
    assert da3.wait_called("gradio_demo", state="failed")[0]["error"].startswith("KilledError")


def test_downloads_come_in_ranges(raw: Raw) -> None:
    (path,) = raw.upload(a_png=picture())
    part = raw.http.get(f"/gradio_api/file={path}", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, picture()[10:20])
    assert raw.http.head(f"/gradio_api/file={path}").status_code == 200


def test_an_unknown_function_is_500_and_ends_the_connection(raw: Raw) -> None:
    body = {"data": [], "fn_index": 999, "session_hash": raw.session_hash}
    assert raw.http.post("/gradio_api/queue/join", json=body).status_code == 500


def test_the_newer_call_exists_in_version_6_only(da3: GradioServer, raw: Raw) -> None:
    answer = raw.http.post("/gradio_api/call/v2/update_log", json={})
    assert answer.status_code == (405 if da3.version.startswith("5") else 200)


def test_only_version_6_speaks_of_its_cache(da3: GradioServer, raw: Raw) -> None:
    done = raw.run("update_log")
    assert ("used_cache" in done) == (not da3.version.startswith("5"))
