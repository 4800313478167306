"""HEIC photos that end, stop or starve their decoder: an error about one photo, and no more."""

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.core.errors import FormatError
from depthstudio.formats import heif, heif_decoder
from depthstudio.formats.heif_decoder import HeifDecoder
from depthstudio.formats.heif_process import HeifProcess, NotDecoded
from depthstudio.formats.image import decode_image, encode_png, read_photo
from depthstudio.formats.image_header import image_size
from tests.support.heic import heic

if sys.platform == "linux":
    import resource

PIXELS = np.arange(16 * 24 * 3, dtype=np.uint8).reshape(16, 24, 3)
PHOTO = heic(PIXELS, exif_orientation=6)

on_posix = pytest.mark.skipif(os.name != "posix", reason="stops processes by signals")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeifDecoder]:
    """The decoder of this test alone, for everything that reads photos."""
    decoder = HeifDecoder()
    monkeypatch.setattr(heif, "heif_decoder", lambda: decoder)
    yield decoder
    decoder.close()


def with_spoilt_exif_type(letter: int) -> bytes:
    """Ends pi-heif 1.4.0: the name of an item's type is not text, and its NULL is released."""
    at = PHOTO.index(b"infe", PHOTO.index(b"infe") + 4)
    at = PHOTO.index(b"Exif", at) + letter
    return PHOTO[:at] + b"\xe9" + PHOTO[at + 1 :]


@pytest.mark.parametrize("letter", range(4))
def test_a_photo_that_ends_the_decoder_is_damaged_and_the_next_one_is_read(
    tmp_path: Path, decoder: HeifDecoder, letter: int
) -> None:
    path = tmp_path / "hostile.heic"
    path.write_bytes(with_spoilt_exif_type(letter))
    for read in (image_size, read_photo):
        with pytest.raises(FormatError, match=r"hostile\.heic is damaged") as caught:
            read(path)
        assert "save it again" in caught.value.hint
        assert "the decoder ended" in caught.value.detail
    assert np.array_equal(decode_image(PHOTO), PIXELS)


@on_posix
def test_a_decoder_that_dies_over_each_try_is_an_error_and_the_next_photo_is_read(
    monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder
) -> None:
    killed: list[int] = []

    class Killed(HeifProcess):
        def _exchange(self, what: str, data: bytes):
            os.kill(self.id, signal.SIGKILL)
            killed.append(self.id)
            return super()._exchange(what, data)

    decoder.header(PHOTO)
    decoder.close()
    monkeypatch.setattr(heif_decoder, "HeifProcess", Killed)
    with pytest.raises(FormatError, match="damaged") as caught:
        decode_image(PHOTO)
    assert "SIGKILL" in caught.value.detail
    assert len(killed) == 1
    monkeypatch.setattr(heif_decoder, "HeifProcess", HeifProcess)
    assert np.array_equal(decode_image(PHOTO), PIXELS)


@on_posix
def test_a_photo_whose_decoder_was_killed_for_another_reason_is_asked_about_again(
    monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder
) -> None:
    asked = threading.Event()

    class Telling(HeifProcess):
        def answer(self, what: str, data: bytes, timeout_s: float):
            asked.set()
            return super().answer(what, data, timeout_s)

    monkeypatch.setattr(heif_decoder, "HeifProcess", Telling)
    decoder.header(PHOTO)
    first = decoder.process_id
    assert first is not None
    asked.clear()
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as executor:
        photo = executor.submit(decode_image, PHOTO)
        assert asked.wait(60)
        os.kill(first, signal.SIGKILL)
        assert np.array_equal(photo.result(60), PIXELS)
    assert decoder.process_id != first


@on_posix
def test_a_decoder_killed_while_idle_is_not_missed(decoder: HeifDecoder) -> None:
    decoder.header(PHOTO)
    first = decoder.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert np.array_equal(decode_image(PHOTO), PIXELS)


@on_posix
def test_a_photo_that_takes_too_long_is_given_up_and_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = HeifDecoder(timeout_s=0.5)
    monkeypatch.setattr(heif, "heif_decoder", lambda: hasty)
    (tmp_path / "slow").write_bytes(PHOTO)
    with contextlib.closing(hasty):
        os.kill(hasty._running().id, signal.SIGSTOP)
        with pytest.raises(FormatError, match="slow takes too long") as caught:
            read_photo(tmp_path / "slow")
        assert "0.5 s" in caught.value.detail
        monkeypatch.setattr(hasty, "_timeout_s", 60)
        assert np.array_equal(read_photo(tmp_path / "slow"), PIXELS)


