import pytest

from depthstudio.formats import media_type
from depthstudio.providers.transport.magic import is_one_of


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        (media_type.PNG, b"\x89PNG\r\n\x1a\n\0\0"),
        (media_type.JPEG, b"\xff\xd8\xff\xe0"),
        (media_type.WEBP, b"RIFF\0\0\0\0WEBPVP8 "),
        (media_type.TIFF, b"II*\0"),
        (media_type.GLB, b"glTF\2\0\0\0"),
        (media_type.PLY, b"ply\nformat"),
        (media_type.NPZ, b"PK\x03\x04"),
        ("application/json", b' {"a": 1}'),
        ("video/mp4", b"\0\0\0\x20ftypisom"),
        ("video/quicktime", b"\0\0\0\x08wide\0\0"),
        ("video/webm", b"\x1a\x45\xdf\xa3"),
        ("image/avif", b"\0\0\0\x20ftypavif"),
    ],
)
def test_each_kind_is_known_by_its_first_bytes(kind: str, head: bytes) -> None:
    assert is_one_of([kind], head)
    assert is_one_of(["image/gif", kind], head)
    assert is_one_of([], head)
    assert not is_one_of(["image/gif"], head)
    assert not is_one_of([kind], b"<html>")
    assert not is_one_of([], b"<html>")
