"""Whatever goes wrong with a service on Gradio: what becomes of the job, and in which words."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any, cast
from urllib.request import urlopen

import httpx
import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.job import JobState
from depthstudio.core.result import Result
from depthstudio.jobs.order import Order
from depthstudio.providers.depth_anything import making
from depthstudio.providers.gradio import stream as gradio_stream
from depthstudio.providers.gradio.files import RemoteFile
from depthstudio.providers.transport import clients, opened, repeat, transfer, upload
from depthstudio.providers.transport.events import server_events
from tests.services.conftest import OpenService
from tests.services.fault_table import FAILED, MORE_ROWS, ROWS, UNAVAILABLE, Row
from tests.support.gradio_jobs import SCENE, accepted, matching, on_both_versions, thing
from tests.support.gradio_servers import GradioServer
from tests.support.service_jobs import of_role

pytestmark = pytest.mark.anyio

SHORT_S = 1.0  # what a test waits where the program waits for a minute


@pytest.fixture
def shortened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once, and the row's own deadline comes soon."""
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(making, "RESCUE_WAITS_S", (0.0, 0.1, 0.3, 1.0))
    events = cast("dict[str, Any]", server_events.__kwdefaults__)
    match request.getfixturevalue("row").limit:
        case "json":
            monkeypatch.setattr(clients, "READ_TIMEOUT_S", SHORT_S)
        case "upload":
            monkeypatch.setattr(upload, "ANSWER_TIMEOUT_S", SHORT_S)
        case "silence":
            monkeypatch.setitem(events, "silence_s", SHORT_S)
        case "event":
            monkeypatch.setitem(events, "max_event_bytes", 200_000)
        case "running":
            monkeypatch.setattr(gradio_stream, "RUNNING_LIMIT_S", SHORT_S)
        case "file":
            monkeypatch.setattr(opened, "TIMEOUT", httpx.Timeout(SHORT_S))
        case "pace":
            monkeypatch.setattr(transfer, "PACE_WINDOW_S", 0.3)
        case "size":
            glb = making.THE_SCENE
            small = RemoteFile(glb.name, glb.role, glb.kinds, 1 << 20)
            monkeypatch.setattr(making, "THE_SCENE", small)
        case "":
            pass
        case other:
            pytest.fail(f"no such limit: {other}")


@pytest.mark.usefixtures("shortened")
@pytest.mark.parametrize(
    ("server", "row"),
    [*on_both_versions(ROWS), *on_both_versions(MORE_ROWS, long=True)],
    indirect=["server"],
)
async def test_a_fault_ends_as_the_table_says_and_harms_no_other_job(
    server: GradioServer, row: Row, open_service: OpenService, tmp_path: Path
) -> None:
    row.fault.set(server)
    async with open_service(row.kind.provider_id, server.url) as service:
        job = await service.add([thing(tmp_path)], **row.kind.values)
        relief = await service.session.add(job.sources, Order("relief", {"resolution": 256}))
        assert (await service.settled(relief)).state is JobState.DONE
        status = await service.settled(job)
        if status.state is JobState.DONE:
            await assert_whole(await service.result(status), server)

    said = [status.failure and status.failure.type, status.hold and status.hold.kind]
    assert " ".join(filter(None, [status.state, *said])) == row.state
    for name, count in zip(row.kind.work, row.accepted, strict=True):
        if count:  # what was accepted may not have begun yet
            await server.until_called(name, count)
    assert accepted(server, row.kind) == row.accepted
    assert row.words in (status.failure.message if status.failure else status.note)
    if row.state in (FAILED, UNAVAILABLE):
        assert status.failure
        assert status.failure.hint
    assert all(len(report.message) <= 300 for report in service.reports)


async def assert_whole(result: Result, server: GradioServer) -> None:
    """The scene is what the server has, and can be read."""
    (scene,) = of_role(result, Role.SCENE)
    target = matching(server, SCENE)[-1]["target"]
    there = await asyncio.to_thread(fetched, server.direct_url + target)
    assert hashlib.sha256(there).hexdigest() == scene.sha256


def fetched(url: str) -> bytes:
    with urlopen(url) as answer:
        return answer.read()
