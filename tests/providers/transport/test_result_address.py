"""Which addresses out of an answer are fetched, and which never."""

import pytest

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.result_address import is_own, is_public, result_address

OWN = ["https://api.acme.org", "http://127.0.0.1:8000"]
PUBLIC = [
    "https://v3.fal.media/files/a.png",
    "https://bucket.s3.amazonaws.com/a.mp4?X-Amz-Signature=1",
    "https://93.184.215.14/a.png",
    "https://[2606:4700::1111]/a.png",
    "https://cdn.acme.org:8443/a.png",
]
REFUSED = [
    "file:///etc/passwd",
    "ftp://acme.org/a.png",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//acme.org/a.png",
    "/a.png",
    "http://cdn.acme.org/a.png",
    "https://",
    "https://localhost/a.png",
    "https://printer/a.png",
    "https://printer.local/a.png",
    "https://metadata.google.internal/a",
    "https://127.0.0.1/a.png",
    "https://10.0.0.7/a.png",
    "https://192.168.1.1/a.png",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/a.png",
    "https://[fe80::1]/a.png",
    "https://[fd00::1]/a.png",
    "https://[::ffff:10.0.0.7]/a.png",
    "https://[2002:0a00:0007::1]/a.png",
    "https://0.0.0.0/a.png",
    "https://224.0.0.1/a.png",
    "https://100.64.0.1/a.png",
    "https://user:word@cdn.acme.org/a.png",
    "https://cdn.acme.org\\@10.0.0.7/a.png",
    "https://cdn.acme.org/a b.png",
    "https://cdn.acme.org/\x00",
    "https://cdn.acme.org:99999/a.png",
    "https://[::1/a.png",
    "https://api.acme.org.evil.org:bad/a",
    "",
    "https://acme.org/" + "a" * 9000,
]


@pytest.mark.parametrize("address", PUBLIC)
def test_https_to_a_public_host_is_fetched(address: str) -> None:
    assert result_address("Acme", address, OWN) == address


@pytest.mark.parametrize("address", REFUSED)
def test_anything_else_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(BadResponse) as caught:
        result_address("Acme", address, OWN)
    assert caught.value.hint
    shown = f"{caught.value} {caught.value.hint} {caught.value.detail}"
    assert not address or address not in shown


@pytest.mark.parametrize("value", [None, 7, ["https://acme.org/a"], {"url": "https://acme.org"}])
def test_what_is_no_text_is_no_address(value: object) -> None:
    with pytest.raises(BadResponse, match="gave no address"):
        result_address("Acme", value, OWN)


def test_the_services_own_endpoint_may_be_anywhere() -> None:
    address = "http://127.0.0.1:8000/files/a.png"
    assert result_address("Acme", address, OWN) == address
    assert not is_own("http://127.0.0.1:8001/files/a.png", OWN)
    assert not is_own("https://127.0.0.1:8000/files/a.png", OWN)
    assert not is_own("http://127.0.0.1:8000@evil.org/a", OWN)
    assert not is_own("", ["", *OWN])
    assert is_own("https://API.acme.org:443/a", OWN)


def test_an_address_of_the_whole_world_is_public() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700::1111")
    assert not is_public("::ffff:192.168.0.1")
    assert not is_public("fe80::1%eth0")
    with pytest.raises(ValueError, match="does not appear"):
        is_public("acme.org")
