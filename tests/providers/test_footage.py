"""What is sent keeps its place and looks to the service as it looks to us."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import InputError
from depthstudio.core.job import Source
from depthstudio.formats import whole_file
from depthstudio.formats.image import read_photo
from depthstudio.jobs.sources import take_in
from depthstudio.providers.footage import Prepared, prepared, sampled, stride
from tests.support.deep_png import deep_png
from tests.support.heic import heic
from tests.support.videos import write_video

AS_IS = {"image/jpeg", "image/png", "image/tiff", "video/mp4"}
ORIENTATION = 0x0112


def go_on() -> None:
    """Nobody cancels."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Source]:
    """A picture of four colours as a source."""

    def save(name: str, file_format: str, mode: str = "RGB", orientation: int = 1) -> Source:
        path = tmp_path / name
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        image = Image.fromarray(four_colours()).convert(mode)
        if mode == "RGBA":
            image.putalpha(128)
        image.save(
            path, file_format, exif=exif, **({"lossless": True} if "W" in file_format else {})
        )
        return take_in([path]).sources[0]

    return save


def four_colours() -> np.ndarray:
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:16, :24], pixels[:16, 24:] = (250, 10, 10), (10, 250, 10)
    pixels[16:, :24], pixels[16:, 24:] = (10, 10, 250), (250, 250, 10)
    return pixels


def test_what_a_service_reads_goes_as_it_is_under_a_number(folder: Path, save) -> None:
    sources = [save("b.txt", "JPEG"), save("a", "PNG"), save("c", "TIFF"), save("d", "PNG", "L")]
    ready = prepared(sources, folder, as_is=AS_IS, check=go_on)
    assert [item.sent_as for item in ready] == [
        "000000.jpg",
        "000001.png",
        "000002.tif",
        "000003.png",
    ]
    assert [item.path for item in ready] == [source.path for source in sources]
    assert not list(folder.iterdir())


@pytest.mark.parametrize("orientation", [3, 6, 8])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_held_otherwise_is_turned_first(
    folder: Path, save, file_format: str, orientation: int
) -> None:
    source = save("photo", file_format, orientation=orientation)
    ready = prepared([source], folder, as_is={*AS_IS, "image/webp"}, check=go_on)
    assert ready == [Prepared(folder / "000000.png", "000000.png")]
    with Image.open(ready[0].path) as image:
        assert (image.format, image.mode, dict(image.getexif())) == ("PNG", "RGB", {})
        assert np.array_equal(np.asarray(image), read_photo(source.path))
    assert (image.width, image.height) == (source.width_px, source.height_px)


@pytest.mark.parametrize(
    ("file_format", "mode", "tolerance"),
    [
        ("WEBP", "RGB", 0),
        ("WEBP", "RGBA", 0),
        ("AVIF", "RGB", 8),
        ("TIFF", "I;16", None),
        ("PNG", "I;16", None),
        ("TIFF", "F", None),
        ("JPEG", "CMYK", 4),
        ("PNG", "P", 30),
    ],
)
def test_what_a_service_would_misread_becomes_a_png(
    folder: Path, save, file_format: str, mode: str, tolerance: int | None
) -> None:
    source = save("photo", file_format, mode)
    (item,) = prepared([source], folder, as_is=AS_IS, check=go_on)
    assert item == Prepared(folder / "000000.png", "000000.png")
    with Image.open(item.path) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA" if mode == "RGBA" else "RGB")
        sent = np.asarray(image)
    assert np.array_equal(sent, read_photo(source.path))
    if tolerance is not None:
        assert np.abs(sent[..., :3].astype(int) - four_colours()).mean() <= tolerance


def test_a_16_bit_colour_png_is_noticed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "deep.png").write_bytes(deep_png(np.full((4, 6, 3), 40000, np.uint16), 2))
    sources = take_in([tmp_path / "deep.png"]).sources
    (item,) = prepared(sources, folder, as_is=AS_IS, check=go_on)
    assert item.path.parent == folder
    assert (read_photo(item.path) == 156).all()


def test_a_heic_photo_arrives_upright(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(heic(four_colours(), quarter_turns=3, exif_orientation=6))
    (item,) = prepared(take_in([path]).sources, folder, as_is=AS_IS, check=go_on)
    assert item.sent_as == "000000.png"
    assert np.array_equal(read_photo(item.path), four_colours())


def test_a_video_goes_as_it_is_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.bin")
    (source,) = take_in([clip]).sources
    assert prepared([source], folder, as_is=AS_IS, check=go_on) == [Prepared(clip, "000000.mp4")]
    with pytest.raises(InputError, match=r"clip\.bin is a video of a kind that cannot be sent"):
        prepared([source], folder, as_is={"image/png"}, check=go_on)


def test_progress_is_told_and_giving_up_leaves_nothing_half_done(folder: Path, save) -> None:
    sources = [save(f"{n}.webp", "WEBP") for n in range(4)]
    shares: list[float] = []
    prepared(sources, folder, as_is=AS_IS, check=go_on, progress=shares.append)
    assert shares == [0, 0.25, 0.5, 0.75, 1]
    for path in folder.iterdir():
        path.unlink()
    calls: list[None] = []

    def give_up_at_the_third() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepared(sources, folder, as_is=AS_IS, check=give_up_at_the_third)
    assert sorted(path.name for path in folder.iterdir()) == ["000000.png", "000001.png"]


def test_a_conversion_that_fails_leaves_no_file(
    folder: Path, save, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file, "_flush_to_disk", full)
    with pytest.raises(OSError, match="No space left"):
        prepared([save("a", "WEBP")], folder, as_is=AS_IS, check=go_on)
    assert not list(folder.iterdir())


def test_a_photo_that_cannot_be_decoded_says_so(folder: Path, save) -> None:
    source = save("photo.webp", "WEBP")
    source.path.write_bytes(source.path.read_bytes()[:60])
    with pytest.raises(InputError, match=r"photo\.webp is damaged or cut short") as caught:
        prepared([source], folder, as_is=AS_IS, check=go_on)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("rate_hz", "count", "wanted_hz", "expected"),
    [
        (24, 48, 10, (24, 12.0)),
        (24, 49, 10, (24, 12.0)),
        (30, 90, 10, (30, 10.0)),
        (29.97, 300, 10, (150, 14.985)),
        (50, 175, 60, (175, 50.0)),
        (24, 100, 0.1, (0, 0.1)),
        (24, 480, 0.1, (2, 0.1)),
        (0, 40, 10, (40, 0.0)),
    ],
)
def test_a_video_is_thinned_out_as_the_service_does_it(
    rate_hz: float, count: int, wanted_hz: float, expected: tuple[int, float]
) -> None:
    frames, effective_hz = sampled(rate_hz, count, wanted_hz)
    assert (frames, pytest.approx(effective_hz)) == expected
    k = stride(rate_hz, wanted_hz)
    assert frames == sum(number % k == 0 for number in range(1, count + 1))
