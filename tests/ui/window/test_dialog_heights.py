"""Dialogs whose words wrap are as high as these, whatever is said in them at the moment."""

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from depthstudio.core.job import Source
from depthstudio.jobs.fate import Fate
from depthstudio.providers.hosting.registry import load_hosts
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.window.host_dialog import HostDialog, HostQuestion
from depthstudio.ui.window.quit_dialog import QuitDialog

ONE = Counter({Fate.GOES_ON: 1})
MANY = Counter({fate: number + 1 for number, fate in enumerate(Fate)})


@pytest.fixture
def over(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def assert_fits(dialog: QDialog) -> None:
    """No word is cut, and the last thing ends where the margin begins."""
    QApplication.processEvents()
    labels = [label for label in dialog.findChildren(QLabel) if label.isVisible() and label.text()]
    for label in labels:
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        if label.wordWrap():
            assert label.height() <= label.heightForWidth(label.width()) + 2, label.text()
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible()]
    ends = [button.mapTo(dialog, QPoint(0, button.height())).y() for button in buttons]
    assert dialog.height() - max(ends) == Space.L


@pytest.mark.parametrize("fates", [ONE, MANY], ids=["one", "many"])
def test_the_question_of_quitting_fits_what_it_says(
    qtbot: QtBot, theme: Theme, over: QWidget, fates: Counter[Fate]
) -> None:
    dialog = QuitDialog(over, theme)
    qtbot.addWidget(dialog)
    dialog.show_running(fates)
    dialog.open()
    assert_fits(dialog)
    dialog.show_cancelling(1, 4)
    assert_fits(dialog)
    dialog.show_unsettled(fates)
    assert_fits(dialog)


def test_the_question_for_a_host_grows_with_what_is_wrong(
    qtbot: QtBot, theme: Theme, over: QWidget
) -> None:
    source = Source(
        path=Path("clip.mp4").absolute(), media_type="video/mp4", size_bytes=9, mtime_ns=0
    )
    hosts = tuple(host.info for host in load_hosts().values())
    question = HostQuestion("Acme", (source,), hosts, takes_address=True)
    dialog = HostDialog(over, theme, question, Secrets({}))
    qtbot.addWidget(dialog)
    dialog.open()
    assert_fits(dialog)
    height = dialog.height()
    dialog.own.setChecked(True)
    dialog.address.setText("http://cdn.test/clip.mp4")
    assert_fits(dialog)
    assert dialog.height() > height
    dialog.address.clear()
    assert_fits(dialog)
    assert dialog.height() == height
