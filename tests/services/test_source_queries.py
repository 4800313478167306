"""A photo or video whose address opens for what stands in its query: nobody repeats that."""

import asyncio
import logging
from collections.abc import Generator
from urllib.parse import quote

import pytest

from depthstudio.jobs.order import Order
from depthstudio.providers.registry import Registry
from depthstudio.providers.transport import repeat
from depthstudio.settings.secrets import Secrets
from tests.services.conftest import OpenService
from tests.support.fal_queue import infrastructure
from tests.support.rest_kinds import FAL, KINDS, RestKind, at_address
from tests.support.rest_service import Answer, RestService

pytestmark = pytest.mark.anyio

SECRETS = ("wOmBaT-1f", "wOmBaT/2b", "wOmBaT3", "7531")
QUERY = f"k={SECRETS[0]}&h={quote(SECRETS[1])}&hdnea=exp=1~acl=/*~hmac={SECRETS[2]}&t={SECRETS[3]}"
PLACE = "https://photos.example.test/a/photo"


@pytest.fixture
def service(kind: RestKind, monkeypatch: pytest.MonkeyPatch) -> Generator[RestService]:
    monkeypatch.setattr(repeat, "FIRST_WAIT_S", 0.01)
    for name, value in kind.quick.items():
        monkeypatch.setattr(name, value)
    with kind.service() as service:
        yield service


def escaped(text: str) -> str:
    return text.replace("&", "&amp;")


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("cut", [None, len(PLACE) + 12], ids=["whole", "cut"])
@pytest.mark.parametrize("spelt", [str, escaped, lambda text: quote(text, safe="")])
async def test_a_refusal_that_quotes_the_address_is_shown_without_its_query(
    kind: RestKind,
    service: RestService,
    open_service: OpenService,
    caplog: pytest.LogCaptureFixture,
    spelt: object,
    cut: int | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    ending = "mp4" if kind.source == "video" else "png"
    url = f"{PLACE}.{ending}?{QUERY}"
    told = f"{PLACE}.{ending}?{spelt(QUERY)}"[:cut]  # type: ignore[operator]
    refusal = Answer.of({"message": f"could not fetch {told}"}, 400)
    service.fault(kind.places["submit"], "answer", answer=refusal)
    if kind is FAL:
        service.queue.logs = [f"GET {told}"]  # type: ignore[attr-defined]
        service.queue.ending = infrastructure(  # type: ignore[attr-defined]
            "internal_error", 500, f"could not fetch {told}"
        )
    type_ = "video/mp4" if kind.source == "video" else "image/png"
    source = at_address(url, f"photo.{ending}", type_)
    messages: list[str] = []
    secrets = Secrets({kind.variable: kind.key()})
    assert kind.provider_id in Registry.load()
    async with open_service(kind.provider_id, service.url, secrets=secrets) as jobs:
        for _ in range(2 if kind is FAL else 1):  # at the door, and in the queue
            order = Order(kind.provider_id, {}, endpoints=kind.endpoints(service), again=True)
            job = await jobs.session.add([source], order)
            async with asyncio.timeout(20):
                failure = (await jobs.settled(job)).failure
            assert failure is not None
            messages.append(f"{failure.message} {failure.hint} {failure.detail}")
        messages += [progress.message for progress in jobs.reports]

    assert any(PLACE in message for message in messages)
    everything = f"{messages} {caplog.text}"
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "wOm" not in everything
