"""What `fetch` costs beside the official client making the same calls on the same server.

Run with ``python -m pytest tests/bench/bench_fetch.py -s -o python_files='bench_*.py'``.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from depthstudio.core.job import Checkpoint, Progress, Source
from depthstudio.jobs.context import ThreadFlag
from depthstudio.jobs.sources import take_in
from depthstudio.providers.builtin.depth_anything_3 import DepthAnything3, DepthAnythingParams
from depthstudio.providers.transport.clients import HttpClients
from tests.support.gradio_servers import GradioServer

PICTURES = 10
PICTURE_MB = 5
ROUNDS = 5
WALL_LIMIT = 1.1
DRIVER = Path(__file__).with_name("gradio_client_driver.py")


@dataclass
class BareContext:
    """What a provider is given, without journal, queue or library behind it."""

    http: httpx.AsyncClient
    endpoints: Mapping[str, str]
    folder: Path
    sources: Sequence[Source]
    secrets: Mapping[str, str] = field(default_factory=dict)
    checkpoint: Checkpoint = field(default_factory=Checkpoint)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def met_server(self, profile: str) -> None:
        pass

    async def remember(self, step: str, ids: Mapping[str, Any]) -> None:
        self.checkpoint = self.checkpoint.with_step(step, ids)

    def report(self, progress: Progress) -> None:
        pass

    def note(self, text: str) -> None:
        raise AssertionError(text)

    async def submit(
        self, step: str, send: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> Mapping[str, Any]:
        ids = await send()
        await self.remember(step, ids)
        return ids

    async def cancel_remotely(self, ask: Callable[[], Awaitable[str]]) -> None:
        raise AssertionError("nobody cancels here")

    async def in_thread(self, work: Callable[[ThreadFlag], Any]) -> Any:
        return await asyncio.to_thread(work, ThreadFlag())


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Noise that no codec makes smaller, in PNG files of about five megabytes each."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(7)
    side = int((PICTURE_MB * 1e6 / 3) ** 0.5)
    paths = [folder / f"{number:06}.png" for number in range(PICTURES)]
    for path in paths:
        pixels = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path, compress_level=0)
    return paths


async def own_round_s(url: str, folder: Path, sources: Sequence[Source]) -> float:
    """One run, from the first request to the last file, with a client of its own."""
    await asyncio.to_thread(folder.mkdir)
    clients = HttpClients()
    try:
        http = await clients.client("depth-anything-3")
        started_s = time.perf_counter()
        context = BareContext(http, {"space": url, "hub": ""}, folder, sources)
        artifacts = await DepthAnything3().fetch(sources, DepthAnythingParams(), context)
        took_s = time.perf_counter() - started_s
    finally:
        await clients.aclose()
    assert len(artifacts) == 1 + 2 * PICTURES
    return took_s


def peer_round_s(server: GradioServer, folder: Path, pictures: Sequence[Path]) -> float:
    command = [server.python, DRIVER, server.url, 1, folder, *pictures]
    ended = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=True
    )
    (took_s,) = json.loads(ended.stdout.splitlines()[-1])
    return took_s


@pytest.mark.timeout(900)
def test_fetch_is_as_fast_as_the_official_client(
    da3_seed: GradioServer, pictures: list[Path], tmp_path: Path
) -> None:
    sources = take_in(pictures).sources
    own_s: list[float] = []
    peer_s: list[float] = []
    for number in range(ROUNDS + 1):
        da3_seed.forget()
        own = asyncio.run(own_round_s(da3_seed.url, tmp_path / f"own{number}", sources))
        da3_seed.forget()
        peer = peer_round_s(da3_seed, tmp_path / f"peer{number}", pictures)
        if number > 0:  # the first round warms the server
            own_s.append(own)
            peer_s.append(peer)
    sent_mb = sum(path.stat().st_size for path in pictures) / 1e6
    print(f"\n{PICTURES} pictures, {sent_mb:.0f} MB, {ROUNDS} rounds in turns, medians")
    print(f"fetch {median(own_s):.2f} s, gradio_client {median(peer_s):.2f} s")
    ratio = median(own_s) / median(peer_s)
    print(f"ratio {ratio:.2f}")
    assert ratio <= WALL_LIMIT
