"""Steps and jumps through a depth video of 1080p with a key frame every 250, against plain PyAV.

Run with ``python -m pytest tests/bench/bench_clip.py -s -o python_files='bench_*.py'``.
"""

import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import quantiles

import av
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from depthstudio.core.views import DepthKind, FramesOnDemand
from depthstudio.formats.depth_video import open_depth_video
from tests.support.depth_clips import write_depth_video

FRAMES = 300
GOP = 250
STEPS = 120
EXACT_SEEKS = 5
OPTIONS = {"preset": "veryfast", "crf": "18", "g": str(GOP), "sc_threshold": "0"}


@pytest.fixture(scope="module")
def clip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "depth.mp4"
    return write_depth_video(path, frames=FRAMES, size_px=(1920, 1080), **OPTIONS)


def opened(path: Path) -> FramesOnDemand:
    frames = open_depth_video(path, DepthKind.RELATIVE_DISPARITY).values
    assert isinstance(frames, FramesOnDemand)
    return frames


def timed_s(load: Callable[[int], object], numbers: Iterable[int]) -> list[float]:
    """How long each frame takes."""
    taken: list[float] = []
    for number in numbers:
        start = time.perf_counter()
        load(number)
        taken.append(time.perf_counter() - start)
    return taken


def plain_steps_s(path: Path) -> list[float]:
    """Frame after frame as PyAV decodes them, as grey."""
    with av.open(path) as container:
        container.streams.video[0].thread_type = "AUTO"
        coming = container.decode(video=0)
        return timed_s(lambda _: next(coming).to_ndarray(format="gray"), range(STEPS))


def plain_seeks_s(path: Path, numbers: Iterable[int]) -> list[float]:
    """Each frame by a seek to the key frame before it, and decoding from there."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        moments = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)

        def seek(number: int) -> np.ndarray:
            container.seek(moments[number], stream=stream)
            coming = container.decode(stream)
            found = next(frame for frame in coming if frame.pts == moments[number])
            return found.to_ndarray(format="gray")

        return timed_s(seek, numbers)


def said(what: str, own_s: list[float], plain_s: list[float]) -> None:
    own, plain = quantiles(own_s, n=20), quantiles(plain_s, n=20)
    print(
        f"\n{what}: median {own[9] * 1e3:.1f} ms, p95 {own[18] * 1e3:.1f} ms; plain PyAV "
        f"{plain[9] * 1e3:.1f} and {plain[18] * 1e3:.1f} ms; ratio {own[9] / plain[9]:.3f}"
    )


def test_steps_forwards(benchmark: BenchmarkFixture, clip_file: Path) -> None:
    frames = opened(clip_file)
    own_s = benchmark.pedantic(timed_s, args=(frames.load, range(1, STEPS)), rounds=1)
    said("a step forwards", own_s, plain_steps_s(clip_file))


def test_steps_backwards(benchmark: BenchmarkFixture, clip_file: Path) -> None:
    """With what is got ready meanwhile counted in, as if nobody paused between two steps."""
    frames = opened(clip_file)
    frames.load(GOP - 1)

    def step(number: int) -> None:
        frames.load(number)
        frames.prepare(number, -1)

    numbers = range(GOP - 2, GOP - 2 - STEPS, -1)
    own_s = benchmark.pedantic(timed_s, args=(step, numbers), rounds=1)
    said("a step backwards", own_s, plain_seeks_s(clip_file, numbers[:EXACT_SEEKS]))


def test_the_first_picture_after_a_jump(benchmark: BenchmarkFixture, clip_file: Path) -> None:
    """Of a frame that stands in, once the range of the clip was found."""
    frames = opened(clip_file)
    for _ in frames.in_order(np.linspace(0, FRAMES - 1, 32).astype(int).tolist()):
        pass
    jumps = random.Random(5).sample(range(FRAMES), 20)
    own_s = benchmark.pedantic(
        timed_s, args=(lambda number: frames.load(frames.at_hand(number)), jumps), rounds=1
    )
    said("a first picture", own_s, plain_seeks_s(clip_file, jumps[:EXACT_SEEKS]))
