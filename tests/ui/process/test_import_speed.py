"""The scan that PySide6 makes of every imported module can still be turned off."""

import sys

import pytest
from PySide6.QtCore import QObject

from depthstudio.ui.process import import_speed
from depthstudio.ui.process.import_speed import skip_feature_scan


def test_this_release_of_pyside_is_known() -> None:
    assert skip_feature_scan()
    scan = getattr(sys.modules[import_speed.FEATURES], import_speed.SCAN)
    assert scan(sys.modules[QObject.__module__]) is False


def test_another_release_only_takes_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_speed, "FEATURES", "PySide6.somewhere_else")
    assert not skip_feature_scan()
