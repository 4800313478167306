from dataclasses import replace
from typing import Any

import pytest

from depthstudio.cli.words import endpoint_values, parameter_values
from depthstudio.core.errors import ParamError, UsageError
from depthstudio.core.record import to_plain
from depthstudio.providers.builtin.relief import ReliefParams
from tests.support.local_provider import Local, LocalParams
from tests.support.scripted_provider import Scripted

INFO = replace(Scripted.info, endpoints={"api": "https://a.test", "queue": "https://q.test"})


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("strength=0.25", 0.25),
        ("strength=1e-1", 0.1),
        ("smooth=true", True),
        ("smooth=no", False),
        ("title=512", "512"),
        ("title=true", "true"),
        ("title=", ""),
        ("title=a=b", "a=b"),
    ],
)
def test_a_value_is_read_as_the_type_that_is_declared(pair: str, value: Any) -> None:
    read = parameter_values([pair], LocalParams)[pair.partition("=")[0]]

    assert read == value
    assert type(read) is type(value)


def test_numbers_to_choose_from_are_read_as_numbers() -> None:
    assert parameter_values(["resolution=1024"], ReliefParams)["resolution"] == 1024


def test_what_is_not_set_has_its_default() -> None:
    assert parameter_values([], LocalParams) == to_plain(LocalParams())


def test_the_last_of_two_values_counts() -> None:
    assert parameter_values(["title=a", "title=b"], LocalParams)["title"] == "b"


def test_a_pair_that_cannot_be_read_says_what_to_write() -> None:
    with pytest.raises(UsageError, match="--set strength lacks a value"):
        parameter_values(["strength"], LocalParams)
    with pytest.raises(ParamError, match="There is no parameter “power”") as caught:
        parameter_values(["power=1"], LocalParams)
    assert caught.value.hint == "Known: strength, smooth, title, label"


@pytest.mark.parametrize("pair", ["strength=2", "strength=nan", "strength=deep", "smooth=maybe"])
def test_a_value_outside_its_declaration_is_refused_by_name(pair: str) -> None:
    with pytest.raises(ParamError, match=f"^{pair.partition('=')[0]}: "):
        parameter_values([pair], LocalParams)


@pytest.mark.parametrize(
    ("pair", "endpoints"),
    [
        ("https://b.test", {"api": "https://b.test"}),
        ("https://b.test/?key=1", {"api": "https://b.test/?key=1"}),
        ("queue=https://b.test", {"queue": "https://b.test"}),
        ("http://127.0.0.1:80", {"api": "http://127.0.0.1:80"}),
        ("http://localhost", {"api": "http://localhost"}),
        ("api=http://[::1]:8080", {"api": "http://[::1]:8080"}),
        ("http://LOCALHOST/x", {"api": "http://LOCALHOST/x"}),
        ("http://Farm.test", {"api": "http://Farm.test"}),
    ],
)
def test_an_endpoint_is_the_first_unless_it_is_named(pair: str, endpoints: dict[str, str]) -> None:
    assert endpoint_values([pair], INFO, ["FARM.test"]) == endpoints


@pytest.mark.parametrize(
    "url",
    [
        "http://b.test",
        "http://localhost.b.test",
        "http://localhost@b.test",
        "http://127.0.0.1.b.test",
        "http://10.0.0.1",
    ],
)
def test_nothing_is_sent_in_the_clear_to_another_computer(url: str) -> None:
    with pytest.raises(UsageError, match="would be spoken to without encryption") as caught:
        endpoint_values([url], INFO, ["farm.test"])
    assert "--allow-http" in caught.value.hint


@pytest.mark.parametrize("url", ["b.test", "ftp://b.test", "https://", "http://[b", "api="])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is not an address"):
        endpoint_values([url], INFO, [])


def test_a_provider_on_this_computer_has_no_endpoint() -> None:
    with pytest.raises(UsageError, match="Local has no endpoint") as caught:
        endpoint_values(["https://b.test"], Local.info, [])
    assert caught.value.hint == "It has: none, it runs on this computer"


def test_an_address_holds_no_password_and_it_is_not_repeated() -> None:
    with pytest.raises(UsageError, match="may not hold a name or password") as caught:
        endpoint_values(["https://me:s3cret@b.test"], INFO, [])

    assert "s3cret" not in f"{caught.value} {caught.value.hint} {caught.value.detail}"


def test_wiring_is_said_as_endpoints_are_and_checked_as_what_it_is() -> None:
    wiring = {"auth_header": "Authorization", "get_path": "/v2/{id}"}
    info = replace(INFO, wiring=wiring)
    said = ["auth_header=X-Key", "https://b.test", "get_path=/v3/{id}/show"]

    assert endpoint_values(said, info, []) == {
        "auth_header": "X-Key",
        "api": "https://b.test",
        "get_path": "/v3/{id}/show",
    }
    with pytest.raises(UsageError, match="is not a path") as caught:
        endpoint_values(["get_path=https://b.test"], info, [])
    assert caught.value.hint == "Write it as /v2/{id}"
    with pytest.raises(UsageError, match="has no endpoint “path”") as caught:
        endpoint_values(["path=/v2"], info, [])
    assert caught.value.hint == "It has: api, queue, auth_header, get_path"
