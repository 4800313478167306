"""A provider whose finished jobs can be asked, and the service that answers, over real HTTP."""

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import ResultLost
from depthstudio.core.job import Checkpoint, Progress, Source, Stage
from depthstudio.core.params import Params
from depthstudio.core.record import Json
from depthstudio.core.views import ImageSequence, TriangleMesh, Views
from depthstudio.providers.base import (
    Answer,
    Context,
    Licence,
    Product,
    Provider,
    ProviderInfo,
    Reach,
    Secret,
)
from depthstudio.providers.transport.errors import translated_errors

SIZE = (60, 40)  # of each photo
CUT_OUT = (250, 120, 60)  # the colour of the picture on its way
DEPTH_M = 0.1  # of a pixel, for each column


@dataclass
class MeasuringService:
    """Remembers sessions and the points clicked in them, until it `forgets`."""

    url: str = ""
    points: dict[str, list[list[int]]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    forgets: bool = False

    def __enter__(self) -> "MeasuringService":
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                status, answer = service.answer(self.path, json.loads(self.rfile.read(length)))
                service.tokens.append(self.headers.get("Authorization", ""))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the test's output is its own."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/sessions":
            session = f"session-{len(self.points) + 1}"
            self.points[session] = []
            return 200, {"session": session}
        self.requests.append(asked)
        if self.forgets or asked["session"] not in self.points:
            return 410, {"detail": "no such session"}
        points = self.points[asked["session"]]
        if len(points) == 2:
            points.clear()
        points.extend(asked["points"])
        depths = [x * DEPTH_M for x, y in points]
        distance = abs(depths[0] - depths[1]) if len(points) == 2 else None
        return 200, {"depths": depths, "distance": distance, "unit": "m"}


class MeasuringParams(Params):
    """None."""


class Measurable(Provider[MeasuringParams]):
    """Makes three views and two parts, shows a picture on the way, and can be asked later.

    `gate`, where it has one, is waited for while the picture is on the way.
    """

    info = ProviderInfo(
        id="measurable",
        title="Measurable",
        version="1",
        subtitle="A service for tests",
        accepts=frozenset({"image/png"}),
        produces=(Product("parts", "Parts"),),
        licence=Licence("NC", commercial=False),
        price="Free",
        endpoints={"api": "https://measurable.invalid"},
        secrets=(Secret("token", "Token", variable="MEASURABLE_TOKEN"),),
        max_sources=9,
        actions=frozenset({"measure"}),
    )
    params_type = MeasuringParams

    def __init__(self, url: str, gate: asyncio.Event | None = None) -> None:
        # The class's own is for whoever only reads it.
        setattr(self, "info", replace(type(self).info, endpoints={"api": url}))  # noqa: B010
        self.gate = gate

    async def fetch(
        self, sources: Sequence[Source], params: MeasuringParams, ctx: Context
    ) -> list[Artifact]:
        async def send() -> Mapping[str, Json]:
            with translated_errors("Measurable", now=ctx.now):
                answer = await ctx.http.post(f"{ctx.endpoints['api']}/sessions", json={})
                answer.raise_for_status()
            return answer.json()

        await ctx.submit("run", send)
        cut_out = ctx.folder / "cut-out.png"
        await ctx.in_thread(lambda flag: Image.new("RGB", SIZE, CUT_OUT).save(cut_out))
        ctx.report(Progress(Stage.RUNNING, message="building parts", picture=cut_out))
        if self.gate is not None:
            await self.gate.wait()
        return [Artifact.of(cut_out, Role.CUT_OUT, "image/png")]

    def decode(self, artifacts: Sequence[Artifact], params: MeasuringParams) -> Views:
        names = ("a.png", "b.png", "c.png")
        return Views(
            photos=ImageSequence(names, lambda index: _plain((30, 60 * index, 90))),
            depth_pictures=ImageSequence(names, lambda index: _plain((250, 60 * index, 9))),
            meshes=[_square(-2.2, (200, 10, 10)), _square(0.2, (10, 10, 200))],
        )

    async def interact(
        self, checkpoint: Checkpoint, action: Mapping[str, Json], reach: Reach
    ) -> Answer:
        session = checkpoint.steps["run"]["session"]
        headers = {"Authorization": reach.secrets.get("token", "")}
        with translated_errors("Measurable", now=reach.now):
            answer = await reach.http.post(
                f"{reach.endpoints['api']}/measure",
                json={"session": session, **action},
                headers=headers,
            )
            if answer.status_code == 410:
                raise ResultLost("Measurable has forgotten this result", hint="Run it again")
            answer.raise_for_status()
        return Answer(answer.json())


def _plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), colour, np.uint8)


def _square(left: float, colour: tuple[int, int, int]) -> TriangleMesh:
    """2 wide and 2 high, facing the front."""
    corners = [[left, -1, 0], [left + 2, -1, 0], [left + 2, 1, 0], [left, 1, 0]]
    triangles = np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32)
    colours = np.tile(np.array(colour, np.uint8), (4, 1))
    return TriangleMesh(np.array(corners, np.float32), triangles, colours)
