"""The words of each row of the Keys page."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from depthstudio.core.errors import AuthError, ServiceUnavailable
from depthstudio.core.job import Hold, HoldKind
from depthstudio.providers.base import Credential, Health, ProviderInfo, Secret
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.parts.amounts import ago_text
from depthstudio.ui.preferences.key_hosts import key_hosts
from depthstudio.ui.preferences.key_rows import KeyRow, Known, rows_of
from depthstudio.ui.preferences.test_news import TestNews
from tests.support.space_provider import Space

KEY = Secret("acme_key", "API key", "ACME_KEY", is_needed=True)
ACME = replace(
    Space.info,
    id="acme",
    title="Acme",
    endpoints={"api": "https://api.acme.test/v1", "files": "https://files.acme.test"},
    space_endpoints=frozenset(),
    secrets=(KEY,),
)
HOST = HostInfo(
    "acme-files", "Acme files", "For a day", 10**9, {"api": "https://files.test"}, (KEY,)
)

Told = Callable[..., KeyRow]


@pytest.fixture
def told(now: datetime) -> Told:
    """The row of one service, as things are."""

    def tell(
        info: ProviderInfo = ACME,
        *,
        news: TestNews | None = None,
        holds: Mapping[str, Hold] | None = None,
        key: str = "a-key-of-sixteen-or-more",
        endpoints: Mapping[str, str] | None = None,
    ) -> KeyRow:
        secrets = Secrets({})
        secrets.give("acme_key", key)
        known = Known(secrets, lambda id_: news, holds or {}, lambda id_: endpoints or {}, now)
        return rows_of([info], [], known)[0]

    return tell


def said(row: KeyRow) -> tuple[str, str, str]:
    note = row.state.note.replace("\N{NO-BREAK SPACE}", " ")
    return row.state.word, note, row.state.tone


def test_what_runs_here_needs_no_key(told: Told) -> None:
    row = told(ReliefProvider.info)
    assert said(row) == ("Not needed", "runs on this computer", "text2")
    assert (row.place, row.key, row.can_test) == ("built in", "–", False)
    assert row.spoken == "Relief, built in, Not needed, runs on this computer"


def test_a_test_says_how_long_it_took_and_when_that_was(told: Told, now: datetime) -> None:
    news = TestNews(now - timedelta(minutes=2), health=Health(True, "Works", 0.2144))
    row = told(news=news)
    assert said(row) == ("Works", "214 ms, 2 min ago", "done")
    assert (row.place, row.key) == ("api.acme.test", "•••• •••• more")


def test_what_works_and_is_held_says_until_when(told: Told, now: datetime) -> None:
    hold = Hold(kind=HoldKind.SERVICE, reason="quota", until=now + timedelta(seconds=588))
    news = TestNews(now, health=Health(True, "Works", 0.2))
    assert said(told(news=news, holds={"acme": hold})) == ("Works", "goes on in 9:48", "done")


@pytest.mark.parametrize(
    ("status", "note"), [(401, "key not accepted (401)"), (None, "key not accepted")]
)
def test_a_key_that_is_refused_is_told_from_a_service_in_trouble(
    told: Told, now: datetime, status: int | None, note: str
) -> None:
    refused = AuthError("Acme does not know this key")
    refused.status = status
    assert said(told(news=TestNews(now, trouble=refused))) == ("Refused", note, "failed")
    silent = ServiceUnavailable("Acme cannot be reached")
    row = told(news=TestNews(now, trouble=silent))
    assert said(row) == ("Failed", "Acme cannot be reached", "failed")
    paused = TestNews(now, health=Health(False, "Paused by its owner"))
    assert said(told(news=paused)) == ("Failed", "Paused by its owner", "failed")


def test_what_is_missing_comes_before_what_a_test_said(told: Told, now: datetime) -> None:
    works = TestNews(now, health=Health(True, "Works"))
    row = told(key="", news=works)
    assert said(row) == ("Needs a key", "jobs wait until then", "held")
    assert (row.key, row.can_test) == ("not set", False)
    nowhere = replace(ACME, endpoints={"api": ""})
    row = told(nowhere, news=works)
    assert said(row) == ("Needs an address", "jobs wait until then", "held")
    assert row.place == "no address yet"
    assert told(nowhere, news=works, endpoints={"api": "https://mine.test"}).can_test


def test_a_host_with_the_key_of_a_service_is_tested_with_it(now: datetime) -> None:
    secrets = Secrets({"ACME_KEY": "outside"})
    news = TestNews(now, health=Health(True, "Works"))
    known = Known(secrets, {"acme": news}.get, {}, lambda id_: {}, now)
    service, host = rows_of([ACME], [HOST], known)
    assert service.key == "from the environment"
    assert (host.id, host.place, host.key) == ("host:acme-files", "files.test", "same as Acme")
    assert (host.tested_id, said(host)) == ("acme", said(service))


def test_a_key_that_is_not_needed_is_not_missed(told: Told) -> None:
    row = told(replace(Space.info))
    assert (row.key, said(row)) == ("None: anonymous quota", ("Not tested", "", "text2"))
    assert row.place == "huggingface.co"
    assert said(told(replace(ACME, secrets=()))) == ("No key needed", "not tested", "text2")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (59, "just now"),
        (125, "2 min ago"),
        (7300, "2 h ago"),
        (200_000, "2 d ago"),
    ],
)
def test_how_long_ago_something_was(now: datetime, seconds: float, text: str) -> None:
    assert ago_text(now - timedelta(seconds=seconds), now) == text


class Acme(Space):
    info = replace(ACME, wiring={"header": "X-Key"})

    def credential(self, secrets: Any, endpoints: Any) -> Credential:
        hosts = frozenset({"api.acme.test", "*.acme.test", "other.test"})
        return Credential({endpoints["header"]: secrets["acme_key"]}, hosts)


def test_who_sees_a_key_is_what_the_service_declares() -> None:
    assert key_hosts(Acme(), {}) == ("*.acme.test", "other.test")
    assert key_hosts(Acme(), {"api": ""}) == ()
    assert key_hosts(Space(), {}) == ()  # it sends its token by itself
    assert key_hosts(ReliefProvider(), {}) == ()
