"""How late the window's loop ticks while 200 MB go up and come down.

Run with ``python -m pytest tests/bench/bench_tick.py -s -o python_files='bench_*.py'``.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTES = 200
P99_LIMIT_MS = 16.0
WORST_LIMIT_MS = 50.0
WORST_AGAINST_EMPTY = 3.0
DRIVER = Path(__file__).with_name("tick_driver.py")
CHECKOUT = Path(__file__).parents[2]


async def serve_and_drive(folder: Path) -> list[dict[str, float]]:
    """The server in this process, the window's loop in another."""
    body = b"glTF" + b"\x02\0\0\0" * (MEGABYTES * 250_000 - 1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if head.startswith("post"):
            left = int(head.partition("content-length:")[2].split()[0])
            while left:
                left -= len(await reader.read(min(left, 1 << 20)))
            content = b'["/tmp/gradio/x"]'
            kind = "application/json"
        else:
            content, kind = body, "application/octet-stream"
        start = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        writer.write(start.encode())
        for offset in range(0, len(content), 1 << 20):
            writer.write(content[offset : offset + (1 << 20)])
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(DRIVER), url, str(folder), str(MEGABYTES)),
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
        )
        said, _ = await process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.timeout(300)
def test_the_window_answers_while_files_go_up_and_come_down(tmp_path: Path) -> None:
    print()
    phases = {said["what"]: said for said in asyncio.run(serve_and_drive(tmp_path))}
    for what, said in phases.items():
        print(
            f"{what:9s} {said['seconds']:5.2f} s, {said['ticks']} ticks, "
            f"p99 {said['p99_ms']:.1f} ms, max {said['max_ms']:.1f} ms"
        )
    empty_ms = phases["empty"]["max_ms"]
    for what in ("upload", "download"):
        assert phases[what]["p99_ms"] <= P99_LIMIT_MS
        limit_ms = max(WORST_LIMIT_MS, WORST_AGAINST_EMPTY * empty_ms)
        assert phases[what]["max_ms"] <= limit_ms
