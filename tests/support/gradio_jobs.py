"""Small jobs of the two services on Gradio, and what their servers saw of them."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from PIL import Image

from tests.support.gradio_server import Entry, GradioServer

PATIENCE_S = 10.0
POLL_S = 0.02


@dataclass(frozen=True)
class Kind:
    """A provider; `values` make a job small and, at these servers, the same each time.

    `work` are the functions that start work, `joins` all functions in the order in which a
    job of one photo asks for them.
    """

    provider_id: str
    title: str
    values: Mapping[str, Any] = field(hash=False)
    work: tuple[str, ...]
    joins: tuple[str, ...]

    def join(self, name: str) -> int:
        """How many joins of a job come before the one for this function."""
        return self.joins.index(name)


DA3 = Kind(
    "depth-anything-3",
    "Depth Anything 3",
    {"show_cam": False},
    ("gradio_demo",),
    ("handle_uploads", "gradio_demo"),
)
PARTPACKER = Kind(
    "partpacker",
    "PartPacker",
    {"num_steps": 2, "grid_res": 256},
    ("process_image", "process_3d"),
    ("process_image", "process_3d"),
)
OWN_VERSION = {DA3.provider_id: "5.49", PARTPACKER.provider_id: "5.25"}

CONFIG = "GET /config"
INFO = "GET /gradio_api/info"
UPLOAD = "POST /gradio_api/upload"
JOIN = "POST /gradio_api/queue/join"
STREAM = "GET /gradio_api/queue/data"
CANCEL = "POST /gradio_api/cancel"
SCENE = r"GET /gradio_api/file=.*\.glb"
PICTURE = r"GET /gradio_api/file=.*\.webp"


class OfKind(Protocol):
    """A row of a table about jobs of a kind; its text is its name."""

    @property
    def kind(self) -> Kind: ...


def on_both_versions(rows: Iterable[OfKind], *, long: bool = False) -> list[Any]:
    """Parameters (server, row): on the version its service runs, in a full check the newest too."""
    return [
        pytest.param(
            (row.kind, version),
            row,
            id=f"{row}-gradio{version}",
            marks=[pytest.mark.long] if long or version == "6" else [],
        )
        for row in rows
        for version in (OWN_VERSION[row.kind.provider_id], "6")
    ]


def thing(folder: Path, colour: tuple[int, int, int] = (200, 40, 30)) -> Path:
    """A photo of one thing on a plain ground, with a name that must not reach a server."""
    path = folder / f"thing {colour} – été &%$.png"
    picture = Image.new("RGB", (64, 48), (250, 250, 250))
    picture.paste(colour, (16, 12, 48, 36))
    picture.save(path)
    return path


def matching(server: GradioServer, pattern: str) -> list[Entry]:
    """The requests whose "METHOD /path?query" has the pattern."""
    return [r for r in server.requests() if re.search(pattern, f"{r['method']} {r['target']}")]


async def until_matching(server: GradioServer, pattern: str, count: int = 1) -> None:
    """Wait until so many such requests have reached the server."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await asyncio.to_thread(matching, server, pattern)) < count:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)


def accepted(server: GradioServer, kind: Kind) -> tuple[int, ...]:
    """How often each function that starts work was really called."""
    return tuple(len(server.calls(name)) for name in kind.work)
