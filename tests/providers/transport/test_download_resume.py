import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import (
    ServiceUnavailable,
)
from depthstudio.providers.transport import transfer as transfer_module
from depthstudio.providers.transport.part_file import Origin, PartFile
from tests.providers.transport.conftest import FakeReach
from tests.support.file_service import GLB, TAG, FileService, content_of, fetch, names_in
from tests.support.loopback import Exchange, Serve


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
async def test_bytes_that_are_all_here_only_want_their_name(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    part = PartFile(path)
    part.restart(Origin(url=files.url, validator=TAG, total_bytes=len(GLB)))
    part.append([GLB])
    assert await fetch(reach, files.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert files.ranges == []


@pytest.mark.anyio
async def test_what_is_left_over_names_no_secret(
    reach: FakeReach, files: FileService, path: Path
) -> None:
    files.cuts = [10_000] * 99
    with pytest.raises(ServiceUnavailable) as caught:
        await fetch(reach, f"{files.url}?sig=s3cret", path)
    assert b"s3cret" not in (path.parent / "scene.glb.part.json").read_bytes()
    assert "s3cret" not in f"{caught.value} {caught.value.detail}"
