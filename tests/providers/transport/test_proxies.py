import urllib.request

import httpx
import pytest

from depthstudio.core.errors import ServiceUnavailable
from depthstudio.providers.transport.clients import HttpClients
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.proxies import Proxies
from tests.support.loopback import Serve


@pytest.fixture(autouse=True)
def no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def leading_to(url: str) -> str | None:
    return Proxies.of_system().leading_to(httpx.URL(url))


def test_without_a_proxy_the_way_is_direct() -> None:
    assert leading_to("https://acme.test") is None


def test_each_scheme_has_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    assert leading_to("https://acme.test") == "http://proxy.test:3128"
    assert leading_to("http://acme.test") is None
    monkeypatch.setenv("ALL_PROXY", "other.test:8080")
    assert leading_to("http://acme.test") == "http://other.test:8080"


def test_this_computer_is_behind_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.test:3128")
    for url in ("http://127.0.0.1:7860", "https://localhost", "http://[::1]:8000"):
        assert leading_to(url) is None


def test_what_no_proxy_names_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "intern.test,acme.test:8443")
    assert leading_to("https://depth.intern.test") is None
    assert leading_to("https://acme.test:8443") is None
    assert leading_to("https://acme.test") == "http://proxy.test:3128"
    monkeypatch.setenv("NO_PROXY", "*")
    assert leading_to("https://acme.test") is None


def test_the_settings_of_the_system_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Windows and macOS say comes through the same two functions of Python."""
    monkeypatch.setattr(urllib.request, "getproxies", lambda: {"https": "http://office.test:80"})
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: host == "intern.test")
    assert leading_to("https://acme.test") == "http://office.test:80"
    assert leading_to("https://intern.test") is None


@pytest.mark.anyio
async def test_a_request_goes_through_the_proxy(
    serve: Serve, clients: HttpClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda exchange: exchange.answer(body=b"by proxy"))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    client = await clients.client("acme")
    assert (await client.get("http://acme.test/depth")).content == b"by proxy"
    assert (await client.get("http://acme.test/again")).content == b"by proxy"
    assert [question.path for question in proxy.questions] == [
        "http://acme.test/depth",
        "http://acme.test/again",
    ]


@pytest.mark.anyio
async def test_a_proxy_of_another_kind_is_not_gone_around(
    clients: HttpClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.test:1080")
    client = await clients.client("acme")
    with pytest.raises(ServiceUnavailable) as caught, translated_errors("Acme"):
        await client.get("https://acme.test")
    assert "proxy" in caught.value.hint
    assert "socks5" in caught.value.detail
    assert not caught.value.may_have_run
