import os
import shutil
import threading
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
from depthstudio.providers.transport import transfer as transfer_module
from tests.providers.transport.conftest import FakeReach
from tests.support.file_service import GLB, FileService, content_of, fetch, names_in
from tests.support.loopback import Exchange, Loopback, Serve


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
