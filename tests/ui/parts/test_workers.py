"""Workers that use Qt wait until every class of Qt has been made."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QThreadPool
from pytestqt.qtbot import QtBot

from depthstudio.ui.parts import workers
from depthstudio.ui.parts.workers import all_classes_made, make_classes, start_worker

MAKE_ALL = """
import PySide6.QtWidgets
from depthstudio.ui.parts.workers import make_classes
before = "QTreeView" in vars(PySide6.QtWidgets)
pauses = sum(1 for _ in make_classes())
print(before, "QTreeView" in vars(PySide6.QtWidgets), pauses >= 6)
"""


def test_work_waits_for_the_classes_and_keeps_its_order(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_made", set[str]())
    pool, done = QThreadPool(), list[int]()
    pool.setMaxThreadCount(1)
    for number in range(3):
        start_worker(pool, lambda number=number: done.append(number))
    assert pool.waitForDone(1000)
    assert not done
    assert not all_classes_made()

    for _ in make_classes():
        assert not done
    assert all_classes_made()
    assert pool.waitForDone(10_000)
    assert done == [0, 1, 2]


def test_work_starts_at_once_when_the_classes_are_there(qtbot: QtBot) -> None:
    pool, done = QThreadPool(), list[str]()
    assert all_classes_made()
    start_worker(pool, lambda: done.append("now"))
    assert pool.waitForDone(10_000)
    assert done == ["now"]


def test_classes_that_nobody_asked_for_are_made_with_pauses() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", MAKE_ALL], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["False", "True", "True"]
