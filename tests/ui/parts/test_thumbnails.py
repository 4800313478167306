"""Thumbnails come late, fill their size, are kept, and never stop the window."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from depthstudio.ui.parts.thumbnails import Thumbnails, read_image
from tests.support.heic import heic
from tests.support.videos import frame_picture, write_video

SIZE = QSize(54, 36)


@pytest.fixture
def thumbnails() -> Iterator[Thumbnails]:
    thumbnails = Thumbnails(SIZE)
    yield thumbnails
    thumbnails.close()


def test_a_thumbnail_arrives_at_exactly_its_size(
    qtbot: QtBot, thumbnails: Thumbnails, red_png: Path
) -> None:
    with qtbot.waitSignal(thumbnails.arrived) as arrived:
        assert thumbnails.get(red_png, 2.0) is None
    assert arrived.args == [str(red_png)]
    pixmap = thumbnails.get(red_png, 2.0)
    assert pixmap is not None
    assert pixmap.size() == SIZE * 2
    assert pixmap.deviceIndependentSize().toSize() == SIZE


def test_a_file_is_read_once_in_another_thread(qtbot: QtBot, red_png: Path) -> None:
    threads: list[int] = []

    def read(path: Path, size: QSize) -> QImage:
        threads.append(threading.get_ident())
        return read_image(path, size)

    thumbnails = Thumbnails(SIZE, read=read)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.get(red_png)
        thumbnails.get(red_png)
    thumbnails.get(red_png)
    thumbnails.close()
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


def test_what_cannot_be_read_is_not_tried_again(
    qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.get(broken)
    with qtbot.assertNotEmitted(thumbnails.arrived, wait=50):
        assert thumbnails.get(broken) is None


def test_a_wide_photo_is_cropped_in_the_middle(
    qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path
) -> None:
    image = QImage(900, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    for x in range(400, 500):
        for y in range(100):
            image.setPixelColor(x, y, Qt.GlobalColor.green)
    path = tmp_path / "wide.png"
    image.save(str(path))
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.get(path)
    pixmap = thumbnails.get(path)
    assert pixmap is not None
    middle = pixmap.toImage().pixelColor(27, 18)
    assert middle.green() > 200
    assert middle.red() < 50


@pytest.mark.parametrize("kind", ["HEIC", "AVIF", "video"])
def test_what_qt_cannot_read_has_a_thumbnail_too(
    qtbot: QtBot, thumbnails: Thumbnails, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "footage"
    if kind == "HEIC":
        path.write_bytes(heic(frame_picture(0), quarter_turns=1, exif_orientation=6))
    elif kind == "AVIF":
        Image.fromarray(frame_picture(0)).save(path, "AVIF", quality=90)
    else:
        write_video(path)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.get(path)
    pixmap = thumbnails.get(path)
    assert pixmap is not None
    assert pixmap.size() == SIZE
    left, right = (pixmap.toImage().pixelColor(x, 8) for x in (12, 42))
    assert left.red() > 180 > 80 > left.blue()
    assert right.blue() > 180 > 80 > right.red()
