"""Brings a file from a service to the disk: whole, of the right kind, or not at all."""

from collections.abc import Callable, Collection
from pathlib import Path

from depthstudio.core.errors import BadResponse, ProviderHeld, ResultLost, ServiceUnavailable
from depthstudio.providers.base import Reach
from depthstudio.providers.transport.magic import require_known
from depthstudio.providers.transport.part_file import PartFile
from depthstudio.providers.transport.repeat import repeated
from depthstudio.providers.transport.threads import finished_in_thread

LEAST_GAIN_BYTES = 1 << 20


async def download(
    reach: Reach,
    service: str,
    url: str,
    path: Path,
    *,
    kinds: Collection[str],
    max_bytes: int,
    progress: Callable[[int, int | None], None] | None = None,
    own: Collection[str] | None = None,
) -> int:
    """Fetch `url` into `path` and return its size in bytes. A `path` that exists is kept.

    What is there so far stands in ``path.part``; after a break or a cancel it goes on from
    there if the server can. `kinds` are media types the first bytes must fit, none for
    anything but a web page. `progress` gets the bytes so far and, if known, of how many.
    An address out of an answer is fetched with `own`, the service's endpoints: from one of
    them, or by https from a public host, see `result_address`.

    Raises
    ------
    ResultLost
        the service no longer has it (403, 404, 410); a fresh address may help
    BadResponse
        it is empty, longer than `max_bytes`, or something else
    LibraryError
        the disk is full or cannot be written
    ServiceUnavailable, ServiceOffline, RateLimited
        see `repeated`; as long as it gets further, breaks do not count
    """
    from depthstudio.providers.transport.transfer import Transfer

    require_known(kinds)
    part = PartFile(path)
    if size_bytes := await finished_in_thread(part.finished_bytes):
        return size_bytes
    transfer = Transfer(reach, service, url, part, kinds, max_bytes, progress, own)
    while True:
        before_bytes = await transfer.resumable_bytes()
        try:
            return await repeated(reach, service, transfer.attempt)
        except (ServiceUnavailable, ProviderHeld) as error:
            # A status is an answer, and so no broken transfer.
            gain_bytes = await transfer.resumable_bytes() - before_bytes
            if error.status is not None or gain_bytes < LEAST_GAIN_BYTES:
                raise


def withheld(lost: ResultLost) -> BadResponse:
    """What to raise where a fresh address leads to no file either.

    The service still knows the paid work, so that a retry must ask for it again and not order
    it anew, as it does after a `ResultLost`.
    """
    error = BadResponse(
        str(lost),
        hint="Retry asks for it again and sends nothing. If it is gone for good, run it again",
        detail=lost.detail,
    )
    error.status = lost.status
    return error
