"""The video that depth was made of, to be looked at beside it while it is still there."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from depthstudio.core.errors import FormatError, InputError
from depthstudio.core.job import Source
from depthstudio.core.takes import repeated_film
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.jobs.queue import QueueEntry

log = logging.getLogger(__name__)


def sources_of(result_id: str, entries: Iterable[QueueEntry]) -> tuple[Source, ...]:
    """What the job of a result was given, where the queue still has it."""
    for entry in entries:
        if entry.status.result_id == result_id:
            return entry.job.sources
    return ()


def with_source_film(views: Views, sources: tuple[Source, ...]) -> Views:
    """Views with the source video as photos, for a clip of depth that has none. Blocking.

    A result does not know where its source lay, and a file that has changed since is none.
    """
    if views.photos is not None or views.depth is None or len(views.depth) < 2:
        return views
    if len(sources) != 1 or not _is_still_there(sources[0]):
        return views
    from depthstudio.formats.film import open_film  # brings FFmpeg

    try:
        return replace(views, photos=repeated_film(open_film(sources[0].path), views.depth))
    except (InputError, FormatError) as error:
        log.info("the source of a clip cannot be shown: %s", error)
        return views


def _is_still_there(source: Source) -> bool:
    if source.is_remote or source.media_type not in media_type.VIDEOS:
        return False
    try:
        found = source.path.stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (source.size_bytes, source.mtime_ns)
