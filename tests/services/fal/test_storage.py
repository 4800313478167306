"""fal's storage as a host for files: whole, in parts, and with tokens that do not last."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest

from depthstudio.core.errors import InputError, ProviderError
from depthstudio.jobs.clock import SystemClock
from depthstudio.jobs.reach import JobReach, host_reach
from depthstudio.providers.fal import storage
from depthstudio.providers.hosting.base import Hosted
from depthstudio.providers.hosting.fal_storage import FalStorageHost
from depthstudio.providers.hosting.registry import load_hosts
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.settings.secrets import Secrets
from tests.support.fal_jobs import ENVIRONMENT, TOKEN, UPLOAD
from tests.support.fal_service import KEY, FalService
from tests.support.file_service import content_of
from tests.support.rest_service import Answer

pytestmark = pytest.mark.anyio

PART = r"^PUT /files/b/.*/multipart/.*/\d+$"
COMPLETE = "/complete$"


@pytest.fixture
async def reach(fal: FalService) -> AsyncGenerator[JobReach]:
    http = HttpClients()
    yield await host_reach(
        FalStorageHost(),
        {"fal-rest": fal.rest_url, "fal-cdn": fal.cdn_url},
        http=http,
        secrets=Secrets(ENVIRONMENT),
        clock=SystemClock(),
    )
    await http.aclose()


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "AT_ONCE_UP_TO_BYTES", 3 << 20)
    monkeypatch.setattr(storage, "PART_BYTES", 1 << 20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five parts, the last of them small."""
    path = tmp_path / "video.mp4"
    path.write_bytes(np.random.default_rng(3).bytes((4 << 20) + 123))
    return path


def read(url: str) -> httpx.Response:
    """As anybody can."""
    return httpx.get(url)


async def put(reach: JobReach, path: Path, told: list[tuple[int, int]] | None = None) -> Hosted:
    def progress(done_bytes: int, of_bytes: int) -> None:
        if told is not None:
            told.append((done_bytes, of_bytes))

    return await FalStorageHost().put(
        reach, path, name="a1b2.mp4", media_type="video/mp4", progress=progress
    )


def test_it_is_one_of_the_hosts_and_says_who_can_see_a_file() -> None:
    info = load_hosts()["fal-storage"].info
    assert "Anyone who has the address can see" in info.privacy
    assert dict(info.endpoints) == {
        "fal-rest": "https://rest.fal.ai",
        "fal-cdn": "https://v3.fal.media",
    }
    assert [secret.name for secret in info.secrets] == ["fal_key"]


async def test_a_file_is_put_whole_and_anybody_can_read_it(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    told: list[tuple[int, int]] = []
    hosted = await put(reach, file, told)
    assert hosted.until is None
    assert read(hosted.url).content == content_of(file)
    assert told[-1] == (file_size := len(content_of(file)), file_size)
    (upload,) = fal.matching(UPLOAD)
    assert upload.headers["x-fal-file-name"] == "a1b2.mp4"
    assert upload.headers["content-length"] == str(file_size)
    assert KEY not in str(upload.headers)


@pytest.mark.usefixtures("small_parts")
async def test_a_large_file_goes_in_parts_and_comes_together(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    told: list[tuple[int, int]] = []
    hosted = await put(reach, file, told)
    answer = read(hosted.url)
    assert (answer.content, answer.headers["content-type"]) == (content_of(file), "video/mp4")
    size_bytes = len(answer.content)
    assert told[-1] == (size_bytes, size_bytes)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    parts = fal.matching(PART)
    assert sorted(len(part.body) for part in parts) == [123, *[1 << 20] * 4]
    (complete,) = fal.matching(COMPLETE)
    assert [part["partNumber"] for part in complete.json()["parts"]] == [1, 2, 3, 4, 5]
    assert len(fal.matching(TOKEN)) == 1
    assert all(part.headers["accept-encoding"] == "identity" for part in parts)


@pytest.mark.usefixtures("small_parts")
async def test_a_part_that_is_lost_is_sent_again_alone(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    fal.fault("multipart/.*/2$", "drop")
    fal.fault("multipart/.*/5$", "answer", answer=Answer(503))
    hosted = await put(reach, file)
    assert read(hosted.url).content == content_of(file)
    numbers = sorted(part.path.rpartition("/")[2] for part in fal.matching(PART))
    assert numbers == ["1", "2", "2", "3", "4", "5", "5"]


@pytest.mark.usefixtures("small_parts")
async def test_one_part_that_is_refused_ends_the_upload(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    fal.fault("multipart/.*/2$", "answer", answer=Answer.of({"detail": "no"}, 400), times=9)
    with pytest.raises(ProviderError, match="refused the request"):
        await put(reach, file)
    assert fal.matching(COMPLETE) == []


@pytest.mark.usefixtures("small_parts")
async def test_parts_without_a_tag_are_no_upload(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    fal.fault(PART, "answer", answer=Answer(200), times=9)
    with pytest.raises(ProviderError, match="does not say what it got"):
        await put(reach, file)


@pytest.mark.usefixtures("small_parts")
async def test_a_token_that_ends_early_is_renewed_once_for_all_parts(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    fal.storage.token_uses = 4
    hosted = await put(reach, file)
    assert read(hosted.url).content == content_of(file)
    assert 2 <= len(fal.matching(TOKEN)) <= 3


async def test_a_token_that_is_about_to_end_is_not_used(fal: FalService, reach: JobReach) -> None:
    at_fal = storage.FalStorage(reach, fal.rest_url, fal.cdn_url)
    fal.storage.token_lifetime = timedelta(seconds=10)
    first = await at_fal.token()
    fal.storage.token_lifetime = timedelta(hours=1)
    second = await at_fal.token()
    assert first is not second
    assert await at_fal.token() is second
    assert KEY not in repr(second)
    assert second.credential.headers["Authorization"] not in repr(second)


async def test_a_file_that_changes_while_it_is_sent_is_refused(
    fal: FalService, reach: JobReach, file: Path
) -> None:
    def grow(done_bytes: int, of_bytes: int) -> None:
        with file.open("ab") as end:
            end.write(b"more")

    with pytest.raises(InputError, match="changed while it was sent"):
        await FalStorageHost().put(reach, file, name="a.mp4", media_type="video/mp4", progress=grow)


@pytest.mark.long
async def test_what_is_over_a_hundred_mebibytes_goes_in_parts_of_ten(
    fal: FalService, reach: JobReach, tmp_path: Path
) -> None:
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.truncate((100 << 20) + 1)
    hosted = await put(reach, path)
    stored = fal.storage.files[hosted.url.removeprefix(fal.cdn_url)]
    assert len(stored.data) == (100 << 20) + 1
    assert sorted({len(part.body) for part in fal.matching(PART)}) == [1, 10 << 20]
