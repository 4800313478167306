"""From process start to the first frame, against a bare Qt window and against importing all.

Run with ``python -m pytest tests/bench/bench_start.py -s -o python_files='bench_*.py'``.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from depthstudio.core.errors import InputError
from depthstudio.core.job import Job, Source
from depthstudio.core.resources import resource
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.order import Order
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.session import Session
from depthstudio.jobs.sources import Unusable
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home

ROWS_PER_STATE = 5
ROUNDS = 7
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
            await session.add([source], Order("relief", again=True))
        for source in sources:
            lost = Unusable(source.path, InputError("This file cannot be read"))
            await session.add_unusable(lost, Order("relief"))
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
    states = Counter(shown["states"])
    assert states == dict.fromkeys(("done", "failed", "cancelled", "held"), ROWS_PER_STATE)
    assert {"depth", "blur", "resolution"} <= set(shown["form_fields"])
    assert shown["docks"] == ["inspector", "library", "queue"]
    assert "File" in shown["menus"]


@pytest.mark.timeout(900)  # on a busy machine one start can take seconds
def test_first_frame_is_early(environment: dict[str, str], home_folder: Path) -> None:
    rounds = measured(environment, home_folder)
    print()
    for what in STARTS:
        first_s, cpu_s = medians(rounds[what], "first_paint_s", "cpu_s")
        print(f"{what:10s} {first_s * 1e3:5.0f} ms, of a processor {cpu_s * 1e3:5.0f} ms")
    ready_s, gap_s = medians(rounds["program"], "viewer_ready_s", "worst_gap_s")
    print(f"3D view ready after {ready_s:.2f} s, worst gap until then {gap_s * 1e3:.0f} ms")
    to_empty, to_empty_cpu = ratios(rounds["program"], rounds["empty"])
    to_all, to_all_cpu = ratios(rounds["program"], rounds["import-all"])
    print(f"ratio to empty {to_empty:.2f} (processor {to_empty_cpu:.2f})")
    print(f"ratio to importing all {to_all:.2f} (processor {to_all_cpu:.2f})")
    assert to_empty <= EMPTY_LIMIT
    assert to_all <= IMPORT_ALL_LIMIT


def measured(environment: dict[str, str], home: Path) -> dict[str, list[dict[str, Any]]]:
    """What every start said, in turns; a first turn that fills the caches is not counted."""
    rounds: dict[str, list[dict[str, Any]]] = {what: [] for what in STARTS}
    for what in STARTS:
        start(environment, what, home)
    for number in range(ROUNDS):
        turn = number % len(STARTS)
        for what in STARTS[turn:] + STARTS[:turn]:
            rounds[what].append(start(environment, what, home))
    return rounds


def medians(said: list[dict[str, Any]], *names: str) -> list[float]:
    return [median(one[name] for one in said) for name in names]


def ratios(own: list[dict[str, Any]], peer: list[dict[str, Any]]) -> list[float]:
    """Of the first frame, by the clock and by the work of the processor until then.

    The second hardly changes with what else the machine is doing.
    """
    names = ("first_paint_s", "cpu_s")
    return [a / b for a, b in zip(medians(own, *names), medians(peer, *names), strict=True)]
