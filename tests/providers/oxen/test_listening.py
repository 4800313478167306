"""What is kept of a channel that tells of every job of the account."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest

from depthstudio.providers.oxen import listening
from depthstudio.providers.oxen.generation import COMPLETED_EVENT
from depthstudio.providers.oxen.hub import Hub
from depthstudio.providers.oxen.listening import Listening
from depthstudio.providers.transport.events import ServerEvent

pytestmark = pytest.mark.anyio


class Reach:
    """As much of one as a channel needs."""

    http = None
    now = None
    secrets: Mapping[str, str] = {}

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def ended(generation_id: str, size: int = 1000) -> ServerEvent:
    told = {"generation_id": generation_id, "status": "succeeded", "x": "x" * size}
    return ServerEvent(COMPLETED_EVENT, json.dumps(told))


async def heard_of(monkeypatch: pytest.MonkeyPatch, events: list[Any], ids: list[str]) -> list[str]:
    """Which of `ids` are kept of these events; a list among them is what we keep to from there."""
    done = asyncio.Event()

    async def told(*_: object, **__: object) -> AsyncGenerator[ServerEvent]:
        for event in events:
            if isinstance(event, list):
                channel.keep_to(event)
            else:
                yield event
        done.set()

    monkeypatch.setattr(listening, "server_events", told)
    reach: Any = Reach()
    channel = Listening(Hub(reach, "https://hub.test"))
    async with channel:
        await done.wait()
    return [one for one in ids if channel.heard(one) is not None]


async def test_only_so_much_is_kept_while_ours_have_no_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_HEARD_BYTES", 5000)
    ids = [str(number) for number in range(20)]
    kept = await heard_of(monkeypatch, [ended(one) for one in ids], ids)
    assert kept == ids[:4]


async def test_what_is_not_ours_is_forgotten_once_ours_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "MOST_HEARD_BYTES", 5000)
    events = [ended("early"), ended("foreign"), ["early", "late"]]
    events += [ended(str(number)) for number in range(20)] + [ended("late")]
    kept = await heard_of(monkeypatch, events, ["early", "foreign", "3", "late"])
    assert kept == ["early", "late"]
