"""Photos come out upright, in sRGB, with every bit they have."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from depthstudio.core.errors import FormatError
from depthstudio.formats import image_header
from depthstudio.formats.image import (
    decode_image,
    encode_png,
    read_photo,
    read_precise,
    thumbnail,
    write_jpeg,
    write_png,
)
from tests.support.deep_png import deep_png
from tests.support.heic import heic

CHANNELS_BY_COLOUR_TYPE = {0: 1, 2: 3, 4: 2, 6: 4}


def deep_tiff(samples: np.ndarray, order: str) -> bytes:
    """An uncompressed 16-bit RGB TIFF of (H, W, 3) uint16."""
    height, width, count = samples.shape
    pixels = samples.astype(f"{order}u2").tobytes()
    bits = struct.pack(f"{order}{count}H", *([16] * count))
    entries = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, count, 8 + len(pixels)),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 8),
        (277, 3, 1, count),
        (278, 3, 1, height),
        (279, 4, 1, len(pixels)),
    ]
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, number, value in entries:
        short = kind == 3 and number == 1
        field = struct.pack(
            f"{order}HH" if short else f"{order}I", *([value, 0] if short else [value])
        )
        directory += struct.pack(f"{order}HHI", tag, kind, number) + field
    magic = b"II*\0" if order == "<" else b"MM\0*"
    start = struct.pack(f"{order}I", 8 + len(pixels) + len(bits))
    return magic + start + pixels + bits + directory + bytes(4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_photos_are_turned_upright(tmp_path: Path, orientation: int, file_format: str) -> None:
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :16] = 255, 0, 0
    upright[16:, 32:] = 0, 0, 255
    held = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo"
    options = {"lossless": True} if file_format == "WEBP" else {}
    Image.fromarray(np.ascontiguousarray(held)).save(path, file_format, exif=exif, **options)
    pixels = read_photo(path)
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).mean() < 3
    assert image_header.image_size(path) == (48, 32)


@pytest.mark.parametrize("exif_orientation", [None, 1, 6])
@pytest.mark.parametrize("quarter_turns", range(4))
def test_heic_photos_are_turned_once_as_their_container_says(
    tmp_path: Path, quarter_turns: int, exif_orientation: int | None
) -> None:
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :16] = 255, 0, 0
    upright[16:, 32:] = 0, 0, 255
    path = tmp_path / "photo"
    options = {"quarter_turns": quarter_turns, "exif_orientation": exif_orientation}
    path.write_bytes(heic(upright, **options))
    assert np.array_equal(read_photo(path), upright)
    assert np.array_equal(read_precise(path), upright / np.float32(255))
    assert image_header.image_size(path) == (48, 32)


def test_every_bit_of_a_deep_heic_is_kept(tmp_path: Path, rng) -> None:
    samples = rng.integers(0, 1024, (16, 24, 3)).astype(np.uint16)
    samples[0, 0], samples[0, 1] = 0, 1023
    (tmp_path / "deep.heic").write_bytes(heic(samples, is_deep=True))
    precise = read_precise(tmp_path / "deep.heic")
    assert np.array_equal(np.rint(precise * 1023), samples)
    assert np.abs(read_photo(tmp_path / "deep.heic") - precise * 255).max() <= 1
    (tmp_path / "flat.heic").write_bytes(heic((samples >> 2).astype(np.uint8)))
    assert np.array_equal(read_photo(tmp_path / "flat.heic"), samples >> 2)


def test_a_cut_short_heic_is_refused_with_a_hint(tmp_path: Path, rng) -> None:
    data = heic(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    (tmp_path / "half").write_bytes(data[: len(data) // 2])
    for read in (read_photo, read_precise):
        with pytest.raises(FormatError, match="half is damaged or cut short") as caught:
            read(tmp_path / "half")
        assert "save it again" in caught.value.hint


def test_a_container_too_large_to_be_a_photo_is_not_read(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "photo"
    path.write_bytes(heic(np.zeros((16, 16, 3), np.uint8)))
    monkeypatch.setattr(image_header, "MAX_CONTAINER_BYTES", 100)
    with pytest.raises(FormatError, match="the most that is read"):
        read_photo(path)


def test_a_texture_is_not_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2)).save(buffer, "PNG", exif=exif)
    assert decode_image(buffer.getvalue(), as_stored=True).shape == (2, 3, 3)
    assert decode_image(buffer.getvalue()).shape == (3, 2, 3)


@pytest.mark.parametrize("colour_type", CHANNELS_BY_COLOUR_TYPE)
def test_every_16_bit_value_of_a_png_is_kept(tmp_path: Path, rng, colour_type: int) -> None:
    channels = CHANNELS_BY_COLOUR_TYPE[colour_type]
    samples = rng.integers(0, 65536, (11, 13, channels), dtype=np.uint16)
    path = tmp_path / "deep.png"
    path.write_bytes(deep_png(samples, colour_type))
    spread = samples if channels > 2 else samples[..., [0, 0, 0] + [1] * (channels - 1)]
    precise = read_precise(path)
    assert np.array_equal(np.rint(precise * 65535).astype(np.uint16), spread)
    assert np.array_equal(read_photo(path), np.rint(spread / 257).astype(np.uint8))


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_16_bit_value_of_an_rgb_tiff_is_kept(tmp_path: Path, rng, order: str) -> None:
    samples = rng.integers(0, 65536, (5, 7, 3), dtype=np.uint16)
    path = tmp_path / "deep.tif"
    path.write_bytes(deep_tiff(samples, order))
    assert np.array_equal(np.rint(read_precise(path) * 65535).astype(np.uint16), samples)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_gray_16_bit_and_float_tiff_are_kept(tmp_path: Path, rng, compression) -> None:
    gray = rng.integers(0, 65536, (5, 7), dtype=np.uint16)
    values = rng.random((5, 7), np.float32)
    for name, samples in (("gray.tif", gray), ("float.tif", values)):
        Image.fromarray(samples).save(tmp_path / name, compression=compression)
    precise = read_precise(tmp_path / "gray.tif")
    assert np.array_equal(np.rint(precise[..., 1] * 65535).astype(np.uint16), gray)
    assert np.array_equal(read_precise(tmp_path / "float.tif")[..., 2], values)


def test_float_values_above_one_are_scaled_and_nan_is_black(tmp_path: Path) -> None:
    values = np.array([[0, 2, 4], [np.nan, -1, 1]], np.float32)
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert read_precise(tmp_path / "a.tif")[..., 0].tolist() == [[0, 0.5, 1], [0, 0, 0.25]]
    assert read_photo(tmp_path / "a.tif")[..., 0].tolist() == [[0, 128, 255], [0, 0, 64]]


@pytest.mark.parametrize(
    ("mode", "channels"),
    [("1", 3), ("L", 3), ("LA", 4), ("P", 3), ("RGB", 3), ("RGBA", 4), ("CMYK", 3)],
)
def test_every_mode_becomes_colour(tmp_path: Path, mode: str, channels: int) -> None:
    file_format = "TIFF" if mode == "CMYK" else "PNG"
    Image.new(mode, (4, 3)).save(tmp_path / "a", file_format)
    assert read_photo(tmp_path / "a").shape == (3, 4, channels)
    precise = read_precise(tmp_path / "a")
    assert precise.shape == (3, 4, channels)
    assert precise.dtype == np.float32


def test_a_transparent_palette_keeps_its_alpha(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "a.png", transparency=1)
    assert read_photo(tmp_path / "a.png").tolist() == [[[10, 20, 30, 255], [40, 50, 60, 0]]]


@pytest.fixture
def swapped_profile() -> bytes:
    """An sRGB profile with red and blue exchanged, whose effect cannot be missed."""
    buffer = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    position = buffer.find(b"sRGB built-in".decode().encode("utf-16-be"))
    assert position > 0
    buffer[position : position + 8] = "Wide".encode("utf-16-be")
    red, blue = buffer.find(b"rXYZ"), buffer.find(b"bXYZ")
    buffer[red : red + 4], buffer[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(buffer)


@pytest.mark.parametrize("file_format", ["PNG", "AVIF", "HEIC"])
def test_an_embedded_profile_is_converted_to_srgb(
    tmp_path: Path, swapped_profile: bytes, file_format: str
) -> None:
    path = tmp_path / "photo"
    if file_format == "HEIC":
        pixels = np.full((16, 16, 3), (255, 0, 0), np.uint8)
        path.write_bytes(heic(pixels, profile=swapped_profile))
    else:
        image = Image.new("RGB", (16, 16), (255, 0, 0))
        image.save(path, file_format, icc_profile=swapped_profile)
    assert read_photo(path)[0, 0].astype(int) == pytest.approx([0, 0, 255], abs=3)


def test_a_broken_profile_does_not_spoil_the_picture(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2), (9, 8, 7)).save(tmp_path / "a.png", icc_profile=b"nonsense")
    assert read_photo(tmp_path / "a.png")[0, 0].tolist() == [9, 8, 7]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("read", [read_photo, read_precise])
def test_a_cut_short_picture_is_refused_with_a_hint(tmp_path, rng, file_format, read) -> None:
    path = tmp_path / "half"
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, file_format)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(FormatError, match="half is damaged or cut short") as caught:
        read(path)
    assert "save it again" in caught.value.hint


def test_a_picture_past_the_pixel_limit_is_refused_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    data = bytearray(deep_png(np.zeros((1, 1, 1), np.uint16), 0))
    data[16:24] = struct.pack(">II", 20_001, 20_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    path.write_bytes(data)
    with pytest.raises(FormatError, match="400 megapixels"):
        read_photo(path)


def test_png_keeps_every_byte_and_jpeg_lays_alpha_on_white(tmp_path: Path, rng) -> None:
    pixels = rng.integers(0, 256, (6, 5, 4), dtype=np.uint8)
    write_png(tmp_path / "a.png", pixels)
    assert np.array_equal(read_photo(tmp_path / "a.png"), pixels)
    write_jpeg(tmp_path / "a.jpg", np.full((8, 8, 4), [0, 0, 0, 0], np.uint8))
    assert read_photo(tmp_path / "a.jpg").tolist() == np.full((8, 8, 3), 255).tolist()


def test_16_bit_gray_png_is_written_exactly(rng) -> None:
    codes = rng.integers(0, 65536, (6, 5), dtype=np.uint16)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(codes)))), codes)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((100, 50, 3), (32, 16, 3)), ((10, 20, 4), (10, 20, 4)), ((1000, 2), (32, 1))],
)
def test_a_thumbnail_keeps_proportions_and_never_grows(shape, expected) -> None:
    small = thumbnail(np.full(shape, 77, np.uint8), 32)
    assert small.shape == expected
    assert (small == 77).all()
