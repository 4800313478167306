import asyncio
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    LibraryError,
    ProviderError,
    RateLimited,
    ResultLost,
    ServiceOffline,
    ServiceUnavailable,
)
from depthstudio.formats import media_type
from depthstudio.providers.base import Credential
from depthstudio.providers.transport import transfer as transfer_module
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.download import download
from depthstudio.providers.transport.magic import is_one_of
from tests.providers.transport.conftest import FakeReach, Serve
from tests.support.loopback import Exchange, Loopback

GLB = b"glTF" + bytes(range(256)) * 12_000  # about 3 MB
TAG = '"v1"'


class FileService:
    """Serves one file as Gradio does, and breaks off where a test says."""

    def __init__(self, serve: Serve, content: bytes = GLB, **headers: str) -> None:
        self.content = content
        self.headers = headers or {"ETag": TAG}
        self.cuts: list[int] = []  # after so many bytes, one request after the other
        self.takes_ranges = True
        self.server = serve(self._reply)
        self.url = f"{self.server.url}/scene.glb"

    @property
    def ranges(self) -> list[str | None]:
        return [question.headers.get("range") for question in self.server.questions]

    def _reply(self, exchange: Exchange) -> None:
        asked = exchange.question.headers
        start = 0
        headers = dict(self.headers)
        if self.takes_ranges and "range" in asked and asked["if-range"] in headers.values():
            start = int(asked["range"].removeprefix("bytes=").removesuffix("-"))
            size = len(self.content)
            headers["Content_Range"] = f"bytes {start}-{size - 1}/{size}"
        body = self.content[start:]
        exchange.begin(206 if start else 200, Content_Length=str(len(body)), **headers)
        if self.cuts:
            body = body[: self.cuts.pop(0)]
            exchange.hang_up()
        exchange.send(body)


@pytest.fixture
def files(serve: Serve) -> FileService:
    return FileService(serve)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scene.glb"


