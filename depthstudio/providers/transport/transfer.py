"""One try at a download. Imported with httpx, once something is sent."""

import asyncio
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

import httpx

from depthstudio.core.errors import BadResponse, ResultLost, ServiceUnavailable
from depthstudio.providers.base import Reach
from depthstudio.providers.transport.bounded import is_packed, raise_for_trouble
from depthstudio.providers.transport.deadline import pieces_in_time
from depthstudio.providers.transport.magic import FEWEST_BYTES, HEAD_BYTES, is_one_of
from depthstudio.providers.transport.opened import opened
from depthstudio.providers.transport.part_file import Origin, PartFile
from depthstudio.providers.transport.result_address import TELL_HINT
from depthstudio.providers.transport.threads import finished_in_thread
from depthstudio.providers.transport.web_page import SIGN_IN_HINT, is_web_page

WRITE_BYTES = 4 << 20
PACE_WINDOW_S = 60.0
LEAST_BYTES_PER_S = 1000

_GONE = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")


@dataclass
class Pace:
    """Ends a transfer that only drips: it would hold a place in the queue for days."""

    began: datetime
    in_window_bytes: int = 0

    def count(self, size_bytes: int, now: datetime) -> None:
        self.in_window_bytes += size_bytes
        passed_s = (now - self.began).total_seconds()
        if passed_s >= PACE_WINDOW_S:
            if self.in_window_bytes < LEAST_BYTES_PER_S * passed_s:
                raise httpx.ReadTimeout(f"less than {LEAST_BYTES_PER_S} bytes a second")
            self.began, self.in_window_bytes = now, 0


