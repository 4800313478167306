"""Files are told apart by what is in them."""

import os
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import InputError
from depthstudio.core.views import DepthKind, DepthStack, PointCloud
from depthstudio.formats.depth import write_depth_npz
from depthstudio.formats.glb import write_glb
from depthstudio.formats.ply import write_ply
from depthstudio.formats.scene_file import read_scene
from depthstudio.formats.sniff import Sniffed, sniff
from tests.support.heic import heic

CLOUD = PointCloud(np.zeros((2, 3), np.float32))
STACK = DepthStack(np.ones((1, 2, 3), np.float32), DepthKind.METRIC)


@pytest.mark.parametrize(
    ("file_format", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("TIFF", "image/tiff"),
        ("AVIF", "image/avif"),
    ],
)
def test_pictures_are_known_whatever_their_name(tmp_path, file_format, media_type) -> None:
    path = tmp_path / "picture.txt"
    Image.new("RGB", (7, 5)).save(path, file_format)
    assert sniff(path) == Sniffed(media_type, 7, 5)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_heic_photos_are_known_by_either_name(tmp_path: Path, brand: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(heic(np.zeros((16, 24, 3), np.uint8), quarter_turns=1, brand=brand))
    assert sniff(path) == Sniffed("image/heic", 24, 16)


def test_an_avif_that_goes_by_the_general_name_is_an_avif(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    Image.new("RGB", (7, 5)).save(path, "AVIF")
    data = path.read_bytes()
    assert data[4:12] == b"ftypavif"
    path.write_bytes(data[:8] + b"mif1" + data[12:])
    assert sniff(path) == Sniffed("image/avif", 7, 5)


def test_the_size_is_that_after_the_rotation(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (7, 5)).save(tmp_path / "a.jpg", exif=exif)
    assert sniff(tmp_path / "a.jpg") == Sniffed("image/jpeg", 5, 7)


def test_scenes_are_known_and_opened(tmp_path: Path) -> None:
    write_glb(tmp_path / "a", clouds=[CLOUD])
    write_ply(tmp_path / "b", clouds=[CLOUD])
    write_depth_npz(tmp_path / "c", STACK)
    found = [sniff(tmp_path / name).media_type for name in "abc"]
    assert found == ["model/gltf-binary", "model/ply", "application/x-npz"]
    assert len(read_scene(tmp_path / "a").clouds[0]) == 2
    assert len(read_scene(tmp_path / "b").clouds[0]) == 2
    depth = read_scene(tmp_path / "c").depth
    assert depth is not None
    assert np.array_equal(depth.values, STACK.values)


def test_a_picture_is_not_a_scene(tmp_path: Path) -> None:
    Image.new("RGB", (7, 5)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="is a picture, not a finished result"):
        read_scene(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Dear diary,\n\ttoday \xc3\xa9", "is a text file, not a picture"),
        ("é".encode() * 511, "is a text file"),
        (b"GIF89a....", "a GIF animation"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "damaged or cut short"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "damaged or cut short"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "damaged or cut short"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0", "damaged or cut short"),
        (b"\0\0\0\x18moov\0\0\0\0\0\0\0\0", "holds no moving pictures"),
        (b"\x1a\x45\xdf\xa3....", "damaged or cut short"),
        (b"RIFF\0\0\0\0AVI LIST", "damaged or cut short"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0", "a Canon raw photo"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "a sound file"),
        (b"carefree days of old", "a text file"),
        (b"\0\1\2\3\4\5", "a file of an unknown kind"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a file of an unknown kind"),
        (b"PK\x03\x04 not really", "damaged or cut short archive"),
        (b"\x89PNG\r\n\x1a\n", "damaged or cut short"),
        (b"\xff\xd8\xff\xe0", "damaged or cut short"),
    ],
)
def test_anything_else_is_named_and_refused(tmp_path: Path, content: bytes, words) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        sniff(path)
    assert str(caught.value).startswith("photo.jpg")
    assert caught.value.hint


def test_a_zip_of_other_things_is_a_zip(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(InputError, match="a ZIP archive"):
        sniff(tmp_path / "a.zip")


def test_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        sniff(tmp_path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        sniff(tmp_path / "missing.png")
    with pytest.raises(InputError, match="cannot be read"):
        sniff(tmp_path / "zero\0byte")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not an ordinary file"):
        sniff(tmp_path / "pipe")
