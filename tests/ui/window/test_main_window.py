"""The window's frame, before anything is in it."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from depthstudio.ui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    window = MainWindow()
    qtbot.addWidget(window)
    return window


def kept(folder: Path, **values: object) -> QSettings:
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    for name, value in values.items():
        settings.setValue(name, value)
    return settings


def test_the_empty_window_has_the_ground_of_the_last_time(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.restore_frame(kept(tmp_path, ground="#bdbdbd"))
    window.show_soon()
    qtbot.waitUntil(window.isVisible)
    assert window.grab().toImage().pixelColor(window.rect().center()).name() == "#bdbdbd"


@pytest.mark.parametrize("ground", ["red; } QWidget { color: red", "#12", ["#111111", "#222222"]])
def test_a_ground_that_is_none_is_left_out(
    window: MainWindow, tmp_path: Path, ground: object
) -> None:
    window.restore_frame(kept(tmp_path, ground=ground))
    assert window.styleSheet() == ""


def test_the_wish_to_close_an_empty_window_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.close_asked
    assert not window.is_furnished
