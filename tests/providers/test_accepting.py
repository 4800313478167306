"""One answer to what a provider takes."""

from pathlib import Path

import pytest

from depthstudio.core.job import Source
from depthstudio.providers.accepting import refusal, takes
from depthstudio.providers.base import Licence, ProviderInfo


def provider(*accepts: str) -> ProviderInfo:
    return ProviderInfo(
        id="acme",
        title="Acme",
        version="1",
        subtitle="A service",
        accepts=frozenset(accepts),
        produces=(),
        licence=Licence("MIT", True),
        price="Free",
    )


def source(name: str, media_type: str) -> Source:
    return Source(path=Path(name), media_type=media_type, size_bytes=1, mtime_ns=0)


PHOTO, HEIC, CLIP = (
    source("a.png", "image/png"),
    source("b.heic", "image/heic"),
    source("c.mp4", "video/mp4"),
)


@pytest.mark.parametrize(
    ("accepts", "words"),
    [
        (("image/png", "image/heic", "video/mp4"), ""),
        (("image/*", "video/*"), ""),
        (("image/*",), "Acme takes photos, not c.mp4"),
        (("image/png", "image/heic"), "Acme takes photos, not c.mp4"),
        (("video/mp4",), "Acme takes videos, not a.png"),
        (("image/png", "video/mp4"), "Acme takes PNG photos, not b.heic"),
        (
            ("image/png", "image/jpeg", "image/tiff"),
            "Acme takes JPEG, PNG and TIFF photos, not b.heic",
        ),
        (("image/png", "image/heic", "video/webm"), "Acme takes WebM videos, not c.mp4"),
        (("model/gltf-binary",), "Acme takes other files, not a.png"),
    ],
)
def test_the_first_file_it_does_not_take_is_named_with_what_it_takes(accepts, words: str) -> None:
    info = provider(*accepts)
    assert refusal(info, [PHOTO, HEIC, CLIP]) == words
    assert all(takes(info, file) for file in (PHOTO, HEIC, CLIP)) is (not words)
