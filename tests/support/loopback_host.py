"""A place on this computer that gives files an address, and is one of the program's hosts."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from depthstudio.core.errors import InputError
from depthstudio.providers.base import Credential, Reach, Secret
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.providers.transport.errors import translated_errors
from tests.support.rest_service import Answer, Request, RestService

HOST_ID = "loopback"
HOST_KEY = "l00pback-c4n4ry"
SERVICE = "Loopback"


class WebFiles(RestService):
    """Files anybody may fetch. Whoever puts one there has to show the key."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, tuple[str, bytes]] = {}  # name: media type, content
        self.route("PUT", r"/([\w.-]+)", self._put)
        self.route("GET", r"/([\w.-]+)", self._get)

    def add(self, name: str, content: bytes, media_type: str = "image/png") -> str:
        """Lay a file there; its address."""
        self.files[name] = (media_type, content)
        return f"{self.url}/{name}"

    def _put(self, request: Request, name: str) -> Answer:
        if request.headers.get("authorization") != f"Bearer {HOST_KEY}":
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
        media_type, content = self.files[name]
        return Answer(200, content, {"Content-Type": media_type})


class LoopbackHost(Host):
    """Puts files on a `WebFiles`; its addresses hold for `lasts`, for ever without one."""

    info = HostInfo(
        id=HOST_ID,
        title="Loopback",
        privacy="Everybody on this computer can read it",
        max_bytes=16 << 20,
        endpoints={"loopback": ""},
        secrets=(Secret("loopback_key", "Loopback key", "LOOPBACK_KEY", is_needed=True),),
    )

    def __init__(self, url: str, lasts: timedelta | None = None) -> None:
        self._url = url
        self._lasts = lasts

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        key = secrets.get("loopback_key")
        if key is None:
            return None
        headers = {"Authorization": f"Bearer {key}"}
        return Credential(headers, frozenset({urlsplit(self._url).netloc}))

    async def put(
        self,
        reach: Reach,
        path: Path,
        *,
        name: str,
        media_type: str,
        progress: Callable[[int, int], None],
    ) -> Hosted:
        content = path.read_bytes()  # noqa: ASYNC240 - small, and a test
        if not content:
            raise InputError("There is nothing in it")
        url = f"{self._url}/{name}"
        with translated_errors(SERVICE, now=reach.now):
            response = await reach.http.put(
                url, content=content, headers={"Content-Type": media_type}
            )
            response.raise_for_status()
        progress(len(content), len(content))
        return Hosted(url, reach.now() + self._lasts if self._lasts else None)
