"""Addresses as sources: what is taken, what they are called, and what is never shown of them."""

from pathlib import Path

import pytest

from depthstudio.core.errors import Unencrypted, UsageError
from depthstudio.core.job import Source
from depthstudio.formats import media_type
from depthstudio.jobs.sources import fitting, take_in
from depthstudio.jobs.web_source import LONGEST_NAME, source_from_address
from depthstudio.providers.accepting import refusal
from tests.support.scripted_provider import scripted_at

SECRET = "sig=s3cret"


@pytest.mark.parametrize(
    ("address", "name", "kind"),
    [
        ("https://cdn.test/clips/walk.mp4", "walk.mp4", media_type.MP4),
        ("https://cdn.test/a%20walk.JPEG?sig=1#t=2", "a walk.JPEG", media_type.JPEG),
        ("https://cdn.test/clips/", "clips", media_type.UNKNOWN),
        ("https://cdn.test", "cdn.test", media_type.UNKNOWN),
        ("https://cdn.test/?file=walk.mp4", "cdn.test", media_type.UNKNOWN),
        ("HTTPS://CDN.test/x.webm", "x.webm", media_type.WEBM),
        ("http://127.0.0.1:8000/x.png", "x.png", media_type.PNG),
        ("https://cdn.test/x.gif", "x.gif", media_type.UNKNOWN),
    ],
)
def test_an_address_is_a_source_named_by_its_path(address: str, name: str, kind: str) -> None:
    source = source_from_address(f"  {address}\n")
    assert (source.path, source.media_type, source.url) == (Path(name), kind, address)
    assert source.is_remote


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "_.._etc_passwd"),
        ("%2e%2e", "cdn.test"),
        ("a%00b%0Ac.png", "a_b_c.png"),
        ("%E2%80%AEgnp.exe", "_gnp.exe"),  # would turn the text round
        ("C:%5Cfiles%5Cx.png", "C__files_x.png"),
        ("%ff.png", "\N{REPLACEMENT CHARACTER}.png"),
    ],
)
def test_a_hostile_name_is_only_a_name(path: str, name: str) -> None:
    assert source_from_address(f"https://cdn.test/{path}").path == Path(name)


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = source_from_address(f"https://cdn.test/{'x' * 400}.mp4").path.name
    assert len(name) == LONGEST_NAME
    assert name.endswith("x….mp4")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "walk.mp4",
        f"ftp://cdn.test/x?{SECRET}",
        f"file:///etc/passwd?{SECRET}",
        f"https:///x?{SECRET}",
        f"https://cdn.test/a b?{SECRET}",
        f"https://cdn.test/a\u202eb?{SECRET}",
        f"https://me:pw@cdn.test/x?{SECRET}",
        f"https://@cdn.test/x?{SECRET}",
        f"https://cdn.test\\@evil.test/x?{SECRET}",
        f"https://cdn.test:99999/x?{SECRET}",
        f"https://cdn.test/{'x' * 9000}?{SECRET}",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        source_from_address(address)
    said = f"{refused.value} {refused.value.hint} {refused.value.detail}"
    assert SECRET not in said
    assert "pw" not in said


def test_an_unencrypted_address_is_refused_by_its_host_alone() -> None:
    with pytest.raises(Unencrypted, match=r"^cdn\.test would be spoken to") as refused:
        source_from_address(f"http://cdn.test/x?{SECRET}")
    assert SECRET not in str(refused.value)


def test_the_query_is_kept_for_the_request_and_never_shown() -> None:
    source = source_from_address(f"https://cdn.test/x.mp4?{SECRET}#part")
    assert source.url.endswith(f"?{SECRET}#part")
    assert (source.place, source.host) == ("https://cdn.test/x.mp4", "cdn.test")


def test_a_file_is_shown_by_its_path() -> None:
    here = Source(path=Path("/a/b.png"), media_type="image/png", size_bytes=1, mtime_ns=0)
    assert (here.place, here.host, here.is_remote) == (str(Path("/a/b.png")), "", False)


def test_addresses_are_taken_in_between_the_files_where_they_were_named(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    photo.write_bytes(b"nothing")
    address = source_from_address("https://cdn.test/x.png")
    intake = take_in([photo, address])
    assert intake.sources == (address,)
    assert [unusable.path for unusable in intake.unusable] == [photo]


def test_a_provider_of_files_says_that_it_takes_no_addresses() -> None:
    address = source_from_address("https://cdn.test/x.png")
    files, both = scripted_at("http://x"), scripted_at("http://x", takes_urls=True)
    assert refusal(files.info, [address]) == "Scripted takes files, not addresses on the web"
    assert refusal(both.info, [address]) == ""
    clip = source_from_address("https://cdn.test/x.mp4")
    assert refusal(both.info, [clip]) == "Scripted takes photos, not x.mp4"
    unknown = source_from_address("https://cdn.test/x")
    assert refusal(both.info, [unknown]) == ""
    assert fitting(both.info, [address, clip], [address, clip]) == (address, clip)
