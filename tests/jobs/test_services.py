"""What is asked of a service beside jobs, what is remembered of it, and jobs made by it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from depthstudio.core.errors import AuthError, BadResponse, ParamError, ServiceUnavailable
from depthstudio.core.job import JobState, Source
from depthstudio.jobs.order import Order
from depthstudio.jobs.reach import LARGEST_SCHEMA_BYTES, describe_provider
from tests.support.space_provider import LIVE, Space, SpaceServer, space_at
from tests.support.watch import settled

pytestmark = pytest.mark.anyio

Open = Callable[..., Any]


@pytest.fixture
def server() -> Iterator[SpaceServer]:
    with SpaceServer() as running:
        yield running


@pytest.fixture
def space(server: SpaceServer) -> Space:
    return space_at(server.url)


async def test_a_server_that_is_described_is_remembered(
    open_session: Open, space: Space, server: SpaceServer
) -> None:
    async with open_session(space) as session:
        live = await session.describe("space")
        known = await session.services.server("space", {})
    assert (live.schema, live.profile) == (LIVE, "head")
    assert (known.profile, known.schema) == ("head", LIVE)
    async with open_session(space) as session:  # also by the next start, and with no network
        (recent,) = await session.services.recent("space")
    assert recent.endpoints == dict(space.info.endpoints)
    assert server.requests == ["/info"]


async def test_what_a_server_offers_counts_although_it_cannot_be_kept(
    open_session: Open, space: Space, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_session(space) as session:
        session.home.servers_file.mkdir()
        assert (await session.describe("space")).profile == "head"
    assert "could not be kept" in caplog.text


async def test_another_server_is_asked_where_the_user_says_so(
    open_session: Open, server: SpaceServer
) -> None:
    async with open_session(space_at("https://space.invalid")) as session:
        with pytest.raises(ServiceUnavailable, match="cannot be reached"):
            await session.describe("space")
        await session.describe("space", {"space": server.url})
        assert await session.services.server("space", {}) is None
        assert await session.services.server("space", {"space": server.url}) is not None


async def test_a_check_brings_the_secret_that_was_given(
    open_session: Open, space: Space, server: SpaceServer
) -> None:
    async with open_session(space) as session:
        session.secrets.give("hf_token", "hf_abc")
        health = await session.check("space")
        server.status = 401
        with pytest.raises(AuthError, match="refuses the key"):
            await session.check("space")
    assert (health.ok, health.message, health.latency_s) == (True, "Works", 0.214)
    assert server.tokens[0] == "hf_abc"


@pytest.mark.parametrize("size", ["long", "nonsense"])
async def test_a_list_of_parameters_that_cannot_be_kept_is_refused(
    space: Space, server: SpaceServer, size: str
) -> None:
    long = {"properties": {"a": {"title": "x" * LARGEST_SCHEMA_BYTES}}}
    server.schema = long if size == "long" else {"properties": {"a": {"minimum": float("nan")}}}
    with pytest.raises(BadResponse, match="list of parameters"):
        await describe_provider(space)


async def test_the_servers_own_range_holds_for_the_job_and_its_result(
    open_session: Open, space: Space, server: SpaceServer, make_source: Callable[..., Source]
) -> None:
    values = {"points": 1800, "extra": {"sky": 0.25}}
    async with open_session(space) as session:
        with pytest.raises(ParamError, match="points: must be a whole number from 1 to 1000"):
            await session.add([make_source()], Order("space", values))
        await session.describe("space")
        job = await session.add([make_source()], Order("space", values))
        (status,) = await settled(session.queue, job.id)
        assert status.state is JobState.DONE
        result = await session.result(status.result_id)
        await session.load(result)
        known = await session.known_result([job.sources[0]], Order("space", values))
        assert known is not None
        assert known.id == result.id
        with pytest.raises(ParamError, match="sky: must be a number from 0 to 1"):
            await session.add([make_source()], Order("space", {"extra": {"sky": 2}}))
    (run,) = server.runs
    assert (run["points"], run["extra"]) == (1800, {"sky": 0.25})


async def test_one_run_makes_a_job_of_every_seed(
    open_session: Open, space: Space, server: SpaceServer, make_source: Callable[..., Source]
) -> None:
    sheet = {"seed_mode": "sheet", "sheet": 3, "seed": 5}
    async with open_session(space) as session:
        source = make_source()
        jobs = await session.enqueue([source], Order("space", sheet))
        await settled(session.queue, *(job.id for job in jobs))
        one = {"seed": 6}
        assert await session.known_result([source], Order("space", one)) is not None
        assert await session.known_result([source], Order("space", sheet)) is None
    assert [job.params["seed"] for job in jobs] == [5, 6, 7]
    assert sorted(run["seed"] for run in server.runs) == [5, 6, 7]


async def test_a_known_result_is_that_of_the_server_it_came_from(
    open_session: Open, space: Space, server: SpaceServer, make_source: Callable[..., Source]
) -> None:
    async with open_session(space) as session:
        source, elsewhere = make_source(), {"space": f"{server.url}/"}
        (job,) = await session.enqueue([source], Order("space"))
        await settled(session.queue, job.id)
        assert await session.known_result([source], Order("space")) is not None
        assert await session.known_result([source], Order("space", endpoints=elsewhere)) is None
        await session.describe("space")  # and it is another shape of server now
        assert await session.known_result([source], Order("space")) is None
