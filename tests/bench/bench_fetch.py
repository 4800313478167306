"""What `fetch` costs beside the official client making the same calls on the same server.

Run with ``python -m pytest tests/bench/bench_fetch.py -s -o python_files='bench_*.py'``.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from depthstudio.core.job import Source
from depthstudio.jobs.sources import take_in
from depthstudio.providers.builtin.depth_anything_3 import DepthAnything3, DepthAnythingParams
from depthstudio.providers.transport.clients import HttpClients
from tests.bench.fetching import PICTURES, BareContext, compare, noise_pictures, peer_s
from tests.support.gradio_servers import GradioServer

DRIVER = Path(__file__).with_name("gradio_client_driver.py")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return noise_pictures(tmp_path_factory.mktemp("pictures"))


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


@pytest.mark.timeout(900)
def test_fetch_is_as_fast_as_the_official_client(
    da3_seed: GradioServer, pictures: list[Path], tmp_path: Path
) -> None:
    sources = take_in(pictures).sources

    def own(number: int) -> float:
        da3_seed.forget()
        return asyncio.run(own_round_s(da3_seed.url, tmp_path / f"own{number}", sources))

    def peer(number: int) -> float:
        da3_seed.forget()
        folder = tmp_path / f"peer{number}"
        return peer_s(da3_seed.python, DRIVER, da3_seed.url, 1, folder, *pictures)

    compare(own, peer, "gradio_client", pictures)
