"""What tests of trouble with Oxen share: its requests by their patterns, answers, and failures."""

from depthstudio.core.job import JobState, JobStatus
from tests.support.oxen_answers import EXPIRED_XML
from tests.support.rest_service import Answer

ENQUEUE, ROW, CHANNEL = "^POST /api/ai/queue$", "^GET /api/ai/queue/", "^GET /api/events"
VIDEO, RAW = r"^GET /presigned/.*\.mp4", r"^GET /presigned/.*\.npz"
EXPIRED = Answer(403, EXPIRED_XML, {"Content-Type": "application/xml"})
NO_RAW_DEPTH = "Oxen sent no raw depth, only the video"


def failure_of(status: JobStatus) -> tuple[str, str, str]:
    assert status.state is JobState.FAILED, status
    assert status.failure is not None
    return status.failure.type, status.failure.message, status.failure.hint
