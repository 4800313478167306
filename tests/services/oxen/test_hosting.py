"""Files on their way into a repository at Oxen."""

from pathlib import Path

import pytest

from depthstudio.core.job import JobState, Stage
from depthstudio.providers.hosting.registry import load_hosts
from tests.services.oxen.conftest import Open
from tests.support.oxen_jobs import ENVIRONMENT, HOST
from tests.support.oxen_service import OxenService
from tests.support.rest_service import NGINX_502, Answer

pytestmark = pytest.mark.anyio

PUT, CREATE = "^PUT /api/repos/", "^POST /api/repos$"


def test_the_host_says_plainly_that_everybody_can_see_the_file() -> None:
    privacy = load_hosts()[HOST].info.privacy
    assert "public" in privacy
    assert "anybody" in privacy
    assert "history" in privacy


async def test_an_upload_whose_answer_is_lost_is_sent_to_a_place_of_its_own(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    oxen.fault(PUT, "lose_answer")
    async with opened() as jobs:
        status = await jobs.run_file(clip)

    assert status.state is JobState.DONE
    first, second = (request.path for request in oxen.matching(PUT))
    assert first.replace("/main/1/", "/main/2/") == second
    assert oxen.fetches[0][0].endswith(second)
    assert len(oxen.accepted) == 1


@pytest.mark.parametrize("trouble", ["drop", "answer"])
@pytest.mark.parametrize("on", [PUT, CREATE])
async def test_trouble_on_the_way_to_the_host_is_sat_out(
    opened: Open, oxen: OxenService, clip: Path, on: str, trouble: str
) -> None:
    oxen.fault(on, trouble, answer=Answer(502, NGINX_502))
    async with opened() as jobs:
        status = await jobs.run_file(clip)

    assert status.state is JobState.DONE


@pytest.mark.parametrize(
    ("namespace", "kind"), [("somebody-else", "AuthError"), ("a/../b", "ProviderError")]
)
async def test_a_wrong_user_name_sends_no_file(
    opened: Open, oxen: OxenService, clip: Path, namespace: str, kind: str
) -> None:
    async with opened({**ENVIRONMENT, "OXEN_NAMESPACE": namespace}) as jobs:
        status = await jobs.run_file(clip)

    assert status.failure is not None
    assert status.failure.type == kind
    assert oxen.matching(PUT) == oxen.accepted == []


async def test_the_row_shows_how_far_the_file_is_and_where_it_goes(
    opened: Open, oxen: OxenService, clip: Path
) -> None:
    async with opened() as jobs:
        await jobs.run_file(clip)
        sent = [report for report in jobs.reports if report.stage is Stage.UPLOADING]

    assert {report.message for report in sent} == {"to Oxen repository"}
