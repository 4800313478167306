"""Sends files from the disk as they are, without holding them in memory."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio.providers.base import Credential, Reach
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.extensions import CREDENTIAL
from depthstudio.providers.transport.multipart import Form
from depthstudio.providers.transport.threads import finished_in_thread

if TYPE_CHECKING:
    import httpx

    from depthstudio.providers.transport.form_stream import Body

CONNECT_TIMEOUT_S = 10.0
PIECE_TIMEOUT_S = 120.0  # for a mebibyte: slower lines are too slow for pictures
ANSWER_TIMEOUT_S = 120.0  # the server may move everything once more before it answers


async def upload_files(
    reach: Reach,
    service: str,
    url: str,
    files: Sequence[tuple[str, Path]],
    *,
    method: str = "POST",
    field: str = "files",
    texts: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> "httpx.Response":
    """Send files, each under the name given with it, as multipart/form-data in one request.

    `texts` go before them, as fields of the same form. The answer is read and is a success.
    `progress` gets the bytes sent and of how many. Nothing is kept from a try that failed:
    calling again, as `repeated` does, starts anew.

    Raises
    ------
    InputError
        a file cannot be read, or changed its size meanwhile
    ProviderError
        as `translated_errors` has it
    """
    form = await finished_in_thread(lambda: Form(field, files, texts))
    content_type = f"multipart/form-data; boundary={form.boundary}"
    with translated_errors(service, now=reach.now):
        response = await send_body(
            reach, method, url, form, content_type=content_type, params=params, progress=progress
        )
        return response.raise_for_status()


async def send_body(
    reach: Reach,
    method: str,
    url: str,
    body: "Body",
    *,
    content_type: str,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    credential: Credential | None = None,
) -> "httpx.Response":
    """Send a body piece by piece, once, and read the answer, whatever its status.

    Call it inside `translated_errors`. `credential` says who asks in place of the client's own.
    """
    import httpx

    from depthstudio.providers.transport.form_stream import FormStream

    where = httpx.URL(url)
    return await reach.http.request(
        method,
        where.copy_merge_params(params) if params else where,
        content=FormStream(body, progress),
        headers={
            **(headers or {}),
            "Content-Type": content_type,
            "Content-Length": str(body.size_bytes),
        },
        timeout=httpx.Timeout(
            ANSWER_TIMEOUT_S,
            connect=CONNECT_TIMEOUT_S,
            write=PIECE_TIMEOUT_S,
            pool=CONNECT_TIMEOUT_S,
        ),
        extensions={CREDENTIAL: credential} if credential else None,
    )