async def fetch(reach: FakeReach, url: str, path: Path, **options: Any) -> int:
    wanted: dict[str, Any] = {"kinds": {media_type.GLB}, "max_bytes": 10 << 20, **options}
    return await download(reach, "Acme", url, path, **wanted)


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.anyio
async def test_a_file_arrives_whole_and_alone(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    size = await fetch(
        reach, files.url, path, progress=lambda done, total: told.append((done, total))
    )
    assert size == len(GLB)
    assert content_of(path) == GLB
    assert names_in(path.parent) == ["scene.glb"]
    assert told[-1] == (len(GLB), len(GLB))
    assert told == sorted(told)


@pytest.mark.anyio
async def test_it_is_on_the_disk_before_it_has_its_name(
    reach: FakeReach, files: FileService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[int, bool]] = []

    def fsync(descriptor: int) -> None:
        assert threading.current_thread() is not threading.main_thread()
        flushed.append((os.fstat(descriptor).st_size, path.exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    await fetch(reach, files.url, path)
    assert flushed[0] == (len(GLB), False)


@pytest.mark.anyio
async def test_what_is_here_already_is_not_fetched_again(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    (path.parent / "scene.glb").write_bytes(b"here")
    assert await fetch(reach, files.url, path) == 4
    assert files.server.questions == []


@pytest.mark.anyio
async def test_a_cut_goes_on_where_it_was(reach: FakeReach, files: FileService, path: Path) -> None:
    files.cuts = [1_000_000, 700_000]
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert files.ranges == [None, "bytes=1000000-", "bytes=1700000-"]
    assert len(reach.pauses) == 2


@pytest.mark.anyio
async def test_cuts_do_not_count_as_long_as_it_gets_further(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    files.cuts = [250_000] * 12
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert len(files.ranges) == 13


@pytest.mark.anyio
async def test_a_transfer_that_gets_no_further_ends(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    files.cuts = [10_000] * 99
    with pytest.raises(ServiceUnavailable):
        await fetch(reach, files.url, path)
    assert len(files.ranges) == 5


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{"ETag": 'W/"v1"'}, {"Accept_Ranges": "none", "ETag": TAG}])
async def test_without_a_way_to_know_the_content_again_it_starts_anew(
    reach: FakeReach, serve: Serve, path: Path, headers: dict[str, str]
) -> None:
    files = FileService(serve, **headers)
    files.cuts = [1_000_000]
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert files.ranges == [None, None]


@pytest.mark.anyio
async def test_a_date_is_a_way_to_know_the_content_again(
    reach: FakeReach, serve: Serve, path: Path
) -> None:
    files = FileService(serve, Last_Modified="Sat, 14 Mar 2026 12:00:00 GMT")
    files.cuts = [1_000_000]
    await fetch(reach, files.url, path)
    assert content_of(path) == GLB
    assert files.ranges == [None, "bytes=1000000-"]


@pytest.mark.anyio
async def test_a_file_that_changed_meanwhile_starts_anew(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    files.cuts = [1_000_000]
    changed = b"glTF" + bytes(2_000_000)

    def progress(done: int, total: int | None) -> None:
        if done == 1_000_000:
            files.content, files.headers = changed, {"ETag": '"v2"'}

    assert await fetch(reach, files.url, path, progress=progress) == len(changed)
    assert content_of(path) == changed
    assert files.ranges == [None, "bytes=1000000-"]


@pytest.mark.anyio
async def test_a_server_that_takes_no_ranges_starts_anew(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    files.cuts, files.takes_ranges = [1_000_000], False
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB


@pytest.mark.anyio
@pytest.mark.parametrize(
    "content_range",
    ["bytes 0-9/10", "bytes 1000001-3072003/3072004", "bytes 1000000-3072003/9", "", "x"],
)
async def test_another_piece_than_asked_for_starts_anew(
    reach: FakeReach, serve: Serve, path: Path, content_range: str
) -> None:
    def reply(exchange: Exchange) -> None:
        if "range" in exchange.question.headers:
            exchange.answer(206, b"x" * 10, Content_Range=content_range, ETag=TAG)
        elif len(server.questions) == 1:
            exchange.begin(Content_Length=str(len(GLB)), ETag=TAG)
            exchange.send(GLB[:1_000_000])
            exchange.hang_up()
        else:
            exchange.answer(200, GLB)

    server = serve(reply)
    assert await fetch(reach, server.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert len(server.questions) == 3


@pytest.mark.anyio
async def test_a_piece_nobody_asked_for_is_never_a_file(
    reach: FakeReach, serve: Serve, path: Path
) -> None:
    server = serve(lambda exchange: exchange.answer(206, GLB[:100], Content_Range="bytes 0-99/100"))
    with pytest.raises(ServiceUnavailable):
        await fetch(reach, server.url, path)
    assert names_in(path.parent) == []


@pytest.mark.anyio
async def test_a_range_that_cannot_be_had_starts_anew(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    def reply(exchange: Exchange) -> None:
        if "range" in exchange.question.headers:
            exchange.answer(416, Content_Range="bytes */5")
        elif len(files.server.questions) == 1:
            exchange.begin(Content_Length=str(len(GLB)), ETag=TAG)
            exchange.send(GLB[:1_000_000])
            exchange.hang_up()
        else:
            exchange.answer(200, GLB, ETag=TAG)

    files.server.reply = reply
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB


@pytest.mark.anyio
async def test_a_cancel_leaves_what_is_there_for_the_next_try(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    half = len(GLB) // 2
    came = asyncio.Event()

    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Length=str(len(GLB)), ETag=TAG)
        exchange.send(GLB[:half])
        files.server.closing.wait()

    def progress(done: int, total: int | None) -> None:
        if done == half:
            came.set()

    usual, files.server.reply = files.server.reply, reply
    task = asyncio.create_task(fetch(reach, files.url, path, progress=progress))
    await came.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (path.parent / "scene.glb.part").read_bytes() == GLB[:half]
    files.server.reply = usual
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert files.ranges == [None, f"bytes={half}-"]
    assert names_in(path.parent) == ["scene.glb"]


@pytest.mark.anyio
async def test_after_a_cancel_no_thread_writes(
    reach: FakeReach, files: FileService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    write = transfer_module.PartFile.append

    def slowly(part: Any, pieces: list[bytes]) -> None:
        begun.set()
        go_on.wait(10)
        write(part, pieces)
        ended.set()

    monkeypatch.setattr(transfer_module.PartFile, "append", slowly)
    task = asyncio.create_task(fetch(reach, files.url, path))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
    assert "scene.glb" not in names_in(path.parent)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "note",
    [b"", b"{}", b'{"url": "https://else.test/", "validator": "x", "total_bytes": 9}',
     b'{"url": 1', b"\xff"],
)  # fmt: skip
async def test_bytes_of_something_else_are_not_gone_on_with(
    reach: FakeReach, files: FileService, path: Path, note: bytes
) -> None:
    (path.parent / "scene.glb.part").write_bytes(b"glTF of another file")
    (path.parent / "scene.glb.part.json").write_bytes(note)
    await fetch(reach, files.url, path)
    assert content_of(path) == GLB
    assert files.ranges == [None]


@pytest.mark.anyio
async def test_what_is_left_over_names_no_secret(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    files.cuts = [10_000] * 99
    with pytest.raises(ServiceUnavailable) as caught:
        await fetch(reach, f"{files.url}?sig=s3cret", path)
    assert b"s3cret" not in (path.parent / "scene.glb.part.json").read_bytes()
    assert "s3cret" not in f"{caught.value} {caught.value.detail}"


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 404, 410])
async def test_what_the_service_no_longer_has_is_lost(
    reach: FakeReach, serve: Serve, path: Path, status: int
) -> None:
    server = serve(lambda exchange: exchange.answer(status, b"File not allowed"))
    with pytest.raises(ResultLost, match="no longer") as caught:
        await fetch(reach, f"{server.url}/x?sig=s3cret", path)
    assert caught.value.status == status
    assert "s3cret" not in caught.value.detail
    assert len(server.questions) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthError), (400, ProviderError), (500, ServiceUnavailable), (204, BadResponse),
     (304, BadResponse)],
)  # fmt: skip
async def test_other_refusals_are_told_at_once(
    reach: FakeReach, serve: Serve, path: Path, status: int, kind: type[ProviderError]
) -> None:
    server = serve(lambda exchange: exchange.begin(status, Content_Length="0"))
    with pytest.raises(kind):
        await fetch(reach, server.url, path)
    assert len(server.questions) == 1


@pytest.mark.anyio
async def test_a_busy_server_is_asked_again(reach: FakeReach, serve: Serve, path: Path) -> None:
    answers = iter([(503, "3"), (429, "2")])

    def reply(exchange: Exchange) -> None:
        for status, wait in answers:
            exchange.answer(status, Retry_After=wait)
            return
        exchange.answer(200, GLB)

    assert await fetch(reach, serve(reply).url, path) == len(GLB)
    assert reach.pauses == [3.0, 2.0]


@pytest.mark.anyio
async def test_a_server_that_asks_for_an_hour_holds(
    reach: FakeReach, serve: Serve, path: Path
) -> None:
    server = serve(lambda exchange: exchange.answer(429, Retry_After="3600"))
    with pytest.raises(RateLimited):
        await fetch(reach, server.url, path)


@pytest.mark.anyio
async def test_a_server_that_is_gone_is_offline(reach: FakeReach, path: Path) -> None:
    with Loopback(lambda exchange: exchange.answer()) as stopped:
        url = stopped.url
    with pytest.raises(ServiceOffline):
        await fetch(reach, url, path)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "model/gltf-binary", "web page"),
        (b"Please sign in to this network", "text/html", "web page"),
        (b'{"detail": "not ready yet"}', "application/json", "another kind"),
        (b"x", "model/gltf-binary", "another kind"),
        (b"", "model/gltf-binary", "empty"),
    ],
)
async def test_what_is_no_scene_leaves_nothing(
    reach: FakeReach, serve: Serve, path: Path, body: bytes, content_type: str, message: str
) -> None:
    server = serve(lambda exchange: exchange.answer(200, body, Content_Type=content_type))
    with pytest.raises(BadResponse, match=message) as caught:
        await fetch(reach, server.url, path)
    assert ("sign in" in caught.value.hint) == (message == "web page")
    assert names_in(path.parent) == []
    assert len(server.questions) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("start", [b"glTF", b"<html>"])
async def test_an_endless_body_ends(
    reach: FakeReach, serve: Serve, path: Path, start: bytes
) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.begin()
        exchange.send(start)
        exchange.send_without_end(bytes(1 << 20))

    with pytest.raises(BadResponse):
        await fetch(reach, serve(reply).url, path)
    assert names_in(path.parent) == []


@pytest.mark.anyio
async def test_a_length_that_is_too_large_is_not_even_begun(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    with pytest.raises(BadResponse, match="too large"):
        await fetch(reach, files.url, path, max_bytes=1000)
    assert names_in(path.parent) == []


@pytest.mark.anyio
async def test_a_packed_file_is_refused(reach: FakeReach, serve: Serve, path: Path) -> None:
    server = serve(lambda exchange: exchange.answer(200, GLB, Content_Encoding="gzip"))
    with pytest.raises(BadResponse, match="packed"):
        await fetch(reach, server.url, path)
    assert server.questions[0].headers["accept-encoding"] == "identity"


@pytest.mark.anyio
async def test_a_drip_is_no_transfer(reach: FakeReach, serve: Serve, path: Path) -> None:
    def reply(exchange: Exchange) -> None:
        exchange.begin(Content_Length=str(len(GLB)))
        exchange.send_without_end(b"glTF" + bytes(16))

    def progress(done: int, total: int | None) -> None:
        reach.clock.advance(61 * (1 + done // 1000))  # each piece takes minutes

    server = serve(reply)
    with pytest.raises(ServiceUnavailable, match="in time"):
        await fetch(reach, server.url, path, progress=progress)
    assert len(server.questions) == 5


@pytest.mark.anyio
async def test_a_full_disk_is_told_before_anything_is_written(
    reach: FakeReach, files: FileService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(path.parent)._replace(free=len(GLB))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(LibraryError, match="no room"):
        await fetch(reach, files.url, path)
    assert names_in(path.parent) == []
    assert len(files.ranges) == 1


@pytest.mark.anyio
async def test_a_disk_that_fills_up_meanwhile_ends_the_transfer(
    reach: FakeReach, files: FileService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(part: Any, pieces: list[bytes]) -> None:
        with part._disk_errors():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(transfer_module.PartFile, "append", full)
    with pytest.raises(LibraryError, match="No space left"):
        await fetch(reach, files.url, path)
    assert len(files.ranges) == 1


@pytest.mark.anyio
async def test_a_folder_that_is_gone_is_told(
    reach: FakeReach, files: FileService, tmp_path: Path
) -> None:
    with pytest.raises(LibraryError):
        await fetch(reach, files.url, tmp_path / "gone" / "scene.glb")


@pytest.mark.anyio
async def test_a_kind_nobody_can_recognise_is_our_mistake(reach: FakeReach, path: Path) -> None:
    with pytest.raises(ValueError, match="model/unheard-of"):
        await fetch(reach, "https://acme.test", path, kinds={"model/unheard-of"})


@pytest.mark.anyio
async def test_redirects_are_followed_without_the_key(
    serve: Serve, clients: HttpClients, canary: Callable[..., Credential], path: Path
) -> None:
    files = FileService(serve)
    files.cuts = [1_000_000]
    home = serve(lambda exchange: exchange.answer(302, Location=files.url, Set_Cookie="a=canary"))
    reach = FakeReach(await clients.client("acme", canary(home.host)))
    assert await fetch(reach, f"{home.url}/file", path) == len(GLB)
    assert content_of(path) == GLB
    assert [q.headers["authorization"] for q in home.questions] == ["Bearer canary-5f2e"] * 2
    assert home.questions[1].headers["cookie"] == "a=canary"
    assert files.ranges == [None, "bytes=1000000-"]
    assert "canary" not in str(files.server.questions)


@pytest.mark.anyio
@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.test/", "data:,x"])
async def test_a_redirect_leads_to_the_web_or_nowhere(
    reach: FakeReach, serve: Serve, path: Path, location: str
) -> None:
    server = serve(lambda exchange: exchange.answer(302, Location=location))
    with pytest.raises(ProviderError) as caught:
        await fetch(reach, server.url, path)
    assert not caught.value.retryable
    assert len(server.questions) == 1


@pytest.mark.anyio
async def test_redirects_end(reach: FakeReach, serve: Serve, path: Path) -> None:
    server = serve(lambda exchange: exchange.answer(307, Location="/again"))
    with pytest.raises(BadResponse, match="circles"):
        await fetch(reach, server.url, path)
    assert len(server.questions) == 6


@pytest.mark.anyio
async def test_a_service_elsewhere_cannot_send_us_to_this_computer(
    serve: Serve, clients: HttpClients, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = FileService(serve)
    # The proxy stands for the service elsewhere.
    outside = serve(lambda exchange: exchange.answer(302, Location=inside.url))
    monkeypatch.setenv("HTTP_PROXY", outside.url)
    reach = FakeReach(await clients.client("acme"))
    with pytest.raises(BadResponse, match="this computer"):
        await fetch(reach, "http://acme.test/file", path)
    assert inside.ranges == []


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        (media_type.PNG, b"\x89PNG\r\n\x1a\n\0\0"),
        (media_type.JPEG, b"\xff\xd8\xff\xe0"),
        (media_type.WEBP, b"RIFF\0\0\0\0WEBPVP8 "),
        (media_type.TIFF, b"II*\0"),
        (media_type.GLB, b"glTF\2\0\0\0"),
        (media_type.PLY, b"ply\nformat"),
        (media_type.NPZ, b"PK\x03\x04"),
        ("application/json", b' {"a": 1}'),
        ("video/mp4", b"\0\0\0\x20ftypisom"),
        ("video/quicktime", b"\0\0\0\x08wide\0\0"),
        ("video/webm", b"\x1a\x45\xdf\xa3"),
        ("image/avif", b"\0\0\0\x20ftypavif"),
    ],
)
def test_each_kind_is_known_by_its_first_bytes(kind: str, head: bytes) -> None:
    assert is_one_of([kind], head)
    assert is_one_of(["image/gif", kind], head)
    assert is_one_of([], head)
    assert not is_one_of(["image/gif"], head)
    assert not is_one_of([kind], b"<html>")
    assert not is_one_of([], b"<html>")
