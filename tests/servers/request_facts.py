"""What is recorded of a request: its head, and of its body size, hash, JSON and files."""

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import h11

KEEP_BYTES = 32 * 2**20
DISPOSITION = re.compile(rb'name="(?P<name>[^"]*)"(?:;\s*filename="(?P<filename>[^"]*)")?')


def head_facts(request: h11.Request) -> dict[str, Any]:
    target = request.target.decode("latin-1")
    parts = urlsplit(target)
    return {
        "method": request.method.decode(),
        "target": target,
        "path": parts.path,
        "query": dict(parse_qsl(parts.query, keep_blank_values=True)),
        "headers": {n.decode("latin-1"): v.decode("latin-1") for n, v in request.headers},
        "status": None,
        "ended": None,  # "complete", "fault", or "gone" when one side left
    }


class BodyFacts:
    """Collects a body while it passes; keeps its beginning only."""

    def __init__(self, request: h11.Request) -> None:
        headers = dict(request.headers)
        self._type = headers.get(b"content-type", b"")
        self._hash = hashlib.sha256()
        self._kept = bytearray()
        self.size_bytes = 0

    def add(self, data: bytes) -> None:
        self._hash.update(data)
        self.size_bytes += len(data)
        if len(self._kept) < KEEP_BYTES:
            self._kept += data

    def facts(self) -> dict[str, Any]:
        return {
            "size_bytes": self.size_bytes,
            "sha256": self._hash.hexdigest(),
            "json": self._json(),
            "parts": self._parts(),
        }

    def _json(self) -> Any:
        if not self._type.startswith(b"application/json"):
            return None
        try:
            return json.loads(bytes(self._kept))
        except ValueError:
            return None

    def _parts(self) -> list[dict[str, Any]]:
        """The parts of a multipart body."""
        found = re.search(rb'boundary="?([^";]+)', self._type)
        if not found or self.size_bytes != len(self._kept):
            return []
        parts = []
        for part in bytes(b"\r\n" + self._kept).split(b"\r\n--" + found[1])[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            names = DISPOSITION.search(head)
            parts.append(
                {
                    "name": names["name"].decode() if names else None,
                    "filename": names["filename"].decode() if names and names["filename"] else None,
                    "size_bytes": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
        return parts
