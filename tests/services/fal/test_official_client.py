"""fal's own unmodified client finds the service of the tests to be fal."""

from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.services.fal.conftest import Drive
from tests.support.fal_jobs import CANCEL, SUBMIT, TOKEN, UPLOAD
from tests.support.fal_pictures import depth_of
from tests.support.fal_queue import infrastructure
from tests.support.fal_service import KEY, FalService


@pytest.fixture
def hosted(fal: FalService, photo: Path) -> str:
    """The photo's address, where anybody can read it."""
    return fal.storage.publish(photo.read_bytes(), "image/png", "photo.png")


def assert_is_depth_of(photo: Path, depth: Path) -> None:
    with Image.open(depth) as image:
        assert np.array_equal(np.asarray(image), depth_of(photo.read_bytes()))


def test_it_subscribes_and_sees_every_status(
    fal: FalService, drive: Drive, hosted: str, photo: Path, tmp_path: Path
) -> None:
    fal.queue.waiting = 3
    came = drive("subscribe", hosted, priority="low", start_timeout=30)
    assert [status["kind"] for status in came["seen"]] == ["Queued", "InProgress", "Completed"]
    assert came["seen"][0]["position"] == 3
    assert [line["message"] for line in came["seen"][1]["logs"]] == fal.queue.logs
    image = came["result"]["image"]
    assert (image["content_type"], image["width"], image["height"]) == ("image/png", 70, 42)
    assert_is_depth_of(photo, tmp_path / "depth.png")
    (submit,) = fal.matching(SUBMIT)
    assert submit.headers["authorization"] == f"Key {KEY}"
    assert submit.headers["x-fal-queue-priority"] == "low"
    assert submit.headers["x-fal-request-timeout"] == "30.0"


def test_it_finds_a_request_by_its_id(fal: FalService, drive: Drive, hosted: str) -> None:
    came = drive("steps", hosted)
    assert came["first"] == {"kind": "Queued", "position": 0}
    assert came["result"]["image"]["file_size"] > 0
    assert (came["last"]["kind"], came["last"]["error"]) == ("Completed", None)
    assert came["last"]["metrics"] == {"inference_time": 0.42}


def test_it_cancels(fal: FalService, drive: Drive, hosted: str) -> None:
    fal.queue.is_held = True
    came = drive("cancel", hosted)
    assert [(end["status"], end["kind"]) for end in came["ended"]] == [
        (499, "client_cancelled"),
        (400, None),
    ]
    assert came["unknown"]["status"] == 404
    assert len(fal.matching(CANCEL)) == 3


def test_a_runner_that_does_not_hear_the_cancel_finishes(
    fal: FalService, drive: Drive, hosted: str
) -> None:
    fal.queue.ignores_cancel = True
    with pytest.raises(AssertionError, match="it did not fail"):
        drive("cancel", hosted)


def test_it_sends_a_picture_inside_the_request(
    fal: FalService, drive: Drive, photo: Path, tmp_path: Path
) -> None:
    drive("inside", photo)
    assert_is_depth_of(photo, tmp_path / "depth.png")
    (submit,) = fal.matching(SUBMIT)
    assert submit.json()["image_url"].startswith("data:image/png;base64,")


def test_it_uploads_a_picture(fal: FalService, drive: Drive, photo: Path, tmp_path: Path) -> None:
    # A name that is not ASCII cannot be sent as it sends it: it falls back to the older way.
    plain = photo.rename(tmp_path / "plain.png")
    drive("uploaded", plain)
    assert_is_depth_of(plain, tmp_path / "depth.png")
    assert len(fal.matching(TOKEN)) == 1
    (upload,) = fal.matching(UPLOAD)
    assert upload.headers["authorization"].startswith("Bearer ")


def test_it_uploads_in_parts(fal: FalService, drive: Drive, tmp_path: Path) -> None:
    data = np.random.default_rng(1).bytes((4 << 20) + 77)
    (tmp_path / "large.bin").write_bytes(data)
    url = drive("upload", tmp_path / "large.bin")
    assert httpx.get(url).content == data
    assert len(fal.matching(r"^PUT /files/b/.*/multipart/")) == 5


def test_it_uploads_by_the_older_way(fal: FalService, drive: Drive, photo: Path) -> None:
    url = drive("upload_through_office", photo)
    answer = httpx.get(url, headers={"Range": "bytes=8-"})
    assert (answer.status_code, answer.content) == (206, photo.read_bytes()[8:])


def test_it_is_told_why_the_model_refuses(fal: FalService, drive: Drive, hosted: str) -> None:
    came = drive("refused", f"{fal.cdn_url}/files/nothing.png")
    assert came["status"] == 422
    (complaint,) = came["message"]
    assert complaint["loc"] == ["body", "image_url"]
    assert (complaint["msg"], complaint["type"]) == (
        "Failed to download the file.",
        "file_download_error",
    )
    assert drive("keyless", hosted)["status"] == 401


def test_it_is_told_of_trouble_inside_fal(fal: FalService, drive: Drive, hosted: str) -> None:
    fal.queue.ending = infrastructure("runner_disconnected", 503, "Runner disconnected")
    came = drive("refused", hosted)
    assert came == {"status": 503, "message": "Runner disconnected", "kind": "runner_disconnected"}
    fal.reset()
    fal.keys.add("broke:key")
    fal.locked.add(KEY)
    assert drive("refused", hosted)["status"] == 403
