"""The keys of the paid services are shown to their own server, and stand nowhere afterwards.

The services repeat the key in whatever they refuse with, where a careless program keeps it.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.job import JobStatus
from depthstudio.settings.app_settings import AppSettings, save_settings
from depthstudio.settings.paths import Home
from tests.services.conftest import OpenPeer
from tests.support.canaries import SONG, singing
from tests.support.command import Ran, endpoint_words, run_command
from tests.support.fal_queue import Ending
from tests.support.fal_service import KEY as FAL_KEY
from tests.support.oxen_service import KEY as OXEN_KEY
from tests.support.peers import RestPeer, said
from tests.support.rest_kinds import ALWAYS
from tests.support.rest_service import Answer
from tests.support.tengr_service import KEY as TENGR_KEY
from tests.support.vendors import ENVIRONMENT, FAL_STORED, OXEN, TENGR

KEYS = {"oxen": OXEN_KEY, "tengr": TENGR_KEY, "fal": FAL_KEY}
LOST, REFUSED, AUTH = "held submit-lost", "failed ProviderError", "failed AuthError"
FAILED, BAD = "failed RemoteJobFailed", "failed BadResponse"
EACH = pytest.mark.parametrize("one", [OXEN, TENGR, FAL_STORED], ids=str)


def repeating(peer: RestPeer, status: int) -> Answer:
    """A refusal that says the key again wherever one of these services has words."""
    words = f"Bearer {KEYS[peer.asked.vendor]} is not good, {KEYS[peer.asked.vendor]}"
    told = {"detail": words, "message": words, "title": words, "error": {"title": words}}
    return Answer.of(told, status, X_Told=KEYS[peer.asked.vendor])


def refuse_submit(peer: RestPeer, status: int) -> None:
    service = peer.vendors.of(peer.asked)
    service.fault(peer.asked.submit, "answer", answer=repeating(peer, status))


def lose(peer: RestPeer) -> None:
    peer.vendors.of(peer.asked).fault(peer.asked.submit, "lose_answer")


def fail(peer: RestPeer) -> None:
    """It runs and fails, and says why with the key in it, where the service says why at all."""
    key = KEYS[peer.asked.vendor]
    peer.vendors.make_trouble(peer.asked, "fails")
    peer.vendors.fal.queue.ending = Ending(422, {"detail": f"no credit for {key}"}, error=key)

    def alter(answer: Answer) -> Answer:
        told = json.loads(answer.body)
        told["error_message"] = f"no credit for {key}" if told.get("error_message") else None
        return Answer(answer.status, json.dumps(told).encode(), answer.headers)

    if peer.asked is OXEN:
        peer.vendors.oxen.fault("^GET /api/ai/queue/", "alter", alter=alter, times=ALWAYS)


def fail_without_words(peer: RestPeer) -> None:
    """fal's result says nothing, so what its queue said has to do."""
    fail(peer)
    peer.vendors.fal.queue.ending = Ending(422, {}, error=f"no credit for {FAL_KEY}")


def wonder(peer: RestPeer) -> None:
    """Its first status is a word nobody knows."""
    key = KEYS[peer.asked.vendor]
    peer.vendors.tengr.walk = (key,)
    peer.vendors.fal.queue.walk = (key,)

    def alter(answer: Answer) -> Answer:
        told = {**json.loads(answer.body), "status": key}
        return Answer(answer.status, json.dumps(told).encode(), answer.headers)

    if peer.asked is OXEN:
        peer.vendors.oxen.tells_ends = False
        peer.vendors.oxen.fault("^GET /api/ai/queue/", "alter", alter=alter)


def lose_file(peer: RestPeer) -> None:
    service = peer.vendors.of(peer.asked)
    service.fault(peer.asked.result, "answer", answer=repeating(peer, 403), times=ALWAYS)


def send_page(peer: RestPeer) -> None:
    page = f"<html><title>{KEYS[peer.asked.vendor]}</title></html>".encode()
    answer = Answer(200, page, {"Content-Type": "text/html"})
    peer.vendors.of(peer.asked).fault(peer.asked.result, "answer", answer=answer, times=ALWAYS)