@dataclass
class Transfer:
    """A download that may take several tries."""

    reach: Reach
    service: str
    url: str
    part: PartFile
    kinds: Collection[str]
    max_bytes: int
    progress: Callable[[int, int | None], None] | None = None
    own: Collection[str] | None = None  # the service's endpoints, for an address it gave
    _received_bytes: int = 0
    _total_bytes: int | None = None
    _is_checked: bool = False
    _content_type: str = ""
    _unwritten: list[bytes] = field(default_factory=list[bytes])
    _unwritten_bytes: int = 0

    async def resumable_bytes(self) -> int:
        """How many bytes another try need not fetch again."""
        return (await finished_in_thread(self.part.state))[0]

    async def attempt(self) -> int:
        """Go on from what is there, and return the size of the whole file."""
        offset, origin, head = await finished_in_thread(self.part.state)
        if origin and (origin.url != _place(self.url) or not is_one_of(self.kinds, head)):
            offset, origin = 0, None
        if origin and origin.total_bytes == offset:
            # It ended between the last byte and the name.
            return await finished_in_thread(self.part.finish)
        headers = {"Accept-Encoding": "identity"}
        if origin:
            headers |= {"Range": f"bytes={offset}-", "If-Range": origin.validator}
        async with opened(self.reach.http, self.service, self.url, headers, self.own) as response:
            await self._require_file(response)
            await self._begin(response, offset, origin)
            try:
                await self._receive(response)
                return await self._finished()
            except BadResponse:
                await finished_in_thread(self.part.discard)
                raise

    async def _require_file(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise await self._wrong_piece()
        try:
            await raise_for_trouble(response)
        except httpx.HTTPStatusError:
            if status not in _GONE:
                raise
            lost = ResultLost(
                f"{self.service} no longer has this file ({status})",
                hint="Run it again if it is gone for good",
                detail=f"HTTP {status} for {_place(self.url)}",
            )
            lost.status = status
            raise lost from None
        if status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise BadResponse(
                f"{self.service} gave an unexpected answer ({status})", hint=TELL_HINT
            )
        if is_packed(response):
            raise BadResponse(
                f"{self.service} sent the file packed, which nobody asked for", hint=TELL_HINT
            )

    async def _begin(self, response: httpx.Response, offset: int, origin: Origin | None) -> None:
        """Find out how much comes, and what it is a part of."""
        length = response.headers.get("Content-Length", "")
        length_bytes = int(length[:15]) if length.isascii() and length.isdigit() else None
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            total_bytes = _total_of_piece(response, offset, origin)
            if origin is None or total_bytes is None:
                raise await self._wrong_piece()
        else:
            offset, total_bytes = 0, length_bytes
        self._received_bytes, self._total_bytes, self._is_checked = offset, total_bytes, offset > 0
        self._content_type = response.headers.get("Content-Type", "")
        self._unwritten, self._unwritten_bytes = [], 0
        self._require_size(total_bytes or 0)
        await finished_in_thread(lambda: self.part.require_room((total_bytes or 0) - offset))
        if offset == 0:
            started = Origin(
                url=_place(self.url), validator=_validator(response), total_bytes=total_bytes
            )
            await finished_in_thread(lambda: self.part.restart(started))

    async def _receive(self, response: httpx.Response) -> None:
        pace = Pace(self.reach.now())
        try:
            async for piece in pieces_in_time(response.aiter_raw(), _of_a_pace_window):
                pace.count(len(piece), self.reach.now())
                await self._take(piece)
        except (httpx.TransportError, asyncio.CancelledError):
            if self._is_checked:
                await self._write()
            raise
        if self._total_bytes not in (None, self._received_bytes):
            await self._write()
            raise httpx.RemoteProtocolError(
                f"{self._received_bytes} of {self._total_bytes} bytes came"
            )

    async def _take(self, piece: bytes) -> None:
        self._received_bytes += len(piece)
        self._unwritten.append(piece)
        self._unwritten_bytes += len(piece)
        self._require_size(self._received_bytes)
        if not self._is_checked and self._received_bytes >= FEWEST_BYTES:
            self._check_kind()
        if self._unwritten_bytes >= WRITE_BYTES:
            await self._write()
        if self.progress:
            self.progress(self._received_bytes, self._total_bytes)

    async def _write(self) -> None:
        pieces, self._unwritten, self._unwritten_bytes = self._unwritten, [], 0
        if pieces:
            await finished_in_thread(lambda: self.part.append(pieces))

    async def _finished(self) -> int:
        if self._received_bytes == 0:
            raise BadResponse(f"{self.service} sent an empty file", hint="Run it again")
        if not self._is_checked:
            self._check_kind()
        await self._write()
        return await finished_in_thread(self.part.finish)

    def _check_kind(self) -> None:
        """Look at the first bytes, before any of them is written."""
        self._is_checked = True
        head = b"".join(self._unwritten)[:HEAD_BYTES]
        if is_one_of(self.kinds, head):
            return
        is_page = is_web_page(self._content_type, head)
        raise BadResponse(
            f"{self.service} sent a web page instead of the file"
            if is_page
            else f"{self.service} sent a file of another kind",
            hint=SIGN_IN_HINT if is_page else "Run it again",
            detail=f"it begins with {head[:16]!r}",
        )

    def _require_size(self, size_bytes: int) -> None:
        if size_bytes > self.max_bytes:
            raise BadResponse(
                f"{self.service} sent a file that is far too large",
                hint=TELL_HINT,
                detail=f"more than {self.max_bytes} bytes",
            )

    async def _wrong_piece(self) -> ServiceUnavailable:
        """The next try starts from the beginning."""
        await finished_in_thread(self.part.discard)
        return ServiceUnavailable(
            f"{self.service} sent another piece of the file than asked for", hint="Run it again"
        )


def _of_a_pace_window() -> asyncio.Timeout:
    return asyncio.timeout(PACE_WINDOW_S)


def _place(url: str) -> str:
    """A URL without what may be secret in it."""
    parts = httpx.URL(url)
    return str(parts.copy_with(query=None, fragment=None, username=None, password=None))


def _validator(response: httpx.Response) -> str:
    """What a server recognises this very content by, "" if it cannot send pieces of it."""
    if response.headers.get("Accept-Ranges", "").strip().lower() == "none":
        return ""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _total_of_piece(response: httpx.Response, offset: int, origin: Origin | None) -> int | None:
    """The size of the whole file, or None when this is not the piece that was asked for."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if found is None or origin is None or int(found[1]) != offset:
        return None
    tag = response.headers.get("ETag", "")
    if origin.validator.startswith('"') and tag not in ("", origin.validator):
        return None
    total_bytes = origin.total_bytes if found[3] == "*" else int(found[3])
    if origin.total_bytes not in (None, total_bytes):
        return None
    return total_bytes
