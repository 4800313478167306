"""A server of one file, and how tests fetch it."""

from pathlib import Path
from typing import Any

from depthstudio.formats import media_type
from depthstudio.providers.base import Reach
from depthstudio.providers.transport.download import download
from tests.support.loopback import Exchange, Serve

GLB = b"glTF" + bytes(range(256)) * 12_000  # about 3 MB
TAG = '"v1"'


class FileService:
    """Serves one file as Gradio does, and breaks off where a test says."""

    def __init__(self, serve: Serve, content: bytes = GLB, **headers: str) -> None:
        self.content = content
        self.headers = headers or {"ETag": TAG}
        self.cuts: list[int] = []  # after so many bytes, one request after the other
        self.takes_ranges = True
        self.server = serve(self._reply)
        self.url = f"{self.server.url}/scene.glb"

    @property
    def ranges(self) -> list[str | None]:
        return [question.headers.get("range") for question in self.server.questions]

    def _reply(self, exchange: Exchange) -> None:
        asked = exchange.question.headers
        start = 0
        headers = dict(self.headers)
        if self.takes_ranges and "range" in asked and asked["if-range"] in headers.values():
            start = int(asked["range"].removeprefix("bytes=").removesuffix("-"))
            size = len(self.content)
            headers["Content_Range"] = f"bytes {start}-{size - 1}/{size}"
        body = self.content[start:]
        exchange.begin(206 if start else 200, Content_Length=str(len(body)), **headers)
        if self.cuts:
            body = body[: self.cuts.pop(0)]
            exchange.hang_up()
        exchange.send(body)


async def fetch(reach: Reach, url: str, path: Path, **options: Any) -> int:
    wanted: dict[str, Any] = {"kinds": {media_type.GLB}, "max_bytes": 10 << 20, **options}
    return await download(reach, "Acme", url, path, **wanted)


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
