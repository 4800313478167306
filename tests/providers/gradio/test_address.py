import pytest

from depthstudio.core.errors import UsageError
from depthstudio.providers.gradio.account import HUB, SPACE, TOKEN, credential_for
from depthstudio.providers.gradio.address import Address, address_of, host_of, usual_origin


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("depth-anything/Depth-Anything-3", Address(space_id="depth-anything/Depth-Anything-3")),
        ("https://huggingface.co/spaces/nvidia/PartPacker", Address(space_id="nvidia/PartPacker")),
        ("https://huggingface.co/spaces/a/b/tree/main?x=1", Address(space_id="a/b")),
        ("https://www.huggingface.co/spaces/a/b#top", Address(space_id="a/b")),
        ("https://a-b.hf.space/", Address(origin="https://a-b.hf.space")),
        (" http://127.0.0.1:7860 ", Address(origin="http://127.0.0.1:7860")),
        ("https://studio.example/da3/", Address(origin="https://studio.example/da3")),
        ("http://[::1]:7860", Address(origin="http://[::1]:7860")),
    ],
)
def test_every_way_of_writing_it_is_read(text: str, address: Address) -> None:
    assert address_of(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "ftp://host/a",
        "https://",
        "https://huggingface.co/models/a/b",
        "https://huggingface.co/spaces/a",
        "https://www.huggingface.co/models/a/b",
        "https://[::1",
        "https://host:99999",
        "../../etc/passwd",
        "a/b/c",
        "-a/b",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a Space or server"):
        address_of(text)


def test_a_space_answers_where_the_hub_usually_puts_it() -> None:
    assert usual_origin("depth-anything/Depth_Anything.3") == (
        "https://depth-anything-depth-anything-3.hf.space"
    )


def test_a_host_is_named_with_its_port() -> None:
    assert host_of("https://Studio.Example:8443/da3") == "studio.example:8443"
    assert host_of("https://studio.example") == "studio.example"


def test_the_token_is_for_the_hub_its_spaces_and_the_endpoints_own_hosts() -> None:
    endpoints = {SPACE: "http://127.0.0.1:7860", HUB: "http://127.0.0.1:9000"}
    credential = credential_for({TOKEN.name: "hf_canary"}, endpoints)

    assert credential is not None
    assert credential.hosts == {
        "huggingface.co",
        "*.hf.space",
        "127.0.0.1:7860",
        "127.0.0.1:9000",
    }
    assert set(credential.headers.values()) == {"Bearer hf_canary"}
    assert "hf_canary" not in repr(credential)
    assert credential_for({}, endpoints) is None
