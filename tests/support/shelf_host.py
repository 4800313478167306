"""A host for tests: keeps files on a real server of this computer, each under an address."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from depthstudio.providers.base import Credential, Reach, Secret
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.threads import finished_in_thread
from tests.support.canaries import canary
from tests.support.rest_service import Answer, Request, RestService

HOST_ID = "shelf"
HOST_KEY = canary("shelf")
KEPT_FOR = timedelta(days=1)
KEY = Secret("shelf_key", "Shelf key", variable="SHELF_KEY_OF_TESTS", is_needed=True)
QUERY = "sig=only-for-the-service"


class Shelf(RestService):
    """Files anybody may fetch. With `is_locked`, whoever puts one there has to show the key."""

    def __init__(self, *, is_locked: bool = False) -> None:
        super().__init__()
        self._is_locked = is_locked
        self.own_keys = {HOST_KEY}
        self.files: dict[str, bytes] = {}
        self._media_types: dict[str, str] = {}
        self.route("PUT", r"/([\w.-]+)", self._put)
        self.route("GET", r"/([\w.-]+)", self._get)

    def add(self, name: str, content: bytes, media_type: str = "image/png") -> str:
        """Lay a file there; its address."""
        self.files[name], self._media_types[name] = content, media_type
        return f"{self.url}/{name}"

    @property
    def keys(self) -> list[str]:
        """What was shown for each file that was put there, "" for nothing."""
        return [r.headers.get("authorization", "") for r in self.matching("^PUT ")]

    def _put(self, request: Request, name: str) -> Answer:
        if self._is_locked and request.headers.get("authorization") != f"Bearer {HOST_KEY}":
            return Answer.of({"error": "who are you?"}, 401)
        if name in self.files:
            return Answer.of({"error": "that name is taken"}, 409)
        self.add(name, request.body, request.headers.get("content-type", ""))
        return Answer.of({"ok": True}, 201)

    def _get(self, request: Request, name: str) -> Answer:
        if "authorization" in request.headers:
            return Answer.of({"error": "a key that is not ours"}, 400)
        if name not in self.files:
            return Answer(404)
        return Answer(200, self.files[name], {"Content-Type": self._media_types[name]})


class ShelfHost(Host):
    """Puts files on a `Shelf`; its addresses hold for `lasts`, for ever without one."""

    info = HostInfo(
        id=HOST_ID,
        title="Shelf",
        privacy="Everybody who knows the address can see the file there, for one day.",
        max_bytes=16 << 20,
        endpoints={"shelf": "https://shelf.invalid"},
        page="https://shelf.invalid/about",
    )

    def __init__(self, lasts: timedelta | None) -> None:
        self._lasts = lasts

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        key = secrets.get(KEY.name)
        if not key:
            return None
        place = urlsplit(endpoints["shelf"]).netloc
        return Credential({"Authorization": f"Bearer {key}"}, frozenset({place}))

    async def put(
        self,
        reach: Reach,
        path: Path,
        *,
        name: str,
        media_type: str,
        progress: Callable[[int, int], None],
    ) -> Hosted:
        url = f"{reach.endpoints['shelf']}/{name}"
        content = await finished_in_thread(path.read_bytes)
        with translated_errors("Shelf", now=reach.now):
            answer = await reach.http.put(
                url, content=content, headers={"Content-Type": media_type}
            )
            answer.raise_for_status()
        progress(len(content), len(content))
        return Hosted(f"{url}?{QUERY}", reach.now() + self._lasts if self._lasts else None)


def shelf_at(url: str, *, lasts: timedelta | None = KEPT_FOR, **changes: Any) -> ShelfHost:
    """The host with its server at `url`; `changes` are fields of its info."""
    host = ShelfHost(lasts)
    info = replace(ShelfHost.info, endpoints={"shelf": url}, **changes)
    setattr(host, "info", info)  # noqa: B010 - a class variable, and this one has its own
    return host
