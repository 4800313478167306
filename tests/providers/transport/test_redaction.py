import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthstudio.providers.transport.redaction import redacted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://s3.test/a.glb?X-Amz-Signature=abc&X-Amz-Date=1&part=2",
         "https://s3.test/a.glb?X-Amz-Signature=…&X-Amz-Date=…&part=2"),
        ("https://a.test/?sig=a%2Bb&se=2030", "https://a.test/?sig=…&se=2030"),
        ("https://a.test/?a=1&amp;token=abc", "https://a.test/?a=1&amp;token=…"),
        ("/x?api_key=abc and /y?page=3", "/x?api_key=… and /y?page=3"),
        ("{\"url\": \"https://a.test/?Key-Pair-Id=K1\"}", "{\"url\": \"https://a.test/?Key-Pair-Id=…\"}"),
        ("https://me:pw@a.test/x", "https://…@a.test/x"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: Bearer …"),
        ("steps=50 is too many", "steps=50 is too many"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_looks_like_a_credential_is_hidden(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_a_secret_is_hidden_however_it_is_written() -> None:
    text = "Bearer a/b+c== or a/b+c== or a%2Fb%2Bc%3D%3D"
    assert redacted(text, ["a/b+c==", "Bearer a/b+c=="]) == "… or … or …"


@given(st.text(), st.text(min_size=8, alphabet="abcdefgh0123456789"), st.text())
def test_no_secret_is_left_over(before: str, secret: str, after: str) -> None:
    assert secret not in redacted(f"{before}{secret}{after}", [secret, ""])


def test_a_hostile_text_takes_no_time() -> None:
    for text in ("?" + "key" * 20_000, "&a" * 30_000, "a://" * 20_000, "Bearer " * 10_000):
        assert redacted(text)
