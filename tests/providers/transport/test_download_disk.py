"""A disk without room: told before it is full, and nothing fetched is thrown away."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import LibraryError
from depthstudio.providers.transport import transfer
from depthstudio.providers.transport.part_file import ROOM_LEFT_BYTES
from tests.providers.transport.conftest import FakeReach
from tests.support.file_service import GLB, TAG, content_of, fetch, names_in
from tests.support.loopback import Exchange, Serve

PIECE_BYTES = 1 << 18


class Disk:
    """Has so much room, less what downloads put into the folder."""

    def __init__(self, folder: Path, room_bytes: int) -> None:
        self._folder = folder
        self._real = shutil.disk_usage(folder)
        self.room_bytes = room_bytes

    def usage(self, folder: Path) -> Any:
        used_bytes = sum(path.stat().st_size for path in self._folder.glob("*.part"))
        return self._real._replace(free=ROOM_LEFT_BYTES + self.room_bytes - used_bytes)


@pytest.fixture
def disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk(path.parent, len(GLB))
    monkeypatch.setattr(shutil, "disk_usage", disk.usage)
    monkeypatch.setattr(transfer, "WRITE_BYTES", PIECE_BYTES)
    return disk


def without_length(exchange: Exchange) -> None:
    """The end of the connection is the end of the file; it goes on where it is asked to."""
    ranges = exchange.question.headers.get("range", "bytes=0-")
    start = int(ranges.removeprefix("bytes=").removesuffix("-"))
    if start:
        size = len(GLB)
        exchange.begin(206, ETag=TAG, Content_Range=f"bytes {start}-{size - 1}/{size}")
    else:
        exchange.begin(200, ETag=TAG)
    exchange.hang_up()
    exchange.send(GLB[start:])


@pytest.mark.anyio
async def test_a_file_that_just_fits_is_fetched(
    reach: FakeReach, serve: Serve, path: Path, disk: Disk
) -> None:
    server = serve(lambda exchange: exchange.answer(body=GLB))
    assert await fetch(reach, server.url, path) == len(GLB)


@pytest.mark.anyio
async def test_a_length_that_does_not_fit_is_told_before_a_byte_is_written(
    reach: FakeReach, serve: Serve, path: Path, disk: Disk
) -> None:
    disk.room_bytes = len(GLB) - 1
    server = serve(lambda exchange: exchange.answer(body=GLB))
    with pytest.raises(LibraryError, match=r"no room on the disk for scene\.glb") as caught:
        await fetch(reach, server.url, path)
    assert "Free some space" in caught.value.hint
    assert str(len(GLB)) in caught.value.detail
    assert names_in(path.parent) == []
    assert len(server.questions) == 1


@pytest.mark.anyio
async def test_a_file_of_unknown_length_stops_before_the_disk_is_full_and_goes_on_later(
    reach: FakeReach, serve: Serve, path: Path, disk: Disk
) -> None:
    disk.room_bytes = 1_000_000
    server = serve(without_length)
    with pytest.raises(LibraryError, match="no room") as caught:
        await fetch(reach, server.url, path)
    assert "Free some space" in caught.value.hint
    assert names_in(path.parent) == ["scene.glb.part", "scene.glb.part.json"]
    kept_bytes = (path.parent / "scene.glb.part").stat().st_size
    assert 1_000_000 - 2 * PIECE_BYTES < kept_bytes <= 1_000_000

    disk.room_bytes = len(GLB)
    assert await fetch(reach, server.url, path) == len(GLB)
    assert content_of(path) == GLB
    assert server.questions[-1].headers["range"] == f"bytes={kept_bytes}-"
    assert names_in(path.parent) == ["scene.glb"]


@pytest.mark.anyio
async def test_a_disk_that_others_fill_meanwhile_ends_it_too(
    reach: FakeReach, serve: Serve, path: Path, disk: Disk
) -> None:
    server = serve(lambda exchange: exchange.answer(body=GLB, ETag=TAG))

    def others_write(done_bytes: int, of_bytes: int | None) -> None:
        if done_bytes > 1_000_000:
            disk.room_bytes = 1_000_000

    with pytest.raises(LibraryError, match="no room"):
        await fetch(reach, server.url, path, progress=others_write)
    assert (path.parent / "scene.glb.part").stat().st_size <= 1_000_000 + PIECE_BYTES
    assert len(server.questions) == 1


@pytest.mark.anyio
async def test_a_length_that_is_a_lie_fills_nothing(
    reach: FakeReach, serve: Serve, path: Path, disk: Disk
) -> None:
    """Bytes beyond the promised length belong to the next answer, and are never read."""
    server = serve(
        lambda exchange: (
            exchange.begin(200, Content_Length="100000", ETag=TAG),
            exchange.send(GLB),
            exchange.hang_up(),
        )[-1]
    )
    assert await fetch(reach, server.url, path) == 100_000
    assert content_of(path) == GLB[:100_000]
