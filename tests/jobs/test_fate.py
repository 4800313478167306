"""What becomes of a running job when the program ends."""

from collections.abc import Callable
from typing import Any

import pytest

from depthstudio.core.job import JobStatus, Sent
from depthstudio.jobs.fate import Fate, fate_of
from depthstudio.jobs.session import Session
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.watch import busy, heard, settled

pytestmark = pytest.mark.anyio

KEEPS = scripted_at("https://scripted.test").info
FORGETS = scripted_at("https://scripted.test", keeps_jobs=False).info


@pytest.mark.parametrize(
    ("sent", "info", "fate"),
    [
        (Sent.TAKEN, KEEPS, Fate.GOES_ON),
        (Sent.TAKEN, FORGETS, Fate.MAY_BE_LOST),
        (Sent.TAKEN, None, Fate.MAY_BE_LOST),
        (Sent.UNANSWERED, KEEPS, Fate.IS_ASKED_ABOUT),
        (Sent.UNANSWERED, FORGETS, Fate.IS_ASKED_ABOUT),
        (Sent.NOTHING, KEEPS, Fate.IS_SENT_THEN),
        (Sent.NOTHING, ReliefProvider.info, Fate.STARTS_AGAIN),
    ],
)
def test_only_what_a_service_keeps_goes_on_there(sent: Sent, info: Any, fate: Fate) -> None:
    assert fate_of(JobStatus(sent=sent), info) is fate


def test_services_with_queues_of_their_own_keep_jobs_and_gradio_does_not() -> None:
    keeping = {provider.info.id for provider in Registry.load() if provider.info.keeps_jobs}
    assert keeping == {"oxen-video-depth", "tengr-depth-map", "fal-depth-anything-v2"}


async def test_a_job_knows_what_of_it_was_sent(
    session: Session, service: ScriptedService, add: Callable[..., Any]
) -> None:
    def sent(job: Any) -> Sent:
        return session.queue.entry(job.id).status.sent

    stalls = await add(session, "stall")
    await busy(session, stalls)
    assert sent(stalls) is Sent.NOTHING
    await session.cancel(stalls.id)
    job = await add(session, "pause-slow")
    await heard(service.submitted)
    assert sent(job) is Sent.UNANSWERED
    service.release.set()
    await settled(session.queue, job.id)
    assert sent(job) is Sent.TAKEN
