"""What the measurements of `fetch` share: pictures, a bare context, and how two are compared."""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
from PIL import Image

from depthstudio.core.job import Checkpoint, Progress, Source
from depthstudio.jobs.context import ThreadFlag
from depthstudio.providers.cancel_answer import CancelAnswer

PICTURES = 10
PICTURE_MB = 5
ROUNDS = 5
WALL_LIMIT = 1.1


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

    async def web_address(self, source: Source, path: Path | None = None) -> str:
        raise AssertionError("nothing is hosted here")

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

    async def cancel_remotely(self, ask: Callable[[], Awaitable[CancelAnswer]]) -> None:
        raise AssertionError("nobody cancels here")

    async def in_thread(self, work: Callable[[ThreadFlag], Any]) -> Any:
        return await asyncio.to_thread(work, ThreadFlag())


def noise_pictures(folder: Path) -> list[Path]:
    """Noise that no codec makes smaller, in PNG files of about five megabytes each."""
    rng = np.random.default_rng(7)
    side = int((PICTURE_MB * 1e6 / 3) ** 0.5)
    paths = [folder / f"{number:06}.png" for number in range(PICTURES)]
    for path in paths:
        pixels = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path, compress_level=0)
    return paths


def peer_s(python: Path, driver: Path, *words: object) -> float:
    """How long a driver of the official client says one round took."""
    command = [str(word) for word in (python, driver, *words)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    (took_s,) = json.loads(ended.stdout.splitlines()[-1])
    return took_s


def compare(
    own_round_s: Callable[[int], float],
    peer_round_s: Callable[[int], float],
    peer: str,
    pictures: Sequence[Path],
) -> None:
    """Rounds in turns, a first one to warm the server; fails where `fetch` is too slow."""
    rounds = [(own_round_s(number), peer_round_s(number)) for number in range(ROUNDS + 1)][1:]
    own, theirs = (median(times) for times in zip(*rounds, strict=True))
    sent_mb = sum(path.stat().st_size for path in pictures) / 1e6
    print(f"\n{PICTURES} pictures, {sent_mb:.0f} MB, {ROUNDS} rounds in turns, medians")
    print(f"fetch {own:.2f} s, {peer} {theirs:.2f} s, ratio {own / theirs:.2f}")
    assert own / theirs <= WALL_LIMIT
