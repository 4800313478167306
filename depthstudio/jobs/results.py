"""The results of a home: found, decoded, and annotated, in threads that nobody waits in."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from depthstudio.core.job import Source
from depthstudio.core.result import Result
from depthstudio.core.views import ImageSequence, Polarity, Views
from depthstudio.jobs.decoding import decode_result
from depthstudio.jobs.in_thread import InThread
from depthstudio.jobs.key import question_key
from depthstudio.jobs.order import Order
from depthstudio.jobs.queue import JobQueue
from depthstudio.jobs.services import Services
from depthstudio.jobs.source_film import sources_of, with_source_film
from depthstudio.library.annotations import read_annotations
from depthstudio.library.store import Library


class Results:
    """What a session does with finished jobs."""

    def __init__(
        self, library: Library, queue: JobQueue, services: Services, in_thread: InThread
    ) -> None:
        self._library = library
        self._queue = queue
        self._services = services
        self._in_thread = in_thread
        self._annotating = asyncio.Lock()  # of two changes, none may undo the other

    async def get(self, result_id: str) -> Result:
        """A stored result, by its id or the beginning of it."""
        return await self._in_thread(lambda: self._library.get(result_id))

    async def load(self, result: Result) -> Views:
        """Its views; see `Session.load`."""
        sources, registry = sources_of(result.id, self._queue), self._services.registry
        return await self._in_thread(
            lambda: with_source_film(decode_result(result, registry), sources)
        )

    async def known(self, sources: Sequence[Source], order: Order) -> Result | None:
        """The newest one that answers this question already; see `Session.known_result`."""
        services = self._services
        provider, where = services.registry.get(order.provider_id), dict(order.endpoints)
        server = await services.server(order.provider_id, where)
        values = await services.validated(order.provider_id, order.values, where)
        jobs = provider.jobs_of(values)
        if len(jobs) != 1:
            return None
        asked, profile = jobs[0], server.profile if server else ""
        key = await self._in_thread(lambda: question_key(provider, sources, asked, where, profile))
        return await self._in_thread(lambda: self._library.find_by_key(key))

    async def set_polarity(self, result_id: str, polarity: Polarity) -> None:
        """Keep which end of its pictures of depth is near; see `Session.set_polarity`."""
        async with self._annotating:
            await self._in_thread(lambda: self._write_polarity(result_id, polarity))

    def _write_polarity(self, result_id: str, polarity: Polarity) -> None:
        folder = self._library.get(result_id).folder
        annotations = read_annotations(folder)
        self._library.annotate(result_id, replace(annotations, polarity=polarity))


def film_at(path: Path) -> ImageSequence:
    """A video to be looked at. Blocks."""
    from depthstudio.formats.film import open_film  # brings FFmpeg

    return open_film(path)
