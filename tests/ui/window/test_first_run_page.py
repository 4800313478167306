"""The first page: what it offers and what it claims."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.formats import media_type
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.window import first_run_sample
from depthstudio.ui.window.first_run_page import FirstRunPage
from depthstudio.ui.window.first_run_sample import SampleCard


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a sample picture appear among the resources; there is none to begin with."""

    def find(*parts: str) -> Path:
        path = tmp_path.joinpath(*parts)
        if not path.exists():
            raise FileNotFoundError(path)
        return path

    def make(name: str) -> None:
        (tmp_path / "sample").mkdir(exist_ok=True)
        image = QImage(300, 200, QImage.Format.Format_RGB32)
        image.fill(QColor("red"))
        assert image.save(str(tmp_path / "sample" / name))

    monkeypatch.setattr(first_run_sample, "resource", find)
    return make


@pytest.fixture
def make_page(theme: Theme, icons: Icons, qtbot: QtBot) -> Callable[[], FirstRunPage]:
    def make() -> FirstRunPage:
        page = FirstRunPage(theme, icons)
        qtbot.addWidget(page)
        page.resize(896, 800)
        page.show()
        qtbot.waitExposed(page)
        qtbot.waitUntil(lambda: not page.loading)
        return page

    return make


def test_each_button_tells_what_it_is_for(
    make_page: Callable[[], FirstRunPage], qtbot: QtBot
) -> None:
    page = make_page()
    for button, signal in (
        (page.open_files_button, page.open_files),
        (page.open_folder_button, page.open_folder),
        (page.sample_button, page.try_sample),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_only_one_button_is_filled_with_the_accent(make_page: Callable[[], FirstRunPage]) -> None:
    page = make_page()
    buttons = (page.open_files_button, page.open_folder_button, page.sample_button)
    assert [bool(button.property("accent")) for button in buttons] == [True, False, False]


def test_it_names_only_formats_that_this_version_reads(
    make_page: Callable[[], FirstRunPage],
) -> None:
    page = make_page()
    line = next(label.text() for label in page.findChildren(QLabel) if "JPEG" in label.text())
    named = re.findall(r"[A-Z][A-Za-z0-9]{2,3}(?=[, )])", line)
    known = {media_type.short_name(kind) for kind in media_type.PICTURES | media_type.VIDEOS}
    assert {name for name in named if name not in known} == {"GLB", "PLY"}


def test_without_pictures_the_sample_can_still_be_tried(
    make_page: Callable[[], FirstRunPage], pictures: Callable[[str], None]
) -> None:
    page = make_page()
    assert page.sample_button.isVisible()
    assert not _shown_thumbs(page)


def test_the_arrow_stands_only_between_two_pictures(
    make_page: Callable[[], FirstRunPage], pictures: Callable[[str], None]
) -> None:
    pictures("view_0.jpg")
    alone = make_page()
    assert len(_shown_thumbs(alone)) == 1
    pictures("relief.jpg")
    page = make_page()
    assert len(_shown_thumbs(page)) == 2
    middle = _shown_thumbs(page)[0].grab().toImage().pixelColor(40, 40)
    assert middle.red() > 240
    assert middle.green() < 20


@pytest.mark.parametrize("size", [(480, 320), (672, 560), (1400, 1000)])
def test_nothing_is_clipped_in_any_window(
    make_page: Callable[[], FirstRunPage], size: tuple[int, int]
) -> None:
    page = make_page()
    page.resize(*size)
    QApplication.processEvents()
    for label in page.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.height() >= label.heightForWidth(label.width())
    for button in (page.open_files_button, page.open_folder_button, page.sample_button):
        assert button.width() >= button.sizeHint().width()
    for part in (page.sample_button, *_shown_thumbs(page)):
        assert part.mapTo(page, part.rect().topRight()).x() < page.width() - Space.XL
    card = page.findChild(SampleCard)
    assert card.mapTo(page, card.rect().topRight()).x() < page.width() - Space.XL


def test_a_narrow_card_shows_only_what_the_photo_becomes(
    make_page: Callable[[], FirstRunPage], pictures: Callable[[str], None]
) -> None:
    pictures("view_0.jpg")
    pictures("relief.jpg")
    page = make_page()
    page.resize(640, 560)
    QApplication.processEvents()
    assert len(_shown_thumbs(page)) == 1
    page.resize(896, 800)
    QApplication.processEvents()
    assert len(_shown_thumbs(page)) == 2


def _shown_thumbs(page: FirstRunPage) -> list[QWidget]:
    thumbs = page.findChildren(first_run_sample.Thumb)
    return [thumb for thumb in thumbs if thumb.isVisible()]