@on_linux
def test_a_decoder_that_gets_no_more_memory_is_an_error_and_the_next_photo_is_read(
    monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder
) -> None:
    starved: list[int] = []

    class Starved(HeifProcess):
        def answer(self, what: str, data: bytes, timeout_s: float):
            status = Path(f"/proc/{self.id}/status").read_text()
            taken_kib = int(status.partition("VmSize:")[2].split()[0])
            resource.prlimit(self.id, resource.RLIMIT_AS, (taken_kib << 10, taken_kib << 10))
            starved.append(self.id)
            return super().answer(what, data, timeout_s)

    monkeypatch.setattr(heif_decoder, "HeifProcess", Starved)
    with pytest.raises(FormatError):
        decode_image(heic(np.zeros((640, 640, 3), np.uint8)))
    assert starved
    monkeypatch.setattr(heif_decoder, "HeifProcess", HeifProcess)
    decoder.close()
    assert np.array_equal(decode_image(PHOTO), PIXELS)


def test_each_thread_gets_its_own_photo(decoder: HeifDecoder, rng: np.random.Generator) -> None:
    photos = [rng.integers(0, 256, (16 * n, 24, 3), np.uint8) for n in range(1, 9)]
    files = [heic(photo) for photo in photos]
    with ThreadPoolExecutor(4) as executor:
        for _ in range(3):
            for photo, read in zip(photos, executor.map(decode_image, files), strict=True):
                assert np.array_equal(photo, read)


def test_one_process_decodes_them_all_and_ctrl_c_is_not_for_it(decoder: HeifDecoder) -> None:
    decode_image(PHOTO)
    first = decoder.process_id
    assert first is not None
    if os.name == "posix":
        os.kill(first, signal.SIGINT)
    with pytest.raises(FormatError):
        decode_image(PHOTO[: len(PHOTO) // 2])
    decode_image(PHOTO)
    assert decoder.process_id == first


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next_photo(
    monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder
) -> None:
    def break_off(self: HeifProcess, size_bytes: int) -> bytearray:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(HeifProcess, "_filled", break_off)
        with pytest.raises(KeyboardInterrupt):
            decode_image(heic(PIXELS[::-1]))
    assert np.array_equal(decode_image(PHOTO), PIXELS)


def test_pixels_that_do_not_fit_their_picture_are_refused(
    monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder
) -> None:
    filled = HeifProcess._filled
    monkeypatch.setattr(
        HeifProcess, "_filled", lambda self, size_bytes: filled(self, size_bytes)[:-1]
    )
    with pytest.raises(NotDecoded, match="bytes for"):
        decoder.pixels(PHOTO, (24, 16))


@pytest.mark.parametrize("program", ["nothing-of-this-name", "/bin/false"])
def test_without_a_decoder_heic_is_refused_by_name_and_other_photos_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder, program: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / program))
    with pytest.raises(FormatError, match="HEIC photos cannot be read here") as caught:
        decode_image(PHOTO)
    assert "JPEG" in caught.value.hint


def test_a_decoder_that_does_not_start_is_not_tried_again_for_each_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [1000.0]
    decoder = HeifDecoder(clock_s=lambda: now_s[0])
    tries: list[float] = []

    class Tried(HeifProcess):
        def __init__(self, memory_bytes: int) -> None:
            tries.append(now_s[0])
            super().__init__(memory_bytes)

    monkeypatch.setattr(heif_decoder, "HeifProcess", Tried)
    said: list[tuple[str, str, str]] = []
    with monkeypatch.context() as patch, contextlib.closing(decoder):
        patch.setattr(sys, "executable", str(tmp_path / "nothing-of-this-name"))
        for moment_s in (1000.0, 1001.0, 1059.0, 1061.0, 1120.0):
            now_s[0] = moment_s
            with pytest.raises(FormatError, match="HEIC photos cannot be read here") as caught:
                decoder.header(PHOTO)
            said.append((str(caught.value), caught.value.hint, caught.value.detail))
    assert tries == [1000.0, 1061.0]
    assert len(set(said)) == 1
    with contextlib.closing(decoder):
        with pytest.raises(FormatError, match="HEIC photos cannot be read here"):
            decoder.header(PHOTO)
        now_s[0] = 1122.0
        assert decoder.header(PHOTO).size_px == (24, 16)


@on_posix
def test_a_bundled_program_decodes_by_starting_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoder: HeifDecoder
) -> None:
    bundle = tmp_path / "DepthStudio"
    bundle.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m depthstudio "$@"\n')
    bundle.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bundle))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert np.array_equal(decode_image(PHOTO), PIXELS)


def test_other_pictures_are_still_opened_by_whoever_asks_pillow_for_any(
    decoder: HeifDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    heif.learn_heif()
    # As where HEIC was met before Pillow knew of any other.
    monkeypatch.setattr(Image, "ID", ["HEIF", *(name for name in Image.ID if name != "HEIF")])
    with Image.open(io.BytesIO(encode_png(PIXELS))) as image:
        assert image.format == "PNG"
    with Image.open(io.BytesIO(PHOTO)) as image:
        assert np.array_equal(np.asarray(image), PIXELS)
