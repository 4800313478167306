"""The window's loop with a tick of 5 ms, while nothing, an upload and a download go on.

Called with a server's address, a folder and a number of megabytes. Says for each of the three,
as JSON, how far apart the ticks were.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path

import qasync
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.download import download
from depthstudio.providers.transport.upload import upload_files

TICK_MS = 5
EMPTY_S = 2.0


class Ticks:
    """How far apart the ticks of a timer came."""

    def __init__(self, window: QMainWindow) -> None:
        self._last_s = 0.0
        self.gaps_ms: list[float] = []
        timer = QTimer(window, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._tick)
        timer.start()

    def _tick(self) -> None:
        now_s = time.perf_counter()
        if self._last_s:
            self.gaps_ms.append((now_s - self._last_s) * 1e3)
        self._last_s = now_s

    async def during(self, what: str, work: Awaitable[object]) -> None:
        self.gaps_ms = []
        began_s = time.perf_counter()
        await work
        gaps_ms = sorted(self.gaps_ms)
        said = {
            "what": what,
            "seconds": time.perf_counter() - began_s,
            "ticks": len(gaps_ms),
            "p99_ms": gaps_ms[int(0.99 * (len(gaps_ms) - 1))],
            "max_ms": gaps_ms[-1],
        }
        sys.stdout.write(json.dumps(said) + "\n")


class BareReach:
    """The least a transfer needs."""

    def __init__(self, http: object) -> None:
        self.http = http
        self.endpoints: dict[str, str] = {}
        self.secrets: dict[str, str] = {}

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def work(window: QMainWindow, label: QLabel, url: str, folder: Path, megabytes: int) -> None:
    clients = HttpClients()
    reach = BareReach(await clients.client("bench"))
    sent = folder / "sent.bin"
    sent.write_bytes(bytes(megabytes * 1_000_000))

    def show(done: int, of: int | None) -> None:
        label.setText(f"{done} of {of}")

    ticks = Ticks(window)
    await ticks.during("empty", asyncio.sleep(EMPTY_S))
    await ticks.during(
        "upload", upload_files(reach, "Bench", f"{url}/up", [("a", sent)], progress=show)
    )
    await ticks.during(
        "download",
        download(
            reach,
            "Bench",
            f"{url}/down",
            folder / "came.glb",
            kinds={"model/gltf-binary"},
            max_bytes=1 << 30,
            progress=show,
        ),
    )
    await clients.aclose()


def main(url: str, folder: str, megabytes: str) -> None:
    app = QApplication(sys.argv[:1])
    window, label = QMainWindow(), QLabel()
    window.setCentralWidget(label)
    window.resize(800, 600)
    window.show()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(work(window, label, url, Path(folder), int(megabytes)))


if __name__ == "__main__":
    main(*sys.argv[1:])
