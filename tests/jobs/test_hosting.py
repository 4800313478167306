"""Files on their way to a host: once, under names of our making, and told in the manifest."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import InputError, UsageError
from depthstudio.core.job import Checkpoint, Source
from depthstudio.core.record import Json
from depthstudio.jobs.hosting import LEAST_LEFT, Hosting, hosted_record
from depthstudio.providers.base import Credential, Reach
from depthstudio.providers.hosting.base import Host, Hosted, HostInfo
from depthstudio.providers.hosting.registry import known_host, load_hosts
from tests.support.fake_clock import FakeClock

pytestmark = pytest.mark.anyio

LIFETIME = timedelta(hours=1)


class Shelf(Host):
    """Keeps what it is given in memory."""

    info = HostInfo(id="shelf", title="Shelf", privacy="Nobody looks", max_bytes=10_000)

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.kept: dict[str, bytes] = {}

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        return None

    async def put(
        self,
        reach: Reach,
        path: Path,
        *,
        name: str,
        media_type: str,
        progress: Callable[[int, int], None],
    ) -> Hosted:
        self.kept[name] = path.read_bytes()  # noqa: ASYNC240 - a few bytes, in a test
        progress(len(self.kept[name]), len(self.kept[name]))
        until: datetime = self.clock.now() + LIFETIME
        return Hosted(f"https://shelf.org/{name}?key=1", until)


class Asking:
    """As much of a `Context` as hosting uses."""

    def __init__(self, clock: FakeClock, sources: tuple[Source, ...]) -> None:
        self.clock = clock
        self.sources = sources
        self.checkpoint = Checkpoint()
        self.reports: list[Any] = []

    def now(self) -> datetime:
        return self.clock.now()

    def report(self, progress: Any) -> None:
        self.reports.append(progress)

    async def remember(self, step: str, ids: Mapping[str, Json]) -> None:
        self.checkpoint = self.checkpoint.with_step(step, ids)

    async def in_thread(self, work: Callable[[Any], Any]) -> Any:
        return work(None)


@pytest.fixture
def shelf(clock: FakeClock) -> Shelf:
    return Shelf(clock)


async def test_a_file_is_put_there_once_while_its_address_holds(
    clock: FakeClock, shelf: Shelf, make_source: Callable[..., Source]
) -> None:
    source = make_source("my daughter.png")
    ctx, hosting = context(clock, source), Hosting(shelf, reach())
    first = await hosting.address_of(ctx, source, source.path)
    again = await hosting.address_of(ctx, source, source.path)
    clock.advance((LIFETIME - LEAST_LEFT).total_seconds())
    later = await hosting.address_of(ctx, source, source.path)

    assert first == again != later
    assert len(shelf.kept) == 2
    assert set(shelf.kept.values()) == {source.path.read_bytes()}
    assert all(name.endswith(".png") and "daughter" not in name for name in shelf.kept)


async def test_the_manifest_says_where_it_is_and_until_when_but_not_its_key(
    clock: FakeClock, shelf: Shelf, make_source: Callable[..., Source]
) -> None:
    source = make_source()
    ctx = context(clock, source)
    await Hosting(shelf, reach()).address_of(ctx, source, source.path)
    record = hosted_record(ctx.checkpoint, 0)
    assert record is not None
    assert (record.host_id, record.until) == ("shelf", clock.now() + LIFETIME)
    assert record.url == f"https://shelf.org/{next(iter(shelf.kept))}"
    assert hosted_record(ctx.checkpoint, 1) is None


async def test_nothing_is_put_anywhere_without_a_host_agreed_to(
    clock: FakeClock, make_source: Callable[..., Source]
) -> None:
    source = make_source()
    with pytest.raises(UsageError, match="no host"):
        await Hosting().address_of(context(clock, source), source, source.path)


async def test_a_file_larger_than_the_host_takes_is_not_sent(
    clock: FakeClock, shelf: Shelf, make_source: Callable[..., Source], monkeypatch: Any
) -> None:
    source = make_source()
    monkeypatch.setattr(Shelf, "info", replace(Shelf.info, max_bytes=10))
    with pytest.raises(InputError, match="larger than Shelf takes"):
        await Hosting(shelf, reach()).address_of(context(clock, source), source, source.path)
    assert shelf.kept == {}


def test_every_host_says_what_the_user_has_to_know() -> None:
    for name, host in load_hosts().items():
        assert name == host.info.id
        assert host.info.title
        assert host.info.privacy
        assert host.info.max_bytes > 0


def test_an_unknown_host_is_named_with_those_there_are(clock: FakeClock) -> None:
    with pytest.raises(UsageError) as caught:
        known_host({"shelf": Shelf(clock)}, "self")
    assert "shelf" in caught.value.hint


def context(clock: FakeClock, *sources: Source) -> Any:
    return Asking(clock, sources)


def reach() -> Any:
    return object()