ENDS: list[tuple[str, Callable[[RestPeer], None], str]] = [
    ("succeeds", lambda peer: None, "done"),
    ("fails", fail, FAILED),
    ("fails without words", fail_without_words, FAILED),
    ("wonders", wonder, "done"),
    ("refused", lambda peer: refuse_submit(peer, 422), REFUSED),
    ("key refused", lambda peer: refuse_submit(peer, 401), AUTH),
    ("trouble", lambda peer: refuse_submit(peer, 500), LOST),
    ("lost", lose, LOST),
    ("file lost", lose_file, BAD),
    ("file a page", send_page, BAD),
]


@pytest.mark.anyio
@EACH
@pytest.mark.parametrize(("arrange", "end"), [end[1:] for end in ENDS], ids=[e[0] for e in ENDS])
async def test_however_a_job_ends_its_key_is_in_no_file_word_or_log(
    peer: RestPeer,
    arrange: Callable[[RestPeer], None],
    end: str,
    open_peer: OpenPeer,
    home: Home,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    arrange(peer)
    async with open_peer() as jobs:
        save_settings(home.settings_file, AppSettings())
        status = await jobs.run()
        kept = [status] if status.result_id is None else [status, *await kept_of(jobs, status)]

    assert said(status) == end
    assert SONG not in f"{kept} {caplog.text}"
    root = home.journal_file.parent
    assert home.journal_file.stat().st_size > 0
    assert singing(root) == []
    assert any(KEYS[peer.asked.vendor] in str(r.headers) for r in peer.vendors.requests)


async def kept_of(jobs: Any, status: JobStatus) -> list[Any]:
    """The result as its manifest has it, and what is made of it."""
    result = await jobs.session.result(status.result_id or "")
    views = await jobs.session.load(result)
    return [result, views, (result.folder / "manifest.json").read_text()]


@EACH
def test_commands_say_and_export_nothing_of_a_key(peer: RestPeer, tmp_path: Path) -> None:
    home = tmp_path / "home"
    line = [
        "--provider", peer.provider_id, "--json", *endpoint_words(peer.endpoints),
        *(("--host-via", peer.host_via) if peer.host_via else ()),
    ]  # fmt: skip

    def run(number: int, *more: object) -> Ran:
        return run_command(
            home, "run", peer.thing(tmp_path, number), *line, *more, keys=ENVIRONMENT
        )

    spoken = [run(0, "--output", tmp_path / "copies")]
    (done,) = spoken[0].named("done")
    for form in ("npz", "png16"):
        to = ("--to", form, "--output", tmp_path / f"exported-{form}")
        spoken.append(run_command(home, "export", done["result"], *to))
    for number, arrange in enumerate((lambda p: refuse_submit(p, 422), lose), start=1):
        arrange(peer)
        spoken.append(run(number))
    for words in (("jobs", "list"), ("library", "show", done["result"]), ("resume",)):
        spoken.append(run_command(home, *words, "--json", keys=ENVIRONMENT))
        spoken.append(run_command(home, *words, keys=ENVIRONMENT))
    test = ("providers", "test", peer.provider_id, *endpoint_words(peer.endpoints))
    spoken.append(run_command(home, *test[:3], "--json", *test[3:], keys=ENVIRONMENT))

    is_found = peer.asked.is_listed  # what lost its answer is found in the service's own list
    assert [ran.status for ran in spoken[:5]] == [0, 0, 0, 1, 0 if is_found else 1], spoken
    assert spoken[3].named("failed")
    assert is_found or spoken[4].named("held")[-1]["kind"] == "submit-lost"
    for ran in spoken:
        assert SONG not in ran.out + ran.err
    assert list(tmp_path.glob("copies/*/*"))
    assert len(list(tmp_path.glob("exported-*"))) == 3  # a PNG has a file with its facts
    assert singing(tmp_path) == []
