import json

import httpx
import pytest

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.answers import json_answer


def answer(body: bytes, content_type: str = "application/json") -> httpx.Response:
    request = httpx.Request("GET", "https://acme.test", headers={"X-Api-Key": "s3cret"})
    return httpx.Response(
        200, content=body, headers={"Content-Type": content_type}, request=request
    )


def refused(body: bytes, content_type: str = "application/json") -> BadResponse:
    with pytest.raises(BadResponse) as caught:
        json_answer(answer(body, content_type), "Acme", max_bytes=10_000)
    return caught.value


@pytest.mark.parametrize("value", [None, 3, "ü", [], {"a": [{"b": None}]}, [1.5, True]])
def test_json_is_read(value: object) -> None:
    assert json_answer(answer(json.dumps(value).encode()), "Acme") == value


def test_many_small_things_are_not_deep() -> None:
    value = [{"a": [n]} for n in range(1000)]
    assert json_answer(answer(json.dumps(value).encode()), "Acme") == value


def test_sixty_four_levels_are_deep_enough() -> None:
    assert json_answer(answer(b"[" * 64 + b"]" * 64), "Acme")
    siblings = b"[" + b"[]," * 100
    assert json_answer(answer(siblings + b"[" * 63 + b"]" * 64), "Acme")
    refused(b"[" * 65 + b"]" * 65)
    refused(b'{"a":' * 65 + b"1" + b"}" * 65)
    refused(b"[" * 5000 + b"]" * 5000)


@pytest.mark.parametrize(
    "text", ["[" * 100, "{" * 100, '"[' * 100, "\\[" * 100, '\\"[' * 100, "\\"]
)
def test_brackets_in_texts_are_no_levels(text: str) -> None:
    value = {text: [text, [text], {"a": text}, text], "b": text}
    assert json_answer(answer(json.dumps(value).encode()), "Acme") == value
    around = json.dumps(value)
    refused(b"[" * 64 + around.encode() + b"]" * 64)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nope", b"NaN", b'{"a": 1}x', b"\xff\xfe", b'"\\ud800"', b"[1" * 3000]
)
def test_what_is_no_json_is_a_bad_response(body: bytes) -> None:
    error = refused(body)
    assert error.may_have_run
    assert not error.retryable


def test_a_web_page_hints_at_a_sign_in() -> None:
    for body, kind in ((b"\n<!DOCTYPE html><p>", "application/json"), (b"Hello", "text/html")):
        error = refused(body, kind)
        assert str(error) == "Acme answered with a web page"
        assert "sign in" in error.hint


def test_too_much_json_is_not_read() -> None:
    assert str(refused(b" " * 10_001)) == "Acme sent far too long an answer"


def test_the_detail_is_short_and_names_no_key() -> None:
    detail = refused(b"s3cret?token=abc " * 500).detail
    assert "s3cret" not in detail
    assert "abc" not in detail
    assert len(detail) < 400
