"""Tengr's public API on this computer, as its pages describe it, and as strict.

It fetches the photo itself, without the client's key, and computes the map from its pixels.
What its pages leave open is assumed, and said where it is.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.request import ProxyHandler, build_opener
from uuid import uuid4

from tests.support.canaries import canary
from tests.support.rest_service import Answer, Request, RestService
from tests.support.tengr_maps import depth_map, encoded
from tests.support.tengr_rules import complaints

KEY = canary("tengr")
MEDIA_TYPES = {"jpeg": "image/jpeg", "webp": "image/webp"}
FETCH_LIMIT_S = 10.0
MOST_LISTED = 500

GET, CREATE = "GET /v2/artworks/", "POST /v2/artworks/depth-map"


@dataclass
class Artwork:
    """One that was accepted. `told` counts how often its status was."""

    id: str
    asked: dict[str, Any]
    created_at: str
    told: int = 0
    status: str = "starting"
    maps: tuple[bytes, ...] = ()
    links: int = 0  # which links to the maps are good


class TengrService(RestService):
    """Set its knobs before a request, never by one.

    walk : the statuses told before the last, one at each GET
    last : how it ends; a photo that cannot be fetched always fails
    form : the kind of file of the maps, and `map_count` how many there are
    stale_links : links of that many GETs are good no more
    may_work : the key may use the domain artworks
    now : its clock
    lies : entries told of an artwork at a GET instead of the true ones
    """

    def __init__(
        self,
        *,
        auth_header: str = "Authorization",
        auth_scheme: str = "Bearer",
        create_path: str = "/v2/artworks/depth-map",
        get_path: str = "/v2/artworks/{id}",
        list_path: str = "/v2/artworks",
    ) -> None:
        super().__init__()
        self.own_keys = {KEY}
        self._header = auth_header.lower()
        self._value = f"{auth_scheme} {KEY}".strip()
        self._asking = threading.RLock()
        self.artworks: dict[str, Artwork] = {}
        self._set_knobs()
        id_ = re.escape(get_path).replace(r"\{id\}", "([^/]+)")
        self.route("GET", "/", self._routes_listed)
        self.route("POST", re.escape(create_path), self._create)
        self.route("GET", re.escape(list_path), self._listed)
        self.route("GET", id_, self._one)
        self.route("GET", r"/files/([0-9a-f-]+)/(\d+)/(\d+)", self._file)

    def _set_knobs(self) -> None:
        self.walk: tuple[str, ...] = ()
        self.last = "succeeded"
        self.form, self.map_count = "png", 1
        self.stale_links = 0
        self.may_work = True
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.lies: dict[str, Any] = {}

    def reset(self) -> None:
        super().reset()
        self.artworks.clear()
        self._set_knobs()

    def expire(self) -> None:
        """Eight days pass: nothing of what was made is kept."""
        self.artworks.clear()

    @property
    def orders(self) -> list[dict[str, Any]]:
        """The bodies of the requests that were accepted, in order."""
        return [artwork.asked for artwork in self.artworks.values()]

    def unknown(self, request: Request) -> Answer:
        return refused(404, f"Cannot {request.method} {request.path}")

    def _routes_listed(self, request: Request) -> Answer:
        if refusal := self._stranger(request):
            return refusal
        routes = [
            {"method": method, "path": pattern.pattern} for method, pattern, _ in self._routes
        ]
        return Answer.of({"routes": routes})

    def _create(self, request: Request) -> Answer:
        if refusal := self._stranger(request):
            return refusal
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return refused(400, ["imageUrl must be a URL address"])  # no body was understood
        try:
            asked = json.loads(request.body)
        except ValueError:
            return refused(400, "Unexpected token in JSON")
        if wrong := complaints(asked):
            return refused(400, wrong)
        artwork = Artwork(str(uuid4()), asked, _told_time(self.now()))
        with self._asking:
            self.artworks[artwork.id] = artwork
        return Answer.of(self._described(artwork), 202)

    def _listed(self, request: Request) -> Answer:
        if refusal := self._stranger(request):
            return refusal
        offset, limit = request.query.get("offset", "0"), request.query.get("limit", "10")
        if not offset.isdecimal():
            return refused(400, ["offset must not be less than 0"])
        if not (limit.isdecimal() and 1 <= int(limit) <= MOST_LISTED):
            return refused(400, [f"limit must be between 1 and {MOST_LISTED}"])
        with self._asking:
            chosen = list(self.artworks.values())[int(offset) :][: int(limit)]
            return Answer.of([self._described(artwork) for artwork in chosen])

    def _one(self, request: Request, id_: str) -> Answer:
        if refusal := self._stranger(request):
            return refusal
        with self._asking:
            artwork = self.artworks.get(id_)
            if artwork is None:
                return refused(404, "Artwork not found")
            self._go_on(artwork)
            return Answer.of({**self._described(artwork), **self.lies})

    def _go_on(self, artwork: Artwork) -> None:
        if artwork.told < len(self.walk):
            artwork.status = self.walk[artwork.told]
        elif not artwork.maps:
            artwork.status = self.last
            if self.last in ("succeeded", "done"):
                self._make(artwork)
        artwork.told += 1
        if artwork.maps:
            artwork.links += 1

    def _make(self, artwork: Artwork) -> None:
        try:
            opener = build_opener(ProxyHandler({}))
            with opener.open(artwork.asked["imageUrl"], timeout=FETCH_LIMIT_S) as answer:
                levels = depth_map(answer.read(), artwork.asked)
        except OSError:
            artwork.status = "failed"  # without a word why
            return
        others = (encoded(1 - levels, self.form) for _ in range(self.map_count - 1))
        artwork.maps = (encoded(levels, self.form), *others)

    def _file(self, request: Request, id_: str, number: str, link: str) -> Answer:
        artwork = self.artworks.get(id_)
        if artwork is None or int(number) >= len(artwork.maps):
            return Answer(404)
        if int(link) <= self.stale_links:
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        kind = MEDIA_TYPES.get(self.form, "image/png")
        return Answer(200, artwork.maps[int(number)], {"Content-Type": kind})

    def _described(self, artwork: Artwork) -> dict[str, Any]:
        count = len(artwork.maps) if artwork.status in ("succeeded", "done") else 0
        return {
            "id": artwork.id,
            "artworkType": "depth_map",
            "parameters": artwork.asked,
            "duration": 1.5 if count else 0,
            "results": [f"{self.url}/files/{artwork.id}/{n}/{artwork.links}" for n in range(count)],
            "status": artwork.status,
            "createdAt": artwork.created_at,
        }

    def _stranger(self, request: Request) -> Answer | None:
        """Whom it does not let in: that `GET /` wants the key too is assumed."""
        if request.headers.get(self._header) != self._value:
            return refused(401, "Unauthorized")
        return None if self.may_work else refused(403, "Forbidden resource")


def _told_time(moment: datetime) -> str:
    """As in its pages: “2026-01-15T10:00:00.000Z”."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def refused(status: int, message: str | list[str], **headers: str) -> Answer:
    """A refusal in the shape of NestJS."""
    body = {"message": message, "statusCode": status, "error": HTTPStatus(status).phrase}
    return Answer.of(body, status, **headers)
