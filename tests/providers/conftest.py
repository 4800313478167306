import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.job import Checkpoint, Progress, Source
from depthstudio.core.record import Json
from depthstudio.formats.image import write_png
from depthstudio.providers.cancel_answer import CancelAnswer

T = TypeVar("T")


class RaisableFlag:
    def __init__(self) -> None:
        self.raised = threading.Event()

    def check(self) -> None:
        if self.raised.is_set():
            raise asyncio.CancelledError


class LocalContext:
    """The `Context` of a provider that sends nothing. Remembers what it was told."""

    http: Any = None
    endpoints: Mapping[str, str] = {}
    checkpoint = Checkpoint()

    def __init__(self, folder: Path, executor: ThreadPoolExecutor) -> None:
        self.folder = folder
        self.reports: list[Progress] = []
        self.notes: list[str] = []
        self.flags: list[RaisableFlag] = []
        self.works: list[Future[Any]] = []
        self._executor = executor

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def now(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("work on this computer waits for nothing")

    async def submit(
        self, step: str, send: Callable[[], Awaitable[Mapping[str, Json]]]
    ) -> Mapping[str, Json]:
        raise AssertionError("work on this computer submits nothing")

    async def cancel_remotely(self, ask: Callable[[], Awaitable[CancelAnswer]]) -> None:
        raise AssertionError("there is nobody to tell")

    async def in_thread(self, work: Callable[[RaisableFlag], T]) -> T:
        flag = RaisableFlag()
        future = self._executor.submit(work, flag)
        self.flags.append(flag)
        self.works.append(future)
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            flag.raised.set()
            raise


@pytest.fixture
def context(tmp_path: Path) -> Iterator[LocalContext]:
    folder = tmp_path / "job"
    folder.mkdir()
    with ThreadPoolExecutor(1) as executor:
        yield LocalContext(folder, executor)


@pytest.fixture
def photo_source(tmp_path: Path) -> Callable[..., Source]:
    """Writes pixels as a picture and gives the source of it: PNG unless told otherwise."""

    def make(pixels: np.ndarray, name: str = "photo.png") -> Source:
        path = tmp_path / name
        if path.suffix == ".png":
            write_png(path, pixels)
        else:
            Image.fromarray(pixels).save(path, quality=95)
        media_type = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
        return Source(
            path=path,
            media_type=media_type[path.suffix],
            size_bytes=path.stat().st_size,
            mtime_ns=0,
            width_px=pixels.shape[1],
            height_px=pixels.shape[0],
        )

    return make
