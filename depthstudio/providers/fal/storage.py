"""fal's storage: a file is put there and gets an address that anybody can read."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from depthstudio.core.errors import AuthError, BadResponse
from depthstudio.core.json_shape import object_in
from depthstudio.providers.base import Reach
from depthstudio.providers.fal.token import Token, storage_address, token_in
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.file_pieces import FileBody, WholeBody, size_of
from depthstudio.providers.transport.json_call import call_json
from depthstudio.providers.transport.repeat import repeated
from depthstudio.providers.transport.threads import finished_in_thread
from depthstudio.providers.transport.upload import send_body

if TYPE_CHECKING:
    import httpx

    from depthstudio.providers.transport.form_stream import Body

SERVICE = "fal storage"
AT_ONCE_UP_TO_BYTES = 100 << 20  # what is larger goes in parts
PART_BYTES = 10 << 20
PARTS_IN_PARALLEL = 4
LONGEST_ID = 1000

Report = Callable[[int, int], None]


def lifecycle_headers(keep_s: int | None) -> dict[str, str]:
    """How long fal keeps a file; nothing leaves it to the account's own setting."""
    if not keep_s:
        return {}
    wish = json.dumps({"expiration_duration_seconds": keep_s})
    # The storage reads the first, what makes files for a request the second.
    return {"X-Fal-Object-Lifecycle": wish, "X-Fal-Object-Lifecycle-Preference": wish}


class FalStorage:
    """The storage of one account. Uploads start no work, so each may be sent again."""

    def __init__(
        self, reach: Reach, rest_url: str, cdn_url: str, *, keep_s: int | None = None
    ) -> None:
        self._reach = reach
        self._rest_url = rest_url.rstrip("/")
        self._cdn_url = cdn_url.rstrip("/")
        self._keep_s = keep_s
        self._known: Token | None = None
        self._renewing = asyncio.Lock()

    async def put(self, path: Path, *, name: str, media_type: str, progress: Report) -> str:
        """Put a file there and return its address.

        Raises
        ------
        InputError
            when it cannot be read, or changes meanwhile
        ProviderError
            when the storage cannot be reached, or refuses
        """
        headers = {"X-Fal-File-Name": name, **lifecycle_headers(self._keep_s)}
        size_bytes = await finished_in_thread(lambda: size_of(path))
        if size_bytes > AT_ONCE_UP_TO_BYTES:
            return await self._put_parts(path, size_bytes, media_type, headers, progress)
        url, body = f"{self._cdn_url}/files/upload", FileBody(path, size_bytes)
        answer = await self._sent("POST", url, body, media_type, headers, progress)
        return self._address_in(_object(answer))

    async def token(self) -> Token:
        """A token that is good for a while, asked for unless there is one."""
        async with self._renewing:
            if self._known is None or not self._known.is_good(self._reach.now()):
                self._known = await repeated(self._reach, SERVICE, self._new_token)
            return self._known

    async def _new_token(self) -> Token:
        url = f"{self._rest_url}/storage/auth/token"
        params = {"storage_type": "fal-cdn-v3"}
        answer = await call_json(self._reach, SERVICE, "POST", url, body={}, params=params)
        return token_in(SERVICE, object_in(answer), self._cdn_url)

    async def _renewed(self, refused: Token) -> Token:
        """Another token than the one that was refused, asked for once by however many parts."""
        async with self._renewing:
            if self._known is refused:
                self._known = None
        return await self.token()

    async def _sent(
        self,
        method: str,
        url: str,
        body: "Body",
        media_type: str,
        headers: Mapping[str, str] | None = None,
        progress: Report | None = None,
    ) -> "httpx.Response":
        async def send(token: Token) -> "httpx.Response":
            with translated_errors(SERVICE, now=self._reach.now):
                response = await send_body(
                    self._reach,
                    method,
                    url,
                    body,
                    content_type=media_type,
                    headers=headers,
                    progress=progress,
                    credential=token.credential,
                )
                return response.raise_for_status()

        async def attempt() -> "httpx.Response":
            token = await self.token()
            try:
                return await send(token)
            except AuthError as error:
                if error.status != 401:
                    raise
            return await send(await self._renewed(token))

        return await repeated(self._reach, SERVICE, attempt)

    async def _put_parts(
        self,
        path: Path,
        size_bytes: int,
        media_type: str,
        headers: Mapping[str, str],
        progress: Report,
    ) -> str:
        base_url = (await self.token()).base_url
        begun = _object(
            await self._sent(
                "POST", f"{base_url}/files/upload/multipart", WholeBody(b""), media_type, headers
            )
        )
        address, upload_id = self._address_in(begun), begun.get("uploadId")
        if not isinstance(upload_id, str) or not 0 < len(upload_id) <= LONGEST_ID:
            raise BadResponse(f"{SERVICE} does not say where the parts go", hint="Run it again")
        parts_url = f"{address}/multipart/{quote(upload_id, safe='')}"
        sent_bytes: dict[int, int] = {}

        async def send_part(number: int) -> str:
            def sent(done_bytes: int, of_bytes: int) -> None:
                sent_bytes[number] = done_bytes
                progress(sum(sent_bytes.values()), size_bytes)

            start = (number - 1) * PART_BYTES
            count_bytes = min(PART_BYTES, size_bytes - start)
            part = FileBody(path, size_bytes, start=start, count_bytes=count_bytes)
            answer = await self._sent("PUT", f"{parts_url}/{number}", part, media_type, {}, sent)
            if not (tag := answer.headers.get("ETag", "")):
                raise BadResponse(f"{SERVICE} does not say what it got", hint="Run it again")
            return tag

        count = -(-size_bytes // PART_BYTES)
        tags = await _in_parallel(send_part, range(1, count + 1))
        parts = [{"partNumber": n, "etag": tag} for n, tag in enumerate(tags, start=1)]
        done = WholeBody(json.dumps({"parts": parts}).encode())
        await self._sent("POST", f"{parts_url}/complete", done, "application/json")
        return address

    def _address_in(self, answer: Mapping[str, Any]) -> str:
        return storage_address(SERVICE, answer.get("access_url"), self._cdn_url)


def _object(response: "httpx.Response") -> Mapping[str, Any]:
    return object_in(json_answer(response, SERVICE))


async def _in_parallel(
    work: Callable[[int], Awaitable[str]], numbers: Iterable[int]
) -> Sequence[str]:
    """What `work` gives for each number, a few at a time. One that fails ends all."""
    free = asyncio.Semaphore(PARTS_IN_PARALLEL)

    async def one(number: int) -> str:
        async with free:
            return await work(number)

    tasks = [asyncio.ensure_future(one(number)) for number in numbers]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
