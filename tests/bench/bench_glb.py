"""Ten million points from GLB to owned arrays, against trimesh in the same run.

Run with ``python -m pytest tests/bench/bench_glb.py -s -o python_files='bench_*.py'``.
"""

import time
import zlib
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import trimesh
from pytest_benchmark.fixture import BenchmarkFixture

from depthstudio.core.views import PointCloud
from depthstudio.formats.glb import read_glb, write_glb

POINT_COUNT = 10_000_000
ROUNDS = 5
LIMIT = 0.5

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def cloud_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(1)
    positions = rng.random((POINT_COUNT, 3), np.float32)
    colours = rng.integers(0, 256, (POINT_COUNT, 4), dtype=np.uint8)
    path = tmp_path_factory.mktemp("bench") / "cloud.glb"
    write_glb(path, clouds=[PointCloud(positions, colours)])
    return path


def ours(path: Path) -> Arrays:
    cloud = read_glb(path).clouds[0]
    assert cloud.colours is not None
    return cloud.positions.copy(), cloud.colours.copy()


def theirs(path: Path) -> Arrays:
    (cloud,) = trimesh.load_scene(path, process=False).geometry.values()
    return cloud.vertices, cloud.colors  # owned already: trimesh converts while loading


def checksum(arrays: Arrays) -> int:
    """Of the values as float32 and uint8, whatever type a library hands out."""
    positions, colours = arrays
    first = zlib.crc32(np.ascontiguousarray(positions, np.float32).data)
    return zlib.crc32(np.ascontiguousarray(colours, np.uint8).data, first)


def timed_s(load: Callable[[Path], Arrays], path: Path) -> float:
    start = time.perf_counter()
    load(path)
    return time.perf_counter() - start


def test_ten_million_points(benchmark: BenchmarkFixture, cloud_file: Path) -> None:
    sums = checksum(ours(cloud_file)), checksum(theirs(cloud_file))
    assert sums[0] == sums[1]
    peer_s = median(timed_s(theirs, cloud_file) for _ in range(ROUNDS))
    benchmark.pedantic(ours, args=(cloud_file,), rounds=ROUNDS, warmup_rounds=1)
    own_s = benchmark.stats.stats.median if benchmark.stats else timed_s(ours, cloud_file)
    print(f"\nchecksum of both {sums[0]:08x}")
    print(f"own {own_s * 1e3:.0f} ms, trimesh {peer_s * 1e3:.0f} ms, ratio {own_s / peer_s:.2f}")
    assert own_s <= LIMIT * peer_s
