"""What the library is told of a finished job."""

from collections.abc import Sequence
from datetime import datetime

from depthstudio.core.job import Checkpoint, Job, new_id
from depthstudio.core.params import Params
from depthstudio.core.result import SourceRecord
from depthstudio.jobs.hosting import hosted_record
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.library.manifest import ProviderRecord, ResultDraft
from depthstudio.providers.base import Provider


def draft_of(row: JournalRow, provider: Provider[Params], now: datetime) -> ResultDraft:
    """The manifest of a result, apart from its files."""
    job, info = row.job, provider.info
    started_at = row.started_at or now
    return ResultDraft(
        id=row.result_id or new_id(),
        name=job.name,
        key=row.key or "",
        provider=ProviderRecord(
            id=info.id, title=info.title, version=info.version, licence=info.licence.text
        ),
        created_at=now,
        duration_s=max(0.0, (now - started_at).total_seconds()),
        params=job.params,
        endpoints=info.addresses(job.endpoints),
        sources=_source_records(job, row.source_sha256, row.checkpoint),
        kinds=tuple(product.kind for product in info.produces),
        warnings=(row.note,) if row.note else (),
    )


def _source_records(
    job: Job, hashes: Sequence[str], checkpoint: Checkpoint
) -> tuple[SourceRecord, ...]:
    sent_as = checkpoint.sent_as
    names = sent_as if len(sent_as) == len(job.sources) else [""] * len(job.sources)
    return tuple(
        SourceRecord(
            name=source.path.name,
            media_type=source.media_type,
            size_bytes=source.size_bytes,
            sha256=sha256,
            sent_as=name,
            url=source.place if source.is_remote else "",
            hosted=hosted_record(checkpoint, index),
        )
        for index, (source, sha256, name) in enumerate(zip(job.sources, hashes, names, strict=True))
    )
