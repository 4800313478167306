"""Oxen on this computer: repositories, the queue, its events and the long request.

It fetches the video from its address without anybody's key, and refuses what the real one does.
"""

import base64
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

from tests.support.canaries import canary
from tests.support.oxen_answers import not_found, refused, unauthenticated
from tests.support.oxen_channel import Channel, ResultFiles
from tests.support.oxen_depth import SCHEMA, Made, RefusedError, check_parameters, make
from tests.support.oxen_repositories import Repositories
from tests.support.rest_service import Answer, Request, RestService

KEY = canary("oxen")
NAMESPACE = "me"
MODEL = "bytedance-depth-anything-video"
OF_THE_QUEUE = ("num_generations", "target_namespace")
OF_THE_LONG_REQUEST = ("response_format", "target_namespace")
TERMINAL = ("succeeded", "failed", "cancelled")
NO_CREDITS = "Insufficient credits"
LONGEST_HOLD_S = 60.0


class OxenService(RestService):
    """What the real one leaves open, or what a test wants to go wrong, stands in attributes.

    schema_field : where the model's schema stands, under `data` if `wraps_model`
    raw_depths : where the address of the NPZ stands: ``raw_depths_url``, ``raw_depths`` (an
        object), ``outputs`` (in a list), ``result_urls``, ``nested``, or ``nowhere``
    credits : ``enough``, or when there are none: ``enqueue`` (refused) or ``run`` (fails later)
    tells_ends : whether events are sent at all
    held : states that a generation does not leave until `release`
    events_before_rows : an end is told and its row says “processing” for good
    """

    def __init__(self) -> None:
        super().__init__()
        self.own_keys = {KEY}
        self._closing = threading.Event()
        self.channel = Channel(self._closing)
        self._routes_of_ours()
        self._as_new()

    def _routes_of_ours(self) -> None:
        self.repositories = Repositories(self, key=KEY, namespace=NAMESPACE)
        one = r"/api/ai/queue/([^/]+)"
        self._guarded("GET", r"/api/ai/models/([^/]+)", self._model)
        self._guarded("POST", "/api/ai/queue", self._enqueue)
        self._guarded("GET", "/api/ai/queue", self._list)
        self._guarded("GET", one, self._row)
        self._guarded("DELETE", one, self._cancel)
        self._guarded("GET", "/api/events", self.channel.open)
        self._guarded("POST", "/api/ai/videos/generate", self._generate)
        self.files = ResultFiles(self)

    def _guarded(self, method: str, pattern: str, reply: Any) -> None:
        def checked(request: Request, *groups: str) -> Answer:
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return unauthenticated()
            return reply(request, *groups)

        self.route(method, pattern, checked)

    def _as_new(self) -> None:
        self.schema_field, self.wraps_model = "json_request_schema", False
        self.raw_depths, self.upstream_keys = "raw_depths_url", False
        self.credits, self.credits_status = "enough", 402
        self.tells_ends = True
        self.events_before_rows = False
        self.held: set[str] = set()
        self._released = threading.Event()
        self.rows: dict[str, dict[str, Any]] = {}
        self.fetches: list[tuple[str, dict[str, str]]] = []  # of inputs: address and headers sent
        self.repositories.by_name.clear()

    def reset(self) -> None:
        self.release()
        super().reset()
        with self._lock:
            self._as_new()

    def __enter__(self) -> "OxenService":
        self._closing.clear()
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        super().__exit__(*error)

    # What a test does from outside

    def release(self) -> None:
        """Let held generations go on."""
        self._released.set()

    def forget_rows(self) -> None:
        """As after the service threw its rows away."""
        with self._lock:
            self.rows.clear()

    def wait_status(self, status: str, count: int = 1, timeout_s: float = 20.0) -> None:
        """Block until so many generations are in a state."""
        with self._news:
            came = self._news.wait_for(
                lambda: sum(row["status"] == status for row in self.rows.values()) >= count,
                timeout_s,
            )
        assert came, f"not {count} {status}: {[row['status'] for row in self.rows.values()]}"

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The bodies of the calls that started work."""
        starts = self.matching(r"^POST /api/ai/(queue|videos/generate)$")
        return [request.json() for request in starts]

    # Models and queue

    def _model(self, request: Request, model: str) -> Answer:
        if model != MODEL:
            return Answer.of({"error": {"message": f"Model not found: {model}"}}, 404)
        told = {"id": MODEL, "object": "model", self.schema_field: SCHEMA}
        return Answer.of({"data": told} if self.wraps_model else told)

    def _refusal(self, body: dict[str, Any]) -> Answer | None:
        """What is checked before anything is taken on."""
        model = body.get("model")
        if model != MODEL:
            return Answer.of({"error": {"message": f"Model not found: {model}"}}, 404)
        count = body.get("num_generations", 1)
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 4:
            title = "num_generations must be an integer between 1 and 4"
            return refused(400, "invalid_params", title)
        if body.get("target_namespace", NAMESPACE) != NAMESPACE:
            return refused(403, "unauthorized", "You may not bill to this namespace")
        if self.credits == "enqueue":
            return refused(self.credits_status, "insufficient_credits", NO_CREDITS)
        return None

    def _enqueue(self, request: Request) -> Answer:
        body = request.json()
        if answer := self._refusal(body):
            return answer
        made: list[dict[str, str]] = []
        for _ in range(body.get("num_generations", 1)):
            generation_id = str(uuid.uuid4())
            asked = {name: body[name] for name in body if name not in (*OF_THE_QUEUE, "model")}
            row = {
                "generation_id": generation_id,
                "model_name": MODEL,
                "prompt": None,
                "media_type": "video",
                "status": "queued",
                "result_url": None,
                "error_message": None,
                "enqueued_at": int(time.time()),
                "started_at": None,
                "completed_at": None,
                **asked,
            }
            with self._news:
                self.rows[generation_id] = row
                self._news.notify_all()
            made.append({"generation_id": generation_id, "status": "queued"})
            threading.Thread(target=self._work, args=(row, asked), daemon=True).start()
        return Answer.of({"generations": made})

    def _list(self, request: Request) -> Answer:
        wanted = request.query.get("status")
        model = request.query.get("model", MODEL)
        if request.query.get("namespace", NAMESPACE) != NAMESPACE:
            return refused(403, "unauthorized", "You may not look into this namespace")
        with self._lock:
            rows = [
                self._told(row)
                for row in self.rows.values()
                if (row["status"] == wanted if wanted else row["status"] not in TERMINAL)
                and row["model_name"] == model
            ]
        return Answer.of({"count": len(rows), "generations": rows})

    def _row(self, request: Request, generation_id: str) -> Answer:
        with self._lock:
            row = self.rows.get(generation_id)
            return Answer.of(self._told(row)) if row is not None else not_found()

    def _cancel(self, request: Request, generation_id: str) -> Answer:
        with self._lock:
            row = self.rows.get(generation_id)
            if row is None:
                return not_found()
            if row["status"] not in TERMINAL:
                self._move(row, "cancelled", completed_at=int(time.time()))
        return Answer.of({"status": "success", "generation_id": generation_id})

    def _told(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as it is told: with addresses made for this answer."""
        told = dict(row)
        if row["status"] != "succeeded":
            return told
        generation_id = row["generation_id"]
        told["result_url"] = self.files.address(f"{generation_id}.mp4")
        raw = f"{generation_id}.npz"
        if raw not in self.files or self.raw_depths == "nowhere":
            return told
        places: dict[str, Any] = {
            "raw_depths_url": lambda url: url,
            "raw_depths": lambda url: {"url": url, "content_type": "application/zip"},
            "outputs": lambda url: [{"type": "video", "url": told["result_url"]}, {"url": url}],
            "result_urls": lambda url: [told["result_url"], url],
            "nested": lambda url: {"meta": [{"files": {"raw_depths": {"file": url}}}]},
        }
        told[self.raw_depths] = places[self.raw_depths](self.files.address(raw))
        return told

    # The work

    def _work(self, row: dict[str, Any], asked: dict[str, Any]) -> None:
        if not self._pass("queued") or not self._move(
            row, "processing", started_at=int(time.time())
        ):
            return
        try:
            if self.credits == "run":
                raise RefusedError(NO_CREDITS)
            made = self._made(asked)
        except RefusedError as error:
            self._end(row, "failed", error=str(error))
            return
        if not self._pass("processing"):
            return
        with self._lock:
            self._keep(row["generation_id"], made)
        self._end(row, "succeeded")

    def _made(self, asked: dict[str, Any]) -> Made:
        """The files of a request, or the model's own refusal."""
        try:
            check_parameters(asked)
            return make(self._input(asked["video_url"]), asked, upstream_keys=self.upstream_keys)
        except RefusedError as error:
            raise RefusedError(f"Getting model response error: 422 - {error}") from error

    def _input(self, url: str) -> bytes:
        request = urllib.request.Request(url, headers={"User-Agent": "depth-worker"})
        self.fetches.append((url, {name.lower(): value for name, value in request.header_items()}))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read(1 << 28)
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise RefusedError(f"video_url: could not download {url} ({error})") from error

    def _pass(self, state: str) -> bool:
        """Wait while generations are held in a state; False once the service ends."""
        released = self._released
        if state in self.held:
            released.wait(LONGEST_HOLD_S)
        return not self._closing.is_set()

    def _move(self, row: dict[str, Any], status: str, **facts: Any) -> bool:
        with self._news:
            if row["status"] in TERMINAL:
                return False
            row.update(facts, status=status)
            self._news.notify_all()
            return True

    def _end(self, row: dict[str, Any], status: str, error: str = "") -> None:
        facts = {"completed_at": int(time.time()), "error_message": error or None}
        generation_id = row["generation_id"]
        told: dict[str, Any] = {"generation_id": generation_id, "status": status}
        told["media_type"] = "video"
        if error:
            told["error"] = error
        else:
            told |= {"model": MODEL, "url": self.files.address(f"{generation_id}.mp4")}
        stays = self.events_before_rows and row["status"] not in TERMINAL
        if stays or self._move(row, status, **facts):
            self._tell_among_others(told)

    def _tell_among_others(self, told: dict[str, Any]) -> None:
        """The channel is the user's: it carries what is nobody's business here."""
        if not self.tells_ends:
            return
        self.channel.tell(
            "deployment_updated", {"generation_id": told["generation_id"], "status": "failed"}
        )
        foreign = {"generation_id": str(uuid.uuid4()), "status": "failed", "error": "not yours"}
        self.channel.tell("media_generation_completed", foreign)
        self.channel.tell("media_generation_completed", told)

    # The long request, and files

    def _generate(self, request: Request) -> Answer:
        body = request.json()
        if "num_generations" in body:
            return refused(422, "invalid_params", "num_generations: not taken here")
        if answer := self._refusal(body):
            return answer
        asked = {n: v for n, v in body.items() if n not in (*OF_THE_LONG_REQUEST, "model")}
        form = body.get("response_format", "url")
        if form not in ("url", "b64_json"):
            return refused(422, "invalid_params", "response_format must be url or b64_json")
        try:
            made = self._made(asked)
        except RefusedError as error:
            return refused(422, "invalid_params", str(error))
        if not self._pass("processing"):
            return not_found()
        if form == "b64_json":
            video = {"b64_json": base64.b64encode(made.mp4).decode()}
        else:
            with self._lock:
                name = str(uuid.uuid4())
                self._keep(name, made)
                video = {"url": self.files.address(f"{name}.mp4")}
        return Answer.of({"model": MODEL, "created": int(time.time()), "videos": [video]})

    def _keep(self, name: str, made: Made) -> None:
        self.files.keep(f"{name}.mp4", made.mp4)
        if made.npz is not None:
            self.files.keep(f"{name}.npz", made.npz)

    def unknown(self, request: Request) -> Answer:
        return not_found()
