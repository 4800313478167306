from collections.abc import Callable
from pathlib import Path

import pytest

from depthstudio.core.errors import (
    BadResponse,
    ProviderError,
)
from depthstudio.providers.base import Credential
from depthstudio.providers.transport.clients import HttpClients
from tests.providers.transport.conftest import FakeReach
from tests.support.file_service import GLB, FileService, content_of, fetch
from tests.support.loopback import Serve


@pytest.mark.anyio
async def test_redirects_are_followed_without_the_key(
    serve: Serve, clients: HttpClients, canary: Callable[..., Credential], path: Path
) -> None:
    files = FileService(serve)
    files.cuts = [1_000_000]
    home = serve(lambda exchange: exchange.answer(302, Location=files.url, Set_Cookie="a=canary"))
    reach = FakeReach(await clients.client("acme", canary(home.host)))
    assert await fetch(reach, f"{home.url}/file", path) == len(GLB)
    assert content_of(path) == GLB
    assert [q.headers["authorization"] for q in home.questions] == ["Bearer canary-5f2e"] * 2
    assert home.questions[1].headers["cookie"] == "a=canary"
    assert files.ranges == [None, "bytes=1000000-"]
    assert "canary" not in str(files.server.questions)


@pytest.mark.anyio
@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.test/", "data:,x"])
async def test_a_redirect_leads_to_the_web_or_nowhere(
    reach: FakeReach, serve: Serve, path: Path, location: str
) -> None:
    server = serve(lambda exchange: exchange.answer(302, Location=location))
    with pytest.raises(ProviderError) as caught:
        await fetch(reach, server.url, path)
    assert not caught.value.retryable
    assert len(server.questions) == 1


@pytest.mark.anyio
async def test_redirects_end(reach: FakeReach, serve: Serve, path: Path) -> None:
    server = serve(lambda exchange: exchange.answer(307, Location="/again"))
    with pytest.raises(BadResponse, match="circles"):
        await fetch(reach, server.url, path)
    assert len(server.questions) == 6


@pytest.mark.anyio
async def test_a_service_elsewhere_cannot_send_us_to_this_computer(
    serve: Serve, clients: HttpClients, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = FileService(serve)
    # The proxy stands for the service elsewhere.
    outside = serve(lambda exchange: exchange.answer(302, Location=inside.url))
    monkeypatch.setenv("HTTP_PROXY", outside.url)
    reach = FakeReach(await clients.client("acme"))
    with pytest.raises(BadResponse, match="this computer"):
        await fetch(reach, "http://acme.test/file", path)
    assert inside.ranges == []
