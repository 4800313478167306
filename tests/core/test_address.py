"""Which addresses a server may have."""

import pytest

from depthstudio.core.address import checked_address, host_of
from depthstudio.core.errors import Unencrypted, UsageError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("owner/name", "owner/name"),
        (" owner/Depth-Anything_3.1 ", "owner/Depth-Anything_3.1"),
        ("https://huggingface.co/spaces/owner/name", "owner/name"),
        ("https://huggingface.co/spaces/owner/name/tree/main", "owner/name"),
        ("https://owner-name.hf.space", "https://owner-name.hf.space"),
        ("https://farm.test/x?y=1", "https://farm.test/x?y=1"),
        ("http://127.0.0.1:7860", "http://127.0.0.1:7860"),
    ],
)
def test_a_space_is_known_by_its_name_its_page_or_its_host(text: str, address: str) -> None:
    assert checked_address(text, takes_space=True) == address


@pytest.mark.parametrize(
    "text",
    ["", "owner", "owner/", "a/b/c", "../etc", "a/../b", "owner/na me", "ftp://a.test", "https://",
     "https://a\n.test", "https://a.test:port", "https://[a", "-a/b", "a..b/c"],
)  # fmt: skip
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not an address") as caught:
        checked_address(text, takes_space=True)
    assert "OWNER/NAME" in caught.value.hint


def test_a_space_will_not_do_where_none_is_taken() -> None:
    with pytest.raises(UsageError, match="owner/name is not an address"):
        checked_address("owner/name")
    page = "https://huggingface.co/spaces/owner/name"
    assert checked_address(page) == page


def test_sending_in_the_clear_asks_for_the_host_first() -> None:
    with pytest.raises(Unencrypted, match="without encryption") as caught:
        checked_address("http://Farm.test:7860/x")
    assert caught.value.host == "farm.test"
    assert checked_address("http://Farm.test:7860/x", plain_hosts=["FARM.test"])


@pytest.mark.parametrize("text", ["https://me:s3cret@a.test", "me:s3cret@a.test"])
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_address(text, takes_space=True)
    assert "s3cret" not in f"{caught.value} {caught.value.hint} {caught.value.detail}"


def test_the_host_of_an_address_is_what_a_file_is_sent_to() -> None:
    assert host_of("https://a.test/x") == "a.test"
    assert host_of("owner/name") == "owner/name"
    assert host_of("https://[a") == "https://[a"
