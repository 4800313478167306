"""From process start to the first frame, against a bare Qt window and against importing all.

Run with ``python -m pytest tests/bench/bench_start.py -s -o python_files='bench_*.py'``.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from depthstudio.core.errors import InputError
from depthstudio.core.job import Job, Source
from depthstudio.core.resources import resource
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Unusable
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home

ROWS_PER_STATE = 5
ROUNDS = 9
EMPTY_LIMIT = 3.0
IMPORT_ALL_LIMIT = 0.5
DRIVER = Path(__file__).with_name("start_driver.py")
CHECKOUT = Path(__file__).parents[2]
STARTS = ("empty", "program", "import-all")


@pytest.fixture(scope="module")
def home_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with twenty rows: done, failed, cancelled and held, and results in the library."""
    folder = tmp_path_factory.mktemp("home")
    home = Home.at(folder)
    home.make_folders()
    asyncio.run(fill_home(home))
    return folder


async def fill_home(home: Home) -> None:
    async with Session(home, Registry.load()) as session:
        photos = [resource("sample", f"view_{i % 4}.jpg") for i in range(ROWS_PER_STATE)]
        sources = [(await session.take_in([photo])).sources[0] for photo in photos]
        for source in sources:
            await session.add([source], "relief", {}, again=True)
        for source in sources:
            lost = Unusable(source.path, InputError("This file cannot be read"))
            await session.add_unusable(lost, "relief", {})
        await all_ended(session)
    await add_by_journal(home, sources)


async def all_ended(session: Session) -> None:
    news = asyncio.Event()
    session.queue.changed.connect(lambda job_id, row: news.set())
    while not all(entry.status.state.is_final for entry in session.queue):
        news.clear()
        await news.wait()


async def add_by_journal(home: Home, sources: list[Source]) -> None:
    """Rows that only a crash or a person leaves: cancelled ones, and submits nobody answered."""
    journal = Journal(home.journal_file)
    await journal.open()
    for source in sources:
        for phases in ((Phase.CANCELLED,), (Phase.PREPARING, Phase.SUBMITTING)):
            job = Job(name=source.path.name, provider_id="relief", sources=(source,))
            await journal.add(job)
            for phase in phases:
                await journal.move(job.id, phase)
    await journal.aclose()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Bytecode is kept, in a folder of its own that the first round fills."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    cache = str(tmp_path_factory.mktemp("bytecode"))
    return {**inherited, "PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(CHECKOUT)}


def start(environment: dict[str, str], what: str, home: Path, *more: str) -> dict[str, Any]:
    """What one start says, its moments in seconds since the process was asked for."""
    command = [sys.executable, str(DRIVER), what, str(home), *more]
    began_s = time.monotonic()
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    said = json.loads(ended.stdout)
    moments = ("first_paint_s", "viewer_ready_s")
    return {k: v - began_s if k in moments else v for k, v in said.items()}


def test_first_frame_shows_the_restored_window(
    environment: dict[str, str], home_folder: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "first_frame.png"
    shown = start(environment, "look", home_folder, str(picture))
    print(f"\n{shown}\npicture {picture}")
    assert shown["queue_rows"] == 4 * ROWS_PER_STATE
    assert set(shown["states"]) == {"done", "failed", "cancelled", "held"}
    assert shown["form_fields"] > 0
    assert shown["docks"] == ["inspector", "library", "queue"]


def test_first_frame_is_early(environment: dict[str, str], home_folder: Path) -> None:
    rounds: dict[str, list[dict[str, Any]]] = {what: [] for what in STARTS}
    for what in STARTS:
        start(environment, what, home_folder)  # fills the caches
    for number in range(ROUNDS):
        turn = number % len(STARTS)
        for what in STARTS[turn:] + STARTS[:turn]:
            rounds[what].append(start(environment, what, home_folder))
    first_s = {what: median(said["first_paint_s"] for said in rounds[what]) for what in STARTS}
    to_empty = first_s["program"] / first_s["empty"]
    to_import_all = first_s["program"] / first_s["import-all"]
    print()
    for what in STARTS:
        times = sorted(said["first_paint_s"] * 1e3 for said in rounds[what])
        print(f"{what:10s} {first_s[what] * 1e3:6.0f} ms ({times[0]:.0f} to {times[-1]:.0f})")
    ready_s = median(said["viewer_ready_s"] for said in rounds["program"])
    gap_s = median(said["worst_gap_s"] for said in rounds["program"])
    print(f"3D view ready after {ready_s:.2f} s, worst gap until then {gap_s * 1e3:.0f} ms")
    print(f"ratio to empty {to_empty:.2f}, ratio to importing all {to_import_all:.2f}")
    assert to_empty <= EMPTY_LIMIT
    assert to_import_all <= IMPORT_ALL_LIMIT
