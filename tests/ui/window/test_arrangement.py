"""The docks on the right share one place, named by tabs."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from depthstudio.app.filling import fill_window
from depthstudio.jobs.queue import JobQueue
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.window.arrangement import move_to_pane, reset_docks, restore_docks
from depthstudio.ui.window.main_window import MainWindow


def furnished(theme: Theme, qtbot: QtBot) -> MainWindow:
    window = MainWindow()
    window.resize(1280, 720)
    fill_window(window, theme, JobQueue(), Registry([ReliefProvider()]), AppSettings())
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> object:
    window = furnished(theme, qtbot)
    yield window
    window.shut_down()


def test_the_result_waits_behind_the_inspector(window: MainWindow) -> None:
    (tabs,) = (bar for bar in window.findChildren(QTabBar) if bar.parent() is window)
    assert [tabs.tabText(index) for index in range(tabs.count())] == ["Inspector", "Result"]
    assert tabs.currentIndex() == 0
    assert tabs.accessibleName()
    assert window.inspector.isVisible()
    assert not window.result_panel.isVisible()  # nor can the keyboard get there
    assert not window.result_panel.has_content
    (view,) = (menu for menu in window.menuBar().actions() if menu.text() == "&View")
    actions = [action.text() for action in view.menu().actions()]
    assert "Result" in actions


def test_a_dock_on_its_own_has_its_title_back(window: MainWindow, qtbot: QtBot) -> None:
    inspector, result = window.docks["inspector"], window.docks["result"]
    assert inspector.titleBarWidget().height() == 0
    result.hide()
    qtbot.waitUntil(lambda: inspector.titleBarWidget().height() > 0)
    result.show()
    qtbot.waitUntil(lambda: inspector.titleBarWidget().height() == 0)
    result.setFloating(True)
    qtbot.waitUntil(lambda: result.titleBarWidget().height() > 0)
    reset_docks(window)
    qtbot.waitUntil(lambda: inspector.titleBarWidget().height() == 0)


def test_the_keyboard_finds_the_result_once_it_is_in_front(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.docks["result"].raise_()
    qtbot.waitUntil(window.result_panel.isVisible)
    assert not window.inspector.isVisible()
    move_to_pane(window, -1)  # nothing is in it yet: the pane before it is found
    focused = window.focusWidget()
    assert focused is not None
    assert not window.inspector.isAncestorOf(focused)


def test_where_the_result_was_is_remembered(
    window: MainWindow, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    window.docks["result"].hide()
    layout = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window.remember(layout)
    again = furnished(theme, qtbot)
    try:
        restore_docks(again, layout)
        assert again.docks["result"].isHidden()
        assert again.docks["inspector"].titleBarWidget().maximumHeight() > 0
    finally:
        again.shut_down()
