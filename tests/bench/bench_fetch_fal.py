"""What `fetch` costs at fal beside its official client, on the same server without latency.

Ten pictures of 5 MB, one after the other, through the storage and inside the request. Run with
``python -m pytest tests/bench/bench_fetch_fal.py -s -o python_files='bench_*.py'``.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Literal

import pytest

from depthstudio.core.job import Source
from depthstudio.jobs.sources import take_in
from depthstudio.providers.builtin.fal_depth_anything_v2 import FalDepthAnythingV2, FalParams
from depthstudio.providers.transport.clients import HttpClients
from tests.bench.fetching import BareContext, compare, noise_pictures, peer_s
from tests.servers.environments import CHECKOUT, ensure
from tests.support.fal_service import KEY

DRIVER = Path(__file__).with_name("fal_client_driver.py")
SECRETS = {"fal_key": KEY}

Way = Literal["storage", "data-uri"]


@pytest.fixture
def endpoints() -> Generator[dict[str, str]]:
    """The service in a process of its own, so that it costs both clients the same."""
    command = [sys.executable, "-m", "tests.support.fal_service"]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate()


async def own_round_s(
    endpoints: dict[str, str], way: Way, folder: Path, sources: Sequence[Source]
) -> float:
    """All pictures, from the first request to the last file, with a client of its own."""
    provider, params = FalDepthAnythingV2(), FalParams(upload=way)
    clients = HttpClients()
    try:
        http = await clients.client(provider.info.id, provider.credential(SECRETS, endpoints))
        started_s = time.perf_counter()
        for number, source in enumerate(sources):
            job_folder = folder / str(number)
            await asyncio.to_thread(job_folder.mkdir, parents=True)
            context = BareContext(http, endpoints, job_folder, [source], SECRETS)
            assert len(await provider.fetch([source], params, context)) == 2
        return time.perf_counter() - started_s
    finally:
        await clients.aclose()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", ["storage", "data-uri"])
def test_fetch_is_as_fast_as_the_official_client(
    endpoints: dict[str, str], way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", KEY)
    folder = tmp_path / "pictures"
    folder.mkdir()
    pictures = noise_pictures(folder)
    sources, python = take_in(pictures).sources, ensure("fal-client")

    def own(number: int) -> float:
        return asyncio.run(own_round_s(endpoints, way, tmp_path / f"own{number}", sources))

    def peer(number: int) -> float:
        words = (json.dumps(endpoints), way, tmp_path / f"peer{number}")
        return peer_s(python, DRIVER, *words, *pictures)

    compare(own, peer, f"fal-client ({way})", pictures)
