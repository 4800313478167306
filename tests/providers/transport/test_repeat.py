from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    ProviderError,
    ProviderHeld,
    RateLimited,
    ServiceOffline,
    ServiceUnavailable,
)
from depthstudio.providers.transport.repeat import OFFLINE_HOLD_S, repeated
from tests.providers.transport.conftest import FakeReach
from tests.support.fake_clock import START
from tests.support.loopback import Exchange, Loopback, Serve

Reply = Callable[[Exchange], None]


def one_after_another(*replies: Reply) -> Reply:
    """The last one again and again."""
    left = list(replies)

    def reply(exchange: Exchange) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(exchange)

    return reply


def status(code: int, **headers: str) -> Reply:
    return lambda exchange: exchange.answer(code, b"x", **headers)


OK = status(200)


async def ask(reach: FakeReach, url: str, *, attempts: int = 5) -> int:
    async def once() -> int:
        return (await reach.http.get(url)).raise_for_status().status_code

    return await repeated(reach, "Acme", once, attempts=attempts)


@pytest.mark.anyio
@pytest.mark.parametrize("code", [408, 425, 429, 502, 503, 504])
async def test_what_passes_is_asked_again(reach: FakeReach, serve: Serve, code: int) -> None:
    server = serve(one_after_another(status(code), OK))
    assert await ask(reach, server.url) == 200
    assert len(server.questions) == 2
    assert len(reach.pauses) == 1
    assert 0.5 <= reach.pauses[0] <= 0.75


@pytest.mark.anyio
async def test_a_connection_that_breaks_is_made_again(reach: FakeReach, serve: Serve) -> None:
    server = serve(one_after_another(Exchange.hang_up, Exchange.hang_up, OK))
    assert await ask(reach, server.url) == 200
    assert len(server.questions) == 3


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("code", "kind"),
    [(400, ProviderError), (401, AuthError), (402, ProviderError), (404, ProviderError),
     (422, ProviderError), (500, ServiceUnavailable), (501, ServiceUnavailable),
     (302, BadResponse)],
)  # fmt: skip
async def test_what_does_not_pass_is_asked_once(
    reach: FakeReach, serve: Serve, code: int, kind: type[ProviderError]
) -> None:
    server = serve(status(code))
    with pytest.raises(kind) as caught:
        await ask(reach, server.url)
    assert type(caught.value) is kind
    assert len(server.questions) == 1
    assert reach.pauses == []


@pytest.mark.anyio
async def test_pauses_double_up_to_half_a_minute(reach: FakeReach, serve: Serve) -> None:
    server = serve(status(503))
    with pytest.raises(ServiceUnavailable) as caught:
        await ask(reach, server.url, attempts=10)
    assert caught.value.status == 503
    assert len(server.questions) == 10
    assert len(reach.pauses) == 9
    for number, pause_s in enumerate(reach.pauses):
        assert min(0.5 * 2**number, 30) <= pause_s <= min(0.75 * 2**number, 30)


@pytest.mark.anyio
@pytest.mark.parametrize("code", [429, 503])
async def test_a_short_pause_that_is_asked_for_is_kept(
    reach: FakeReach, serve: Serve, code: int
) -> None:
    server = serve(one_after_another(status(code, Retry_After="17"), OK))
    assert await ask(reach, server.url) == 200
    assert reach.pauses == [17.0]


@pytest.mark.anyio
@pytest.mark.parametrize(("code", "kind"), [(429, RateLimited), (503, ProviderHeld)])
async def test_a_long_pause_becomes_a_hold_at_once(
    reach: FakeReach, serve: Serve, code: int, kind: type[ProviderHeld]
) -> None:
    server = serve(status(code, Retry_After="3600"))
    with pytest.raises(kind) as caught:
        await ask(reach, server.url)
    assert type(caught.value) is kind
    assert caught.value.until == START + timedelta(hours=1)
    assert len(server.questions) == 1
    assert reach.pauses == []


@pytest.mark.anyio
async def test_a_limit_that_stays_is_told_in_the_end(reach: FakeReach, serve: Serve) -> None:
    with pytest.raises(RateLimited):
        await ask(reach, serve(status(429)).url)
    assert len(reach.pauses) == 4


@pytest.mark.anyio
async def test_a_service_that_is_never_reached_is_offline(reach: FakeReach) -> None:
    with Loopback(OK) as stopped:
        url = stopped.url
    with pytest.raises(ServiceOffline) as caught:
        await ask(reach, url)
    assert len(reach.pauses) == 4
    assert caught.value.until == reach.now() + timedelta(seconds=OFFLINE_HOLD_S)
    assert str(caught.value) == "Acme cannot be reached"
    assert "ConnectError" in caught.value.detail


@pytest.mark.anyio
async def test_a_service_that_was_reached_is_not_offline(reach: FakeReach, serve: Serve) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        await ask(reach, serve(Exchange.hang_up).url)
    assert caught.value.may_have_run


@pytest.mark.anyio
async def test_an_address_that_makes_no_sense_is_asked_once(reach: FakeReach) -> None:
    with pytest.raises(ProviderError, match="address"):
        await ask(reach, "ftp://acme.test/")
    assert reach.pauses == []


@pytest.mark.anyio
async def test_a_providers_own_finding_of_a_limit_is_raised_at_once(reach: FakeReach) -> None:
    async def once() -> None:
        raise RateLimited("the day's quota is used up", until=START + timedelta(seconds=1))

    with pytest.raises(RateLimited):
        await repeated(reach, "Acme", once)
    assert reach.pauses == []


@pytest.mark.anyio
async def test_a_providers_own_finding_that_a_service_is_busy_passes(reach: FakeReach) -> None:
    answers = iter([ServiceUnavailable("busy"), httpx.ReadTimeout("slow")])

    async def once() -> str:
        for error in answers:
            raise error
        return "done"

    assert await repeated(reach, "Acme", once) == "done"
    assert len(reach.pauses) == 2


@pytest.mark.anyio
async def test_our_own_mistakes_are_not_repeated(reach: FakeReach) -> None:
    async def once() -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await repeated(reach, "Acme", once)
    assert reach.pauses == []
