"""What is known of a submit whose answer never arrived, for the person who has to decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from depthstudio.core.address import host_of
from depthstudio.core.job import Hold, HoldKind, Job, JobStatus, ListLook
from depthstudio.core.record import Json
from depthstudio.providers.base import ProviderInfo


@dataclass(frozen=True)
class LostSubmit:
    """Enough to recognise the job in the service's own list.

    servers : the hosts it was on its way to; sources : what of
    values : the parameters of the job; who shows them may put labels in the place of their names
    history : https address of that list; empty where the service has none
    can_look : whether the program can look in it by itself; look : what came of the last time
    """

    job_id: str
    service: str
    servers: tuple[str, ...]
    sent_at: datetime | None
    sources: tuple[str, ...]
    values: Mapping[str, Json]
    history: str = ""
    can_look: bool = False
    look: ListLook | None = None


def lost_submit(job: Job, hold: Hold, info: ProviderInfo | None) -> LostSubmit:
    """What to say of a job; without `info` its provider is not installed any more."""
    endpoints = job.endpoints
    if info is not None:
        chosen = info.addresses(job.endpoints)
        # What was only asked something, and what is no address, got nothing of the job.
        endpoints = {n: chosen[n] for n in info.endpoints if n not in info.asks_only}
    servers = (host_of(address) for address in endpoints.values())
    return LostSubmit(
        job_id=job.id,
        service=info.title if info else job.provider_id,
        servers=tuple(dict.fromkeys(server for server in servers if server)),
        sent_at=hold.sent_at,
        sources=tuple(source.path.name for source in job.sources),
        values=job.params,
        history=info.history if info else "",
        can_look=can_look(hold, info),
        look=hold.look,
    )


def is_lost(hold: Hold | None) -> bool:
    """Is it that question which this hold asks?"""
    return hold is not None and hold.kind is HoldKind.SUBMIT_LOST


def can_look(hold: Hold | None, info: ProviderInfo | None) -> bool:
    """Whether the service has a list in which this lost submit can be looked for."""
    if hold is None or info is None or not is_lost(hold):
        return False
    return hold.step in info.listed_steps


def is_looked_for(status: JobStatus) -> bool:
    """Whether a lost submit is being looked for now, so that the question may end by itself."""
    return is_lost(status.hold) and status.progress is not None
