import httpx
import pytest

from depthstudio.providers.transport.hosts import is_loopback, may_see


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("huggingface.co", "https://huggingface.co/api"),
        ("huggingface.co", "https://HuggingFace.CO:8443/"),
        ("Huggingface.co", "https://huggingface.co"),
        ("acme.test:8443", "https://acme.test:8443"),
        ("acme.test:443", "https://acme.test"),
        ("*.hf.space", "https://a-b.hf.space/x"),
        ("*.hf.space", "https://a.b.hf.space/x"),
        ("127.0.0.1:7860", "http://127.0.0.1:7860/"),
        ("localhost", "http://localhost:1/"),
        ("127.0.0.1:80", "http://127.0.0.1/"),
        ("[::1]:7860", "http://[::1]:7860/"),
        ("::1", "http://[::1]:7860/"),
        ("xn--bcher-kva.test", "https://bücher.test"),
    ],
)
def test_a_host_that_is_meant_may_see_the_key(entry: str, url: str) -> None:
    assert may_see([entry], httpx.URL(url))


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("huggingface.co", "http://huggingface.co/"),
        ("huggingface.co", "https://evilhuggingface.co/"),
        ("huggingface.co", "https://huggingface.co.evil.test/"),
        ("huggingface.co", "https://cdn.huggingface.co/"),
        ("huggingface.co", "https://huggingface.co@evil.test/"),
        ("*.hf.space", "https://hf.space/"),
        ("*.hf.space", "https://evilhf.space/"),
        ("acme.test:8443", "https://acme.test/"),
        ("acme.test:x", "https://acme.test/"),
        ("127.0.0.1:7860", "http://127.0.0.1:7861/"),
        ("192.168.1.5", "http://192.168.1.5/"),
        ("", "https://acme.test/"),
        ("*", "https://acme.test/"),
        ("*.", "https://acme.test./"),
        ("acme.test", "ftp://acme.test/"),
    ],
)
def test_any_other_host_may_not(entry: str, url: str) -> None:
    assert not may_see([entry], httpx.URL(url))


def test_nobody_is_meant_where_no_host_is_named() -> None:
    assert not may_see([], httpx.URL("https://acme.test"))


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]
)
def test_this_computer_is_known_by_every_name(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "example.test", "10.0.0.1", "localhost.evil.test", "0.0.0.0"])
def test_other_computers_are_not_this_one(host: str) -> None:
    assert not is_loopback(host)
