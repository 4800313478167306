"""A host for tests: keeps files on a real server of this computer, each under an address."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from depthstudio.providers.base import Credential, Reach, Secret
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.providers.transport.errors import translated_errors
from tests.support.loopback import Exchange, Loopback

KEPT_FOR = timedelta(days=1)
KEY = Secret("shelf_key", "Shelf key", variable="SHELF_KEY_OF_TESTS", is_needed=True)


@dataclass
class Shelf:
    """The server: takes whatever is put, and remembers it by its name."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    keys: list[str] = field(default_factory=list[str])

    def __enter__(self) -> "Shelf":
        self._server = Loopback(self._answer)
        self._server.__enter__()
        self.url = self._server.url
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def _answer(self, exchange: Exchange) -> None:
        question = exchange.question
        self.files[question.path.rpartition("/")[2]] = question.body
        self.keys.append(question.headers.get("authorization", ""))
        exchange.answer(201)


class ShelfHost(Host):
    """Puts files on a `Shelf`; what it gives out holds for a day."""

    info = HostInfo(
        id="shelf",
        title="Shelf",
        privacy="Everybody who knows the address can see the file there, for one day.",
        max_bytes=1_000_000,
        endpoints={"shelf": "https://shelf.invalid"},
        page="https://shelf.invalid/about",
    )

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        key = secrets.get(KEY.name)
        if not key:
            return None
        place = endpoints["shelf"].rpartition("/")[2]
        return Credential({"Authorization": key}, frozenset({place}))

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
        with translated_errors("Shelf", now=reach.now):
            content = await asyncio.to_thread(path.read_bytes)
            answer = await reach.http.put(url, content=content)
            answer.raise_for_status()
        progress(1, 1)
        return Hosted(f"{url}?sig=only-for-the-service", reach.now() + KEPT_FOR)


def shelf_at(url: str, **changes: Any) -> ShelfHost:
    """The host with its server at `url`; `changes` are fields of its info."""
    host = ShelfHost()
    info = replace(ShelfHost.info, endpoints={"shelf": url}, **changes)
    setattr(host, "info", info)  # noqa: B010 - a class variable, and this one has its own
    return host
