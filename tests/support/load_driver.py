"""The real window with a thousand jobs, in a process of its own.

Called with a plan as JSON: the home, and for each kind of job its provider, values, endpoints,
host and files. Lets all of them run, answers the question of a lost submit with “give it up”, and
says as JSON how every job ended, and how far apart the ticks of the window were meanwhile.
"""

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtCore import Qt, QTimer

from depthstudio.core.job import HoldKind
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.workers import make_classes
from depthstudio.ui.process.application import Application
from depthstudio.ui.process.garbage import GarbageWatch
from depthstudio.ui.process.turns import take_short_turns
from tests.support.constants import shortened
from tests.support.studio import started

TICK_MS = 5
LOOK_S = 0.25


def tick_gaps_ms(app: Application) -> list[float]:
    """A list that grows by one number with every tick: how long after the one before."""
    gaps_ms: list[float] = []
    last_s = time.perf_counter()

    def tick() -> None:
        nonlocal last_s
        now_s = time.perf_counter()
        gaps_ms.append((now_s - last_s) * 1e3)
        last_s = now_s

    timer = QTimer(app, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start()
    return gaps_ms


async def add_all(session: Session, kinds: list[dict[str, Any]]) -> None:
    """One of each kind in turn, as an artist with several services would not, and a test would."""
    for turn in zip(*(kind["files"] for kind in kinds), strict=True):
        for kind, file in zip(kinds, turn, strict=True):
            intake = await session.take_in([Path(file)])
            order = Order(
                kind["provider"], kind["values"], kind["endpoints"], host_via=kind["host_via"]
            )
            await session.add(intake.sources, order)


async def until_ended(session: Session) -> None:
    while True:
        lost = [
            entry.job.id
            for entry in session.queue
            if entry.status.hold and entry.status.hold.kind is HoldKind.SUBMIT_LOST
        ]
        for job_id in lost:
            await session.mark_lost(job_id)
        if all(entry.status.state.is_final for entry in session.queue):
            return
        await asyncio.sleep(LOOK_S)


def outcome(session: Session) -> list[dict[str, Any]]:
    return [
        {
            "provider": entry.job.provider_id,
            "file": str(entry.job.sources[0].path),
            "state": entry.status.state,
            "failure": entry.status.failure and entry.status.failure.type,
            "message": entry.status.failure and entry.status.failure.message,
        }
        for entry in session.queue
    ]


async def load(app: Application, plan: dict[str, Any]) -> dict[str, Any]:
    async with started(Path(plan["home"]), Theme(app, "dark")) as studio:
        gaps_ms = tick_gaps_ms(app)
        await asyncio.sleep(2.0)
        gaps_ms.clear()
        began_s = time.perf_counter()
        await add_all(studio.session, plan["kinds"])
        added_s = time.perf_counter() - began_s
        await until_ended(studio.session)
        ordered = sorted(gaps_ms)
        return {
            "jobs": outcome(studio.session),
            "added_s": added_s,
            "seconds": time.perf_counter() - began_s,
            "ticks": len(ordered),
            "p50_ms": ordered[len(ordered) // 2],
            "p99_ms": ordered[int(0.99 * (len(ordered) - 1))],
            "max_ms": ordered[-1],
        }


def main(plan: dict[str, Any]) -> None:
    for name, value in plan["constants"].items():
        setattr(*shortened(name, value))
    # From here on as `depthstudio.app` does it.
    app = Application(sys.argv[:1])
    for _ in make_classes():
        pass
    loop = qasync.QEventLoop(app)
    loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
    asyncio.set_event_loop(loop)
    GarbageWatch(app).start()
    take_short_turns()
    with loop:
        said = loop.run_until_complete(load(app, plan))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
