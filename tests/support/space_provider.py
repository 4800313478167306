"""A provider for tests that is like a Space: an address by id, a token, parameters that differ."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import replace as changed

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.job import Source
from depthstudio.core.params import Params, param
from depthstudio.core.record import Json, to_plain
from depthstudio.core.views import Views
from depthstudio.providers.base import (
    Context,
    Health,
    Licence,
    LiveSchema,
    Product,
    Provider,
    ProviderInfo,
    Reach,
    Secret,
)
from depthstudio.providers.transport.errors import translated_errors


class SpaceParams(Params):
    """Some that every server has, one without effect, one that some lack, and a seed."""

    resolution: Annotated[
        Literal["low", "high"],
        param(label="Resolution", group="Scene", choice_labels=("Low, 504", "High, 1008")),
    ] = "low"
    points: Annotated[
        int, param(label="Points, at most", group="Scene", unit="k", ge=1, le=1000, step=1)
    ] = 500
    reference: Annotated[
        Literal["first", "middle"],
        param(label="Reference view", group="Scene", choice_labels=("First", "Middle")),
    ] = "first"
    black: Annotated[
        bool,
        param(label="Black background", group="Scene", phrase="Remove", no_effect_on_server=True),
    ] = False
    seed_mode: Annotated[
        Literal["locked", "sheet"],
        param(
            label="Seeds",
            group="Chance",
            choice_labels=("Locked", "Sheet"),
            is_remote=False,
            affects_result=False,
        ),
    ] = "locked"
    sheet: Annotated[
        int,
        param(
            label="Sheet of",
            group="Chance",
            ge=2,
            le=9,
            is_remote=False,
            affects_result=False,
            enabled_when={"seed_mode": "sheet"},
        ),
    ] = 4
    seed: Annotated[int, param(label="Seed", group="Chance", ge=0, le=99)] = 0
    extra: Annotated[dict[str, Json], param(label="Extra")] = msgspec.field(
        default_factory=dict[str, Json]
    )


class Space(Provider[SpaceParams]):
    """Sends its parameters, and keeps what the server answers."""

    info = ProviderInfo(
        id="space",
        title="Space Depth",
        version="1",
        subtitle="Hugging Face Space",
        accepts=frozenset({"image/png"}),
        produces=(Product("cloud", "Cloud"), Product("depth", "Depth")),
        licence=Licence("CC BY-NC 4.0", commercial=False),
        price="Free",
        quota="About one run a day without a token, more with one",
        privacy="Your photos go to the Space and stay there until it restarts",
        page="https://huggingface.co/spaces/owner/name",
        endpoints={"space": "owner/name", "hub": "https://huggingface.co"},
        space_endpoints=frozenset({"space"}),
        secrets=(
            Secret("hf_token", "HF token", "HF_TOKEN_OF_TESTS", absent="None: anonymous quota"),
        ),
        max_sources=4,
    )
    params_type = SpaceParams

    async def fetch(
        self, sources: Sequence[Source], params: SpaceParams, ctx: Context
    ) -> list[Artifact]:
        async def send() -> Mapping[str, Json]:
            with translated_errors("Space Depth", now=ctx.now):
                answer = await ctx.http.post(f"{ctx.endpoints['space']}/run", json=to_plain(params))
                answer.raise_for_status()
            return {"answer": answer.text}

        ids = await ctx.submit("run", send)
        path = ctx.folder / "answer.json"
        await ctx.in_thread(lambda flag: path.write_text(str(ids["answer"])))
        return [Artifact.of(path, Role.RAW_DEPTH, "application/json")]

    def decode(self, artifacts: Sequence[Artifact], params: SpaceParams) -> Views:
        return Views()

    def jobs_of(self, params: SpaceParams) -> list[SpaceParams]:
        if params.seed_mode == "locked":
            return [params]
        seeds = range(params.seed, params.seed + params.sheet)
        return [changed(params, seed_mode="locked", seed=seed) for seed in seeds]

    def forecast(self, sources: Sequence[Source], params: SpaceParams) -> str:
        return f"{params.points} thousand points of {len(sources)} at {params.resolution}"

    async def check(self, reach: Reach) -> Health:
        token = reach.secrets.get("hf_token", "")
        with translated_errors("Space Depth", now=reach.now):
            answer = await reach.http.get(
                f"{reach.endpoints['space']}/health", headers={"X-Token": token}
            )
            answer.raise_for_status()
        told = answer.json()
        return Health(ok=told["ok"], message=told["message"], latency_s=told["latency_s"])

    async def describe(self, reach: Reach) -> LiveSchema:
        with translated_errors("Space Depth", now=reach.now):
            answer = await reach.http.get(f"{reach.endpoints['space']}/info")
            answer.raise_for_status()
        told = answer.json()
        return LiveSchema(told["schema"], told["profile"])


def space_at(url: str, **changes: Any) -> Space:
    """The provider with its server at `url`; `changes` are fields of its info."""
    provider = Space()
    info = replace(Space.info, endpoints={**Space.info.endpoints, "space": url}, **changes)
    setattr(provider, "info", info)  # noqa: B010 - a class variable, and this one has its own
    return provider


LIVE: dict[str, Any] = {
    "properties": {
        "resolution": {"type": "string", "enum": ["low", "high"], "default": "high"},
        "points": {"type": "number", "minimum": 1, "maximum": 2000, "default": 800},
        "black": {"type": "boolean", "default": False},
        "seed": {"type": "integer", "minimum": 0, "maximum": 99},
        "splats": {"type": "boolean", "title": "Gaussian splats", "x": {"group": "Scene"}},
        "sky": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5},
    }
}


@dataclass
class SpaceServer:
    """What a server says of itself; `gate` closed keeps everybody waiting."""

    schema: dict[str, Any] = field(default_factory=lambda: LIVE)
    profile: str = "head"
    status: int = 200
    health: dict[str, Any] = field(
        default_factory=lambda: {"ok": True, "message": "Works", "latency_s": 0.214}
    )
    requests: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def __enter__(self) -> "SpaceServer":
        self.gate.set()
        server = self

        class Handler(_Handler):
            space = server

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    space: SpaceServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests look at `requests`."""

    def do_GET(self) -> None:
        space = self.space
        space.requests.append(self.path)
        space.gate.wait(20)
        if self.path == "/health":
            space.tokens.append(self.headers.get("X-Token", ""))
            self._answer(space.health)
        else:
            self._answer({"schema": space.schema, "profile": space.profile})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.space.requests.append(self.path)
        self.space.runs.append(asked)
        self._answer(asked)

    def _answer(self, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(self.space.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
