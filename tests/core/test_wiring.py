import pytest

from depthstudio.core.errors import UsageError
from depthstudio.core.wiring import checked_wiring

USUAL = {
    "auth_header": "Authorization",
    "auth_scheme": "Bearer",
    "create_path": "/v2/artworks",
    "get_path": "/v2/artworks/{id}",
}


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("create_path", " /api/v3/depth ", "/api/v3/depth"),
        ("create_path", "/", "/"),
        ("create_path", "/a%20b/~me/", "/a%20b/~me/"),
        ("get_path", "/jobs/{id}/show", "/jobs/{id}/show"),
        ("auth_header", "X-Api-Key", "X-Api-Key"),
        ("auth_scheme", "Key", "Key"),
        ("auth_scheme", "none", "none"),
        ("auth_scheme", "", "none"),
    ],
)
def test_wiring_is_kept_as_it_is_written(name: str, text: str, kept: str) -> None:
    assert checked_wiring(name, text, USUAL[name]) == kept


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("create_path", ""),
        ("create_path", "v2/artworks"),
        ("create_path", "//evil.test/v2"),
        ("create_path", "/v2/../admin"),
        ("create_path", "/v2/./x"),
        ("create_path", "/v2?x=1"),
        ("create_path", "/v2#x"),
        ("create_path", "/v2 x"),
        ("create_path", "/v2\r\nX: y"),
        ("create_path", "/v2\\x"),
        ("create_path", "/v2/{id}"),
        ("create_path", "/" + "x" * 600),
        ("create_path", "https://a.test/v2"),
        ("get_path", "/v2/artworks"),
        ("get_path", "/v2/{id}/{id}"),
        ("get_path", "/v2/{id}}"),
        ("get_path", "/v2/{name}"),
        ("auth_header", ""),
        ("auth_header", "X Api Key"),
        ("auth_header", "X-Key:"),
        ("auth_header", "Schlüssel"),
        ("auth_header", "HOST"),
        ("auth_header", "Content-Length"),
        ("auth_scheme", "Bearer x"),
        ("auth_scheme", "a\nb"),
    ],
)
def test_what_is_no_path_header_or_scheme_is_refused(name: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_wiring(name, text, USUAL[name])
    assert f"Write it as {USUAL[name]}" in caught.value.hint


def test_a_name_that_says_nothing_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="nobody can tell"):
        checked_wiring("colour", "red", "blue")
