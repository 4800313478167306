"""A refusal as long as a service likes: it is read on the loop, where nothing may take long."""

import time

import httpx
import msgspec
import pytest

from depthstudio.core.errors import ProviderError
from depthstudio.providers.fal.failures import final_failure, said_in, submit_trouble
from depthstudio.providers.transport.errors import translated_errors, utc_now

LONG_BYTES = 32 << 20
SOON_S = 1.0
KEY = "k3y-of-the-tests-9d"


def answer(status: int, content: bytes, content_type: str = "application/json") -> httpx.Response:
    request = httpx.Request(
        "POST", "https://queue.fal.run/x", headers={"Authorization": f"Key {KEY}"}
    )
    return httpx.Response(
        status, content=content, headers={"Content-Type": content_type}, request=request
    )


HOSTILE = {
    "words": b"could not do it " * (LONG_BYTES // 16),
    "addresses": b"https://a.test/?x=1&y=2 " * (LONG_BYTES // 24),
    "a text": b'{"detail": "' + b"ab cd &k=v " * (LONG_BYTES // 11) + b'"}',
    "many parts": b'{"detail": [' + b'{"msg":"x"},' * (LONG_BYTES // 12) + b"1]}",
    "deep": b"[" * LONG_BYTES,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("status", [422, 503])
def test_a_refusal_of_any_length_is_read_soon(content: bytes, status: int) -> None:
    response = answer(status, content)
    before_s = time.process_time()
    submit_trouble("fal", response, utc_now())
    failure = final_failure("fal", response, "it broke", "internal_error")
    with pytest.raises(ProviderError), translated_errors("fal"):
        response.raise_for_status()
    assert time.process_time() - before_s < SOON_S
    assert failure is not None
    assert len(f"{failure}{failure.detail}") < 2000


def test_a_refusal_that_repeats_a_whole_picture_is_still_understood() -> None:
    item = {
        "input": "data:image/png;base64," + "QUFB" * 2_500_000,
        "loc": ["body", "image_url"],
        "msg": "Failed to load the image",
        "type": "image_load_error",
    }
    said = said_in(answer(422, msgspec.json.encode({"detail": [item]})))
    assert (said.words, said.kind) == ("image_url: Failed to load the image", "image_load_error")
    assert "QUFB" not in said.detail


def test_a_key_at_the_end_of_what_is_shown_is_hidden_before_it_is_cut() -> None:
    for length in range(150, 520, 7):
        content = msgspec.json.encode({"detail": "a " * (length // 2) + f"{KEY} is no key"})
        said = said_in(answer(400, content))
        assert KEY[:6] not in f"{said.words} {said.detail}"
