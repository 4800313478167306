"""Whatever goes wrong with fal: what becomes of the job, and in which words."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from depthstudio.core.job import HoldKind, JobState, JobStatus
from tests.services.fal.conftest import OpenFal
from tests.support.fal_jobs import (
    DEPTH,
    RESULT,
    STATUS,
    SUBMIT,
    TOKEN,
    UPLOAD,
    on_the_web,
    submits,
)
from tests.support.fal_queue import START_DEADLINE, Ending, infrastructure
from tests.support.fal_service import KEY, FalService
from tests.support.rest_service import NGINX_502, Answer

pytestmark = pytest.mark.anyio

HTML = {"Content-Type": "text/html"}
PAGE = Answer(200, b"<!DOCTYPE html><html><title>Sign in</title></html>", HTML)
AGAIN = "Run it again later; fal has tried it several times by itself"


def nginx(status: int = 502, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, NGINX_502, HTML | named)


@dataclass(frozen=True)
class Row:
    """What goes wrong, and what must come of it; `accepted` requests are taken by the queue."""

    what: str
    state: str
    words: str
    on: str = ""
    answer: Answer | None = None
    kind: str = "answer"
    times: int = 1000
    ending: Ending | None = None
    arranged: Callable[[FalService], None] | None = None
    accepted: int = 1
    hint: str = ""
    retryable: bool = False
    upload: str = "data-uri"
    after_bytes: int = 0

    def __str__(self) -> str:
        return self.what.replace(" ", "-")


def lock_account(fal: FalService) -> None:
    fal.locked.add(KEY)


def fill_line(fal: FalService) -> None:
    fal.fault(SUBMIT, "answer", answer=Answer.of({"detail": "Queue is full"}, 429, Retry_After="7"))


def forget_key(fal: FalService) -> None:
    fal.keys.clear()


def expire_tokens(fal: FalService) -> None:
    fal.storage.token_uses = 0


def send_tokens_away(fal: FalService) -> None:
    fal.storage.base_url = "https://evil.example"


def shift_result(fal: FalService) -> None:
    fal.queue.is_result_late = True


def elsewhere(address: str) -> Ending:
    return Ending(200, {"image": {"url": address}})


def detail(kind: str, message: str, **more: Any) -> dict[str, Any]:
    return {"detail": [{"loc": ["body", "image_url"], "msg": message, "type": kind, **more}]}


LOST, FAILED, BAD = "held submit-lost", "failed RemoteJobFailed", "failed BadResponse"
HELD = "held service"

ROWS = [
    # The submit
    Row("gateway down", HELD, "behind its gateway (503)", SUBMIT, nginx(503), accepted=0),
    Row("gateway broke off", LOST, "", SUBMIT, nginx(502), accepted=0),
    Row("gateway late", LOST, "", SUBMIT, nginx(504), accepted=0),
    Row(
        "gateway page of fal itself", LOST, "", SUBMIT, nginx(503, x_fal_request_id="1"), accepted=0
    ),
    Row("submit 500", LOST, "", SUBMIT, Answer.of({"detail": "oops"}, 500), accepted=0),
    Row("submit reset", LOST, "", SUBMIT, kind="drop", accepted=0),
    Row("submit answer lost", LOST, "", SUBMIT, kind="lose_answer"),
    Row("submit answer without id", LOST, "", SUBMIT, Answer.of({"status": "OK"}), accepted=0),
    Row("submit answer a page", LOST, "", SUBMIT, PAGE, accepted=0),
    Row("line full", HELD, "too many requests", arranged=fill_line, accepted=0),
    Row("key wrong", "failed AuthError", "refuses the key (401)", arranged=forget_key, accepted=0),
    Row(
        "no credit", "failed ProviderError", "fal asks for credit: User is locked",
        arranged=lock_account, accepted=0, hint="billing",
    ),
    Row(
        "submit 422", "failed ProviderError", "image_url: Too wide", SUBMIT,
        Answer.of(detail("image_too_large", "Too wide"), 422), accepted=0,
    ),
    # Following
    Row("status 502 once", "done", "", STATUS, nginx(), times=1),
    Row("status 500", "failed ServiceUnavailable", "trouble of its own", STATUS, Answer(500),
        retryable=True),
    Row("status unknown", "failed ResultLost", "no longer knows", STATUS,
        Answer.of({"status": "NOT_FOUND"}, 404)),
    Row("status of no JSON", BAD, "cannot be read", STATUS, Answer(200, b"{nonsense")),
    Row("status a page", BAD, "web page", STATUS, PAGE),
    Row("status deep", BAD, "cannot be read", STATUS, Answer(200, b"[" * 9999 + b"]" * 9999)),
    Row("status 401", "failed AuthError", "refuses the key", STATUS, Answer.of({}, 401)),
    Row("unknown word", "done", "", STATUS, Answer.of({"status": "DREAMING"}, 202), times=2),
    Row("logs of another kind", "done", "", STATUS,
        Answer.of({"status": "IN_PROGRESS", "logs": [7, {"message": ["x"]}, None]}, 202), times=1),
    # What the model says
    Row(
        "model 422", FAILED, "fal: image_url: Failed to download the file",
        ending=Ending(422, detail("file_download_error", "Failed to download the file.")),
        hint="anybody may see",
    ),
    Row(
        "model repeats the whole input", FAILED, "image_url: Failed to load the image",
        ending=Ending(422, detail("image_load_error", "Failed to load the image.",
                                  input="data:image/png;base64," + "QUFB" * 100_000)),
        hint="PNG or JPEG",
    ),
    Row("model 500", FAILED, "Out of memory", ending=Ending(500, {"detail": "Out of memory"})),
    Row(
        "model late", FAILED, "Took too long", retryable=True, hint=AGAIN,
        ending=Ending(504, detail("generation_timeout", "Took too long")),
    ),
    Row(
        "runner gone", FAILED, "fal: Runner disconnected", retryable=True, hint=AGAIN,
        ending=infrastructure("runner_disconnected", 503, "Runner disconnected"),
    ),
    Row("not begun in time", FAILED, "did not begin within", ending=START_DEADLINE, hint="longer"),
    Row(
        "cancelled there", FAILED, "Request was cancelled",
        ending=infrastructure("client_cancelled", 499, "Request was cancelled"),
    ),
    Row("says nothing", FAILED, "Invalid status code: 418", ending=Ending(418, {})),
    Row("fails with no result kept", FAILED, "Invalid status code: 404",
        ending=Ending(404, {"status": "NOT_FOUND"})),
    # The result
    Row("result 502 once", "done", "", RESULT, nginx(), times=1),
    Row("result 500", "failed ServiceUnavailable", "trouble", RESULT, Answer.of({}, 500),
        retryable=True),
    Row("result late", "failed ServiceUnavailable", "no result yet", arranged=shift_result,
        retryable=True),
    Row("result expired", "failed ResultLost", "no longer has this result", RESULT,
        Answer.of({"status": "NOT_FOUND"}, 404)),
    Row("result of no picture", BAD, "names no picture", ending=Ending(200, {"images": []})),
    # The depth
    Row("depth in a file of ours", BAD, "not https to a public host",
        ending=elsewhere("file:///etc/passwd")),
    Row("depth in the clear", BAD, "not https", ending=elsewhere("http://example.com/depth.png")),
    Row("depth in the user's network", BAD, "not https to a public host",
        ending=elsewhere("https://192.168.1.1/depth.png")),
    Row("depth at the office of clouds", BAD, "not https to a public host",
        ending=elsewhere("https://169.254.169.254/latest")),
    Row("depth gone", BAD, "no longer has this file", DEPTH, Answer.of({}, 404)),
    Row("depth torn once", "done", "", DEPTH, kind="cut", after_bytes=40, times=1),
    Row("depth a page", BAD, "web page", DEPTH, PAGE),
    Row("depth of another kind", BAD, "another kind", DEPTH, Answer(200, b"GIF89a" + b"\0" * 99)),
    Row("depth damaged", BAD, "damaged", DEPTH,
        Answer(200, b"\x89PNG\r\n\x1a\n" + b"\0" * 99, {"Content-Type": "image/png"})),
    # The storage
    Row("token 503 once", "done", "", TOKEN, Answer(503), times=1, upload="storage"),
    Row("token refused", "failed AuthError", "fal storage refuses the key", TOKEN,
        Answer.of({}, 401), accepted=0, upload="storage"),
    Row("token of no use", BAD, "no token", TOKEN, Answer.of({"token": 3}), accepted=0,
        upload="storage"),
    Row("token with a line end", BAD, "no token", TOKEN,
        Answer.of({"token": "a\r\nHost: b", "token_type": "Bearer"}), accepted=0, upload="storage"),
    Row("token for elsewhere", BAD, "not its own storage", arranged=send_tokens_away, accepted=0,
        upload="storage"),
    Row("token never good", "failed AuthError", "refuses", arranged=expire_tokens, accepted=0,
        upload="storage"),
    Row("upload 502 once", "done", "", UPLOAD, nginx(), times=1, upload="storage"),
    Row("upload answer lost once", "done", "", UPLOAD, kind="lose_answer", times=1,
        upload="storage"),
    Row("upload too large", "failed ProviderError", "too large (413)", UPLOAD,
        Answer.of({"detail": "no"}, 413), accepted=0, upload="storage"),
    Row("upload to elsewhere", BAD, "not its own storage", UPLOAD,
        Answer.of({"access_url": "https://evil.example/x.png"}), accepted=0, upload="storage"),
    Row("upload to nowhere", BAD, "not its own storage", UPLOAD, Answer.of([]), accepted=0,
        upload="storage"),
]  # fmt: skip


def stands(status: JobStatus) -> str:
    hold, failure = status.hold, status.failure
    return " ".join(filter(None, (status.state, hold and hold.kind, failure and failure.type)))


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_trouble_ends_as_it_must(
    fal: FalService, open_fal: OpenFal, photo: Path, row: Row
) -> None:
    if row.on:
        facts = {"answer": row.answer} if row.answer else {}
        fal.fault(row.on, row.kind, times=row.times, after_bytes=row.after_bytes, **facts)
    if row.arranged:
        row.arranged(fal)
    fal.queue.ending = row.ending
    async with open_fal() as service:
        status = await service.run([photo], upload=row.upload)

    assert stands(status) == row.state, status
    said = status.failure or status.hold
    message = "" if said is None else getattr(said, "message", "") or getattr(said, "reason", "")
    assert row.words in message
    if said is not None:
        assert row.hint in said.hint
        assert said.hint
        assert KEY not in str(said)
    if status.failure is not None:
        assert status.failure.retryable == row.retryable
        assert "base64" not in status.failure.detail
    assert submits(fal) == row.accepted
    assert len(fal.matching(SUBMIT)) <= 1


@pytest.mark.parametrize(
    ("size", "words"), [((9, 9), "too small"), ((20, 9000), "too large")], ids=["small", "large"]
)
async def test_the_model_itself_refuses_a_picture(
    fal: FalService, open_fal: OpenFal, tmp_path: Path, size: tuple[int, int], words: str
) -> None:
    fal.queue.most_bytes = 10_000
    path = tmp_path / "odd.bmp.png"
    Image.effect_noise(size, 90).save(path)
    async with open_fal() as service:
        status = await service.run([path])
    assert status.failure is not None
    assert words in status.failure.message


async def test_an_address_that_leads_nowhere_is_the_models_own_failure(
    fal: FalService, open_fal: OpenFal
) -> None:
    async with open_fal() as service:
        status = await service.run([on_the_web(f"{fal.cdn_url}/files/private.png")])
    assert status.failure is not None
    assert status.failure.message == "fal: image_url: Failed to download the file"
    assert status.failure.hint == "Check that the address leads to a picture that anybody may see"


async def test_a_hold_ends_by_itself_and_the_photo_is_sent_then(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    fal.fault(SUBMIT, "answer", answer=nginx(503))
    async with open_fal() as service:
        job = await service.add([photo], upload="storage")
        held = await service.settled(job)
        assert held.hold is not None
        assert (held.hold.kind, held.hold.needs_person) == (HoldKind.SERVICE, False)
        await service.session.runner.try_now(service.provider_id)
        status = await service.reached(job, JobState.DONE)
    assert status.result_id
    assert (submits(fal), len(fal.matching(UPLOAD))) == (1, 1)


async def test_a_job_without_a_key_waits_for_it_and_sends_nothing(
    fal: FalService, open_fal: OpenFal, photo: Path
) -> None:
    async with open_fal({}) as service:
        job = await service.add([photo])
        held = await service.settled(job)
        assert held.hold is not None
        assert held.hold.kind is HoldKind.NEEDS_KEY
        assert fal.requests == []
        service.session.secrets.give("fal_key", KEY)
        await service.reached(job, JobState.DONE)
    assert submits(fal) == 1
