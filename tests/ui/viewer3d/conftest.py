"""A window with the 3D view or its page in it."""

from collections.abc import Callable, Generator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from depthstudio.core.views import Views
from depthstudio.scene.options import Preset
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.viewer3d.opengl import prime_surface_format
from depthstudio.ui.viewer3d.page import Viewer3DPage
from depthstudio.ui.viewer3d.viewer import Viewer3D
from tests.support.two_squares import two_squares


@pytest.fixture
def views() -> Views:
    """Two squares side by side, red on the left and blue on the right, and their corners."""
    return two_squares()


@pytest.fixture
def window(qtbot: QtBot) -> Generator[QMainWindow]:
    prime_surface_format()
    window = QMainWindow()
    window.resize(640, 480)
    yield window
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


@pytest.fixture
def page(window: QMainWindow, theme: Theme, icons: Icons) -> Generator[Viewer3DPage]:
    """In a window that is shown; nothing is loaded yet."""
    page = Viewer3DPage(theme, icons)
    window.setCentralWidget(page)
    yield page
    page.shutdown()


@pytest.fixture
def viewer(window: QMainWindow, qtbot: QtBot, views: Views) -> Generator[Viewer3D]:
    """Shown and drawn once, from the front."""
    viewer = Viewer3D(window)
    window.setCentralWidget(viewer)
    viewer.show_views(views)
    viewer.set_preset(Preset.FRONT)
    with qtbot.waitSignal(viewer.frameSwapped), qtbot.waitExposed(window):
        window.show()
    QApplication.processEvents()
    yield viewer
    viewer.close()


@pytest.fixture
def renders(viewer: Viewer3D) -> Callable[[], int]:
    """How many times VTK has rendered since the last call."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    def taken() -> int:
        nonlocal count
        QApplication.processEvents()
        taken, count = count, 0
        return taken

    viewer.renderer.AddObserver("StartEvent", counted)
    taken()
    return taken
