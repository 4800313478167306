"""The storage side of the fal service: tokens, uploads whole and in parts, and public files."""

import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.rest_service import Answer, Request

if TYPE_CHECKING:
    from tests.support.fal_service import FalService


@dataclass
class Stored:
    """A file that anybody may read."""

    data: bytes
    media_type: str
    name: str = ""
    lifecycle: Any = None

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.data).hexdigest()[:32]}"'


@dataclass
class Parts:
    """An upload in parts that is not complete."""

    media_type: str
    name: str
    lifecycle: Any
    parts: dict[int, bytes] = field(default_factory=dict)

    def tag(self, number: int) -> str:
        return f'"{hashlib.md5(self.parts[number], usedforsecurity=False).hexdigest()}"'


class StorageSide:
    """What answers at rest.fal.ai and v3.fal.media.

    token_uses : after so many uses a token is refused, whatever it said; None: until it expires
    base_url : what tokens say; "" for the truth
    """

    def __init__(self, service: "FalService") -> None:
        self._service = service
        self._lock = threading.RLock()
        self.files: dict[str, Stored] = {}
        self.uploads: dict[tuple[str, str], Parts] = {}
        self._tokens: dict[str, tuple[datetime, int]] = {}
        self._waiting: dict[str, tuple[str, str]] = {}
        self.token_lifetime = timedelta(hours=1)
        self.token_uses: int | None = None
        self.base_url = ""
        at = service.at
        at("rest", "POST", "/storage/auth/token", self._token)
        at("rest", "POST", "/storage/upload/initiate", self._initiate)
        at("cdn", "POST", "/files/upload", self._upload)
        at("cdn", "POST", "/files/upload/multipart", self._begin)
        at("cdn", "PUT", r"(/files/b/[^/]+/[^/]+)/multipart/([^/]+)/(\d+)", self._part)
        at("cdn", "POST", r"(/files/b/[^/]+/[^/]+)/multipart/([^/]+)/complete", self._complete)
        at("cdn", "PUT", r"(/files/put/[^/]+)", self._put)
        at("cdn", "GET", r"(/files/.+)", self._read)

    def publish(self, data: bytes, media_type: str, name: str, lifecycle: Any = None) -> str:
        """Give a file an address of its own."""
        path = f"/files/b/{secrets.token_hex(4)}/{secrets.token_urlsafe(9)}_{name}"
        with self._lock:
            self.files[path] = Stored(data, media_type, name, lifecycle)
        return f"{self._service.cdn_url}{path}"

    def expire_files(self) -> None:
        """From now on nobody finds what was there."""
        with self._lock:
            self.files.clear()

    def has(self, url: str) -> bool:
        return url.removeprefix(self._service.cdn_url) in self.files

    def _token(self, request: Request) -> Answer:
        if refused := self._service.refused(request):
            return refused
        if request.query != {"storage_type": "fal-cdn-v3"} or _json(request) != {}:
            return Answer.of({"detail": "Unknown storage type"}, 422)
        token = secrets.token_urlsafe(24)
        until = datetime.now(UTC) + self.token_lifetime
        with self._lock:
            self._tokens[token] = (until, 0)
        return Answer.of(
            {
                "token": token,
                "token_type": "Bearer",
                "base_url": self.base_url or self._service.cdn_url,
                "expires_at": until.isoformat(),
            }
        )

    def _initiate(self, request: Request) -> Answer:
        if refused := self._service.refused(request):
            return refused
        wanted = _json(request)
        if request.query.get("storage_type") not in ("fal-cdn-v3", "gcs"):
            return Answer.of({"detail": "Unknown storage type"}, 422)
        if not isinstance(wanted, dict) or set(wanted) != {"file_name", "content_type"}:
            return Answer.of({"detail": "file_name and content_type are required"}, 422)
        path = f"/files/put/{secrets.token_urlsafe(9)}"
        with self._lock:
            self._waiting[path] = (wanted["file_name"], wanted["content_type"])
        url = f"{self._service.cdn_url}{path}"
        return Answer.of({"upload_url": url, "file_url": url})

    def _put(self, request: Request, path: str) -> Answer:
        """The address is the permission. fal's own client shows its key here, so it may come."""
        with self._lock:
            if path not in self._waiting:
                return _nothing()
            name, media_type = self._waiting[path]
            if request.headers.get("content-type") != media_type:
                return Answer.of({"detail": "Wrong content type"}, 400)
            self.files[path] = Stored(request.body, media_type, name)
        return Answer(200)

    def _upload(self, request: Request) -> Answer:
        if refused := self._refused_token(request):
            return refused
        if not request.body or "content-type" not in request.headers:
            return Answer.of({"detail": "A file and its Content-Type are required"}, 400)
        name = request.headers.get("x-fal-file-name", "file")
        url = self.publish(request.body, request.headers["content-type"], name, _lifecycle(request))
        return Answer.of({"access_url": url})

    def _begin(self, request: Request) -> Answer:
        if refused := self._refused_token(request):
            return refused
        if request.body or "x-fal-file-name" not in request.headers:
            return Answer.of({"detail": "X-Fal-File-Name is required, a body is not"}, 400)
        name = request.headers["x-fal-file-name"]
        path = f"/files/b/{secrets.token_hex(4)}/{secrets.token_urlsafe(9)}_{name}"
        upload_id = secrets.token_urlsafe(24)
        parts = Parts(request.headers["content-type"], name, _lifecycle(request))
        with self._lock:
            self.uploads[path, upload_id] = parts
        return Answer.of({"access_url": f"{self._service.cdn_url}{path}", "uploadId": upload_id})

    def _part(self, request: Request, path: str, upload_id: str, number: str) -> Answer:
        if refused := self._refused_token(request):
            return refused
        with self._lock:
            upload = self.uploads.get((path, upload_id))
            if upload is None:
                return _nothing()
            if not 1 <= int(number) <= 10_000 or not request.body:
                return Answer.of({"detail": "Parts are numbered from 1 to 10000"}, 400)
            upload.parts[int(number)] = request.body
            return Answer(200, headers={"ETag": upload.tag(int(number))})

    def _complete(self, request: Request, path: str, upload_id: str) -> Answer:
        """Every part once, each with the tag it got. fal's own client names them in the order in
        which they arrived, so no order is asked for."""
        if refused := self._refused_token(request):
            return refused
        with self._lock:
            upload = self.uploads.get((path, upload_id))
            if upload is None:
                return _nothing()
            named = [(p.get("partNumber"), p.get("etag")) for p in _json(request)["parts"]]
            numbers = sorted(upload.parts)
            true = [(number, upload.tag(number)) for number in numbers]
            sizes = {len(upload.parts[number]) for number in numbers[:-1]}
            is_whole = numbers == list(range(1, len(numbers) + 1)) and len(sizes) <= 1
            if not is_whole or sorted(named) != true:
                return Answer.of({"detail": "The parts do not fit"}, 400)
            data = b"".join(upload.parts[number] for number in numbers)
            self.files[path] = Stored(data, upload.media_type, upload.name, upload.lifecycle)
            del self.uploads[path, upload_id]
        return Answer.of({"access_url": f"{self._service.cdn_url}{path}"})

    def _read(self, request: Request, path: str) -> Answer:
        if "authorization" in request.headers:
            return self._service.shown_too_much(request)
        with self._lock:
            stored = self.files.get(path)
        if stored is None:
            return _nothing()
        headers = {"Content-Type": stored.media_type, "ETag": stored.tag, "Accept-Ranges": "bytes"}
        wanted = request.headers.get("range", "")
        if (
            wanted.startswith("bytes=")
            and request.headers.get("if-range", stored.tag) == stored.tag
        ):
            start = int(wanted.removeprefix("bytes=").partition("-")[0])
            last = len(stored.data) - 1
            if start > last:
                return Answer(416, headers={"Content-Range": f"bytes */{len(stored.data)}"})
            headers["Content-Range"] = f"bytes {start}-{last}/{len(stored.data)}"
            return Answer(206, stored.data[start:], headers)
        return Answer(200, stored.data, headers)

    def _refused_token(self, request: Request) -> Answer | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "Key":
            return self._service.shown_too_much(request)
        with self._lock:
            until, uses = self._tokens.get(token, (datetime.min.replace(tzinfo=UTC), 0))
            self._tokens[token] = (until, uses + 1)
        is_spent = self.token_uses is not None and uses >= self.token_uses
        if scheme != "Bearer" or until <= datetime.now(UTC) or is_spent:
            return Answer.of({"detail": "Invalid or expired token"}, 401)
        return None


def _lifecycle(request: Request) -> Any:
    text = request.headers.get("x-fal-object-lifecycle")
    return json.loads(text) if text else None


def _json(request: Request) -> Any:
    if request.headers.get("content-type") != "application/json":
        return None
    try:
        return request.json()
    except ValueError:
        return None


def _nothing() -> Answer:
    return Answer.of({"detail": "Not Found"}, 404)
