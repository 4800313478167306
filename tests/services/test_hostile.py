"""Servers that answer with what they should not: nothing of it leaves its bounds."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.job import JobState
from depthstudio.providers.depth_anything import pictures
from depthstudio.settings.paths import Home
from tests.services.conftest import OpenService
from tests.support.gradio_jobs import (
    DA3,
    JOIN,
    PARTPACKER,
    STREAM,
    UPLOAD,
    accepted,
    matching,
    thing,
)
from tests.support.gradio_servers import GradioServer
from tests.support.loopback import Loopback
from tests.support.service_jobs import of_role

pytestmark = pytest.mark.anyio

HUGE = "1" + "0" * 400


async def test_a_name_that_climbs_out_of_its_folder_is_not_used(
    da3_seed: GradioServer, open_service: OpenService, home: Home, tmp_path: Path
) -> None:
    for old in ("scene.glb", "image.webp"):
        da3_seed.wire_fault(
            STREAM, "rewrite", skip=1 if old == "scene.glb" else 0,
            old=f'"orig_name":"{old}"', new='"orig_name":"../../../../owned.glb"',
        )  # fmt: skip
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)
        result = await service.result(status)

    assert {a.path.name for a in result.artifacts} == {
        "scene.glb", "view_0001_photo.webp", "view_0001_depth.webp",
    }  # fmt: skip
    assert all(a.path.is_relative_to(home.library_folder) for a in result.artifacts)
    assert await asyncio.to_thread(lambda: list(tmp_path.rglob("owned*"))) == []


@pytest.mark.parametrize("scheme", ["http", "HTTP", pytest.param("//", marks=pytest.mark.long)])
async def test_a_path_that_is_an_address_is_never_asked_for(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path, scheme: str
) -> None:
    with Loopback(lambda exchange: exchange.answer(200, b"glTF" * 20)) as elsewhere:
        address = elsewhere.url.replace("http", scheme, 1).replace("//://", "//")
        da3_seed.wire_fault(STREAM, "rewrite", skip=1, old='{"path":"', new=f'{{"path":"{address}/')
        async with open_service(DA3.provider_id, da3_seed.url) as service:
            status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.state is JobState.FAILED
    assert elsewhere.questions == []


async def test_of_ten_thousand_views_only_so_many_are_fetched_and_the_row_says_so(
    da3_seed: GradioServer,
    open_service: OpenService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert pictures.MOST_VIEWS == 1000
    monkeypatch.setattr(pictures, "MOST_VIEWS", 3)
    one = '["View 1","View 1"]'
    many = ",".join([one] * 10_000)
    da3_seed.wire_fault(STREAM, "rewrite", skip=1, old=f"[{one}]", new=f"[{many}]")
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)
        result = await service.result(status)

    assert len(of_role(result, Role.PHOTO)) == len(of_role(result, Role.DEPTH)) == 3
    assert len(matching(da3_seed, JOIN)) == len(DA3.joins) + 2
    assert "lists 10000 views; only the first 3 were fetched" in result.warnings[0]


# What a run gives, its ten values, with one of them replaced.
@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, "scene.glb", "made no scene"),
        pytest.param(0, ["scene.glb"], "made no scene", marks=pytest.mark.long),
        pytest.param(0, {"path": 7}, "made no scene", marks=pytest.mark.long),
        (0, {"path": ""}, "where a file was due"),
        (3, 5, ""),
        pytest.param(4, {"path": ["x"]}, "", marks=pytest.mark.long),
        pytest.param(6, "View 1", "", marks=pytest.mark.long),
        pytest.param(6, {"choices": {"a": 1}}, "", marks=pytest.mark.long),
        pytest.param(6, {"choices": [None, [], {}]}, "", marks=pytest.mark.long),
        (6, {"choices": [["x" * 100_000, "<b>" * 1000]]}, ""),
        (7, {"video": {"path": {}}}, ""),
    ],
)
async def test_an_output_of_another_kind_costs_no_more_than_itself(
    da3_seed: GradioServer,
    open_service: OpenService,
    tmp_path: Path,
    place: int,
    value: Any,
    words: str,
) -> None:
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        outputs = await one_run(da3_seed, service.url, tmp_path, open_service)
        outputs[place] = value
        say(da3_seed, {"msg": "process_completed", "success": True, "output": {"data": outputs}})
        status = await service.run([thing(tmp_path, (9, 90, 9))], infer_gs=place == 7, **DA3.values)

    if words:
        assert status.failure is not None
        assert words in status.failure.message
    else:
        assert status.state is JobState.DONE
    assert all(len(report.message) <= 300 for report in service.reports)


async def one_run(
    server: GradioServer, url: str, tmp_path: Path, open_service: OpenService
) -> list[Any]:
    """The outputs of a real run by somebody else, whose files stay at the server."""
    async with open_service(DA3.provider_id, url, user="before") as service:
        await service.run([thing(tmp_path)], **DA3.values)
    targets = [r["target"].partition("/file=")[2] for r in server.requests(method="GET")]
    scene, photo, depth = ({"path": path} for path in targets if path)
    selector = {"choices": [["View 1", "View 1"]], "value": "View 1", "__type__": "update"}
    server.reset()
    return [scene, "Success", None, photo, depth, "", selector, None, {}, {}]


def say(server: GradioServer, *messages: Any) -> None:
    """Let the stream of the run say this instead of what gradio says."""
    body = "".join(f"data: {json.dumps(message)}\n\n" for message in messages)
    server.wire_fault(STREAM, "replace", skip=1, body=body)


NONSENSE = (
    '{"msg":"estimation","rank":%s,"rank_eta":%s}',
    '{"msg":"estimation","rank":-1,"rank_eta":1e308}',
    '{"msg":"process_starts","eta":%s}',
    '{"msg":"progress","progress_data":[{"progress":%s}]}',
    '{"msg":"progress","progress_data":[{"index":%s,"length":1}]}',
    '{"msg":"progress","progress_data":[{"index":1,"length":"many"}]}',
    '{"msg":"progress","progress_data":{"index":1}}',
    '{"msg":"log","log":{"a":1},"title":[]}',
    '{"msg":"log","log":"%s"}',
    '{"msg":"process_generating","output":[1]}',
    '{"msg":["log"],"event_id":null}',
    '{"msg":"of a kind nobody knows"}',
    "{}",
)


async def test_messages_that_make_no_sense_are_passed_over(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    events = "".join(f"data: {message.replace('%s', HUGE)}\n\n" for message in NONSENSE)
    da3_seed.wire_fault(
        STREAM, "rewrite", skip=1,
        old='data: {"msg":"process_starts"', new=events + 'data: {"msg":"process_starts"',
    )  # fmt: skip
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.state is JobState.DONE
    for report in service.reports:
        assert len(report.message) <= 300
        assert report.place is None or report.place < 10**6
        assert report.eta_s is None or report.eta_s < 10**7


async def test_a_quota_that_ends_in_a_million_years_is_asked_about_in_a_week(
    da3_seed: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    text = "You have exceeded your ZeroGPU quota. Try again in 99999999999999:00:00"
    da3_seed.fault("gradio_demo", "error", title="ZeroGPU quota exceeded", text=text)
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.hold is not None
    assert status.hold.until is not None
    assert accepted(da3_seed, DA3) == (1,)


@pytest.mark.parametrize("pattern", [UPLOAD, JOIN])
async def test_endless_ids_are_not_written_down(
    da3_seed: GradioServer, open_service: OpenService, home: Home, tmp_path: Path, pattern: str
) -> None:
    long = "x" * 1_000_000
    body = json.dumps([long] if pattern == UPLOAD else {"event_id": long})
    headers = {"content-type": "application/json"}
    da3_seed.wire_fault(pattern, "answer", times=None, status=200, body=body, headers=headers)
    async with open_service(DA3.provider_id, da3_seed.url) as service:
        status = await service.run([thing(tmp_path)], **DA3.values)

    assert status.state is JobState.FAILED
    assert home.journal_file.stat().st_size < 500_000


async def test_a_cut_out_that_is_somewhere_else_goes_to_nobody_but_its_server(
    partpacker_lock: GradioServer, open_service: OpenService, tmp_path: Path
) -> None:
    partpacker_lock.wire_fault(
        STREAM, "rewrite", old='{"path":"', new='{"path":"/etc/passwd","was":"'
    )
    async with open_service(PARTPACKER.provider_id, partpacker_lock.url) as service:
        status = await service.run([thing(tmp_path)], **PARTPACKER.values)

    assert status.failure is not None
    assert status.failure.type == "ResultLost"  # the server does not give that away
    assert accepted(partpacker_lock, PARTPACKER) == (1, 0)
