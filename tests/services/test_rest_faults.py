"""Whatever goes wrong with Oxen, Tengr or fal: what becomes of the job, and in which words."""

import asyncio
import logging
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from depthstudio.core.job import JobState, JobStatus, Source
from depthstudio.formats import media_type
from depthstudio.jobs.order import Order
from depthstudio.providers.transport import clients, opened, repeat, upload
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from tests.services.conftest import OpenService
from tests.services.rest_fault_table import LOST, MORE_ROWS, ROWS, Row
from tests.support.rest_kinds import ALWAYS, RestKind, at_address
from tests.support.rest_service import Answer, RestService
from tests.support.service_jobs import Service
from tests.support.videos import write_video

pytestmark = pytest.mark.anyio

PNG_IN_BASE64 = "iVBORw0KGgo"
SHORT_S = 1.0  # what a test waits where the program waits for a minute
PATIENCE_S = 20.0


def cells(rows: list[Row], *, long: bool = False) -> list[Any]:
    """Each row with each service it is about."""
    return [
        pytest.param(kind, row, id=f"{kind}-{row}", marks=[pytest.mark.long] if long else [])
        for row in rows
        for kind in row.kinds
    ]


@pytest.fixture
def service(kind: RestKind) -> Generator[RestService]:
    with kind.service() as service:
        for target in kind.silent:
            service.fault(target, "drop", times=ALWAYS)
        yield service


@pytest.fixture
def web() -> Generator[RestService]:
    """Where the user's files lie, and what leads nowhere; each request is written down."""
    with RestService() as web:
        yield web


@pytest.fixture
def elsewhere() -> Generator[RestService]:
    """Another server on this computer, which nobody has any business with."""
    with RestService() as elsewhere:
        yield elsewhere


@pytest.fixture
def short(kind: RestKind, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries and looks follow each other at once, and the row's own limit comes soon."""
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)
    for name, value in kind.quick.items():
        monkeypatch.setattr(name, value)
    match row.limit:
        case "json":
            monkeypatch.setattr(clients, "READ_TIMEOUT_S", SHORT_S)
            monkeypatch.setattr(upload, "ANSWER_TIMEOUT_S", SHORT_S)  # of a call with a photo
        case "file":
            monkeypatch.setattr(opened, "TIMEOUT", httpx.Timeout(SHORT_S))
        case "size":
            monkeypatch.setattr(kind.most_bytes, 10)
        case "endless":
            monkeypatch.setattr(kind.most_bytes, 1 << 20)
        case "":
            pass
        case other:
            pytest.fail(f"no such limit: {other}")


@pytest.fixture
def names_lead_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """cdn.acme.test is a name of this computer, as a hostile name server would have it."""
    real = socket.getaddrinfo

    def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        is_inside = host in ("cdn.acme.test", b"cdn.acme.test")
        return real("127.0.0.1" if is_inside else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def photo_bytes(path: Path) -> bytes:
    ramp = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    ramp.save(path)
    return path.read_bytes()


def the_source(kind: RestKind, web: RestService, folder: Path) -> Source | Path:
    """What the job is about: a file here, or one at an address."""
    if kind.source == "video":
        content, name, type_ = write_video(folder / "c.mp4").read_bytes(), "c.mp4", media_type.MP4
    else:
        content, name, type_ = photo_bytes(folder / "photo.png"), "photo.png", media_type.PNG
    if kind.source.startswith("local"):
        return folder / name
    answer = Answer(200, content, {"Content-Type": type_})
    web.route("GET", f"/{name}", lambda request: answer)
    return at_address(f"{web.url}/{name}", name, type_)


async def run(jobs: Service, kind: RestKind, source: Source | Path, url: RestService) -> JobStatus:
    if isinstance(source, Path):
        intake = await jobs.session.take_in([source])
        (source,) = intake.sources
    job = await jobs.session.add(
        [source], Order(kind.provider_id, kind.values, endpoints=kind.endpoints(url))
    )
    async with asyncio.timeout(PATIENCE_S):
        return await jobs.settled(job)


@pytest.mark.usefixtures("short", "names_lead_inside")
@pytest.mark.parametrize(("kind", "row"), [*cells(ROWS), *cells(MORE_ROWS, long=True)])
async def test_a_fault_ends_as_the_table_says_and_shows_nobody_the_key(
    kind: RestKind,
    row: Row,
    service: RestService,
    web: RestService,
    elsewhere: RestService,
    open_service: OpenService,
    home: Home,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    trouble = row.fault.set(service, kind, elsewhere.url)
    times = trouble.times
    key = kind.key()
    source = the_source(kind, web, tmp_path)
    secrets = Secrets({kind.variable: key})
    async with open_service(kind.provider_id, service.url, secrets=secrets) as jobs:
        status = await run(jobs, kind, source, service)
        result = await jobs.result(status) if status.state is JobState.DONE else None

    assert trouble.times < times  # it did happen
    said = [status.failure and status.failure.type, status.hold and status.hold.kind]
    assert " ".join(filter(None, [status.state, *said])) == row.state_of(kind), status
    told = status.failure.message if status.failure else ""
    told += status.hold.reason if status.hold else ""
    assert row.words_of(kind) in told
    assert row.note in status.note
    assert len(told) <= 300
    if status.failure:
        assert status.failure.hint
    if row.state_of(kind) == LOST:
        assert status.hold
        assert status.hold.needs_person

    assert len(service.matching(kind.places["submit"])) == 1  # never again by itself
    assert elsewhere.requests == []
    assert all(key not in str(request.headers) for request in web.requests)
    assert key not in f"{status} {caplog.text}"
    assert PNG_IN_BASE64 not in f"{status} {caplog.text}"  # fal is sent the photo in JSON
    assert result is None or all(
        a.path.resolve().is_relative_to(home.library_folder.resolve()) for a in result.artifacts
    )
    left = await asyncio.to_thread(lambda: [path.name for path in tmp_path.rglob("*owned*")])
    assert left == []
