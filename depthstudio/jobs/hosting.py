"""Gives the files of a job an address on the web, at the host its user agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from depthstudio.core.address import without_query
from depthstudio.core.errors import InputError, UsageError
from depthstudio.core.job import Checkpoint, Progress, Source, Stage, hosted_step
from depthstudio.core.record import Json
from depthstudio.core.result import HostedRecord
from depthstudio.formats import media_type
from depthstudio.formats.sniff import sniff
from depthstudio.providers.base import Context, Reach
from depthstudio.providers.hosting.base import Host, HostInfo

LEAST_LEFT = timedelta(minutes=10)  # the service may fetch it only when the job's turn comes


@dataclass(frozen=True)
class Hosting:
    """The host of one job, None where the user agreed to none, and the way to it."""

    host: Host | None = None
    reach: Reach | None = None

    async def address_of(self, ctx: Context, source: Source, path: Path) -> str:
        """The address of a file, put there first if that was not done yet."""
        step = hosted_step(ctx.sources.index(source))
        known = ctx.checkpoint.steps.get(step)
        if known is not None and _holds(known, ctx.now()):
            return str(known["url"])
        if self.host is None or self.reach is None:
            raise UsageError(
                "The service fetches the file from the web, and no host may take it there",
                hint="Choose a host for it, or give the file's own https address",
            )
        info = self.host.info
        kind = await ctx.in_thread(lambda flag: _kind_to_send(path, source.path.name, info))

        def sent(done_bytes: int, of_bytes: int) -> None:
            ctx.report(Progress(Stage.UPLOADING, done_bytes / max(of_bytes, 1), self._title))

        ctx.report(Progress(Stage.UPLOADING, 0.0, self._title))
        hosted = await self.host.put(
            self.reach,
            path,
            name=f"{uuid4().hex}{media_type.ending(kind)}",
            media_type=kind,
            progress=sent,
        )
        until = hosted.until.isoformat() if hosted.until else None
        await ctx.remember(step, {"host": self.host.info.id, "url": hosted.url, "until": until})
        return hosted.url

    @property
    def _title(self) -> str:
        return f"to {self.host.info.title}" if self.host else ""


def _kind_to_send(path: Path, name: str, info: HostInfo) -> str:
    """The media type of a file the host takes. Blocks."""
    if path.stat().st_size > info.max_bytes:
        raise InputError(
            f"{name} is larger than {info.title} takes", hint="Choose another host, or shorten it"
        )
    return sniff(path).media_type


def has_to_be_put(sources: Sequence[Source], checkpoint: Checkpoint, now: datetime) -> bool:
    """Is some file still to be put on the host? Once the service works, it has them all."""
    if checkpoint.has_work:
        return False
    steps = (
        checkpoint.steps.get(hosted_step(index))
        for index, source in enumerate(sources)
        if not source.is_remote
    )
    return any(ids is None or not _holds(ids, now) for ids in steps)


def hosted_record(checkpoint: Checkpoint, index: int) -> HostedRecord | None:
    """Where the source with that number was put, as the manifest keeps it."""
    ids = checkpoint.steps.get(hosted_step(index))
    if ids is None:
        return None
    return HostedRecord(
        host_id=str(ids["host"]),
        url=without_query(str(ids["url"])),
        until=_until(ids),
    )


def _holds(ids: Mapping[str, Json], now: datetime) -> bool:
    until = _until(ids)
    return until is None or until - now > LEAST_LEFT


def _until(ids: Mapping[str, Json]) -> datetime | None:
    text = ids.get("until")
    return datetime.fromisoformat(text) if isinstance(text, str) else None
