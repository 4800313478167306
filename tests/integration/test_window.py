"""The window as a whole: its dress, its layout, its boxes, and that it never waits."""

import asyncio
import gc
import logging
import time
import weakref
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QColor, QDesktopServices
from PySide6.QtWidgets import QDockWidget, QMessageBox

from depthstudio import __version__
from depthstudio.ui.window.centre import Tab
from tests.support.studio import Start, until

pytestmark = pytest.mark.anyio

log = logging.getLogger(__name__)

TURN_S = 0.005
LONGEST_GAP_S = 5.0  # a hang, on any machine; the figure itself is logged


class Browser(QObject):
    """Stands in for the web browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def large_photo(tmp_path: Path) -> Path:
    """Twelve megapixels."""
    rows = np.linspace(40, 200, 3000, dtype=np.uint8)[:, np.newaxis, np.newaxis]
    path = tmp_path / "large.jpg"
    Image.fromarray(np.broadcast_to(rows, (3000, 4000, 3)).copy()).save(path)
    return path


@asynccontextmanager
async def longest_gap() -> AsyncGenerator[list[float]]:
    """Collects the seconds between turns of the loop, the window's and the program's."""
    gaps: list[float] = []

    async def turn() -> None:
        before = time.monotonic()
        while True:
            await asyncio.sleep(TURN_S)
            now = time.monotonic()
            gaps.append(now - before)
            before = now

    task = asyncio.create_task(turn())
    try:
        yield gaps
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_change_of_theme_dresses_everything_at_once(start: Start, photo: Path) -> None:
    async with start() as studio:
        studio.drop([photo], on=studio.window.centre)
        await studio.shows("fields.png")
        window = studio.window
        parts = (window.menuBar(), window.library_panel, window.inspector, window.status)
        dark = [part.grab().toImage().pixelColor(2, 2).lightness() for part in parts]
        actions = window.findChildren(QAction)
        next(action for action in actions if action.text() == "Light").trigger()
        light = [part.grab().toImage().pixelColor(2, 2).lightness() for part in parts]
        assert max(dark) < 100
        assert min(light) > 180
        assert QColor(window.palette().window().color()).lightness() > 180


async def test_the_layout_is_back_at_the_next_start(start: Start) -> None:
    async with start() as studio:
        dock = studio.window.findChild(QDockWidget, "library")
        studio.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        studio.window.resize(1100, 700)
        await until(lambda: studio.window.width() == 1100)
    async with start() as studio:
        dock = studio.window.findChild(QDockWidget, "library")
        assert studio.window.dockWidgetArea(dock) is Qt.DockWidgetArea.RightDockWidgetArea
        assert (studio.window.width(), studio.window.height()) == (1100, 700)
        studio.window.action("reset_layout").trigger()
        assert studio.window.dockWidgetArea(dock) is Qt.DockWidgetArea.LeftDockWidgetArea


async def test_about_names_version_licence_and_the_places_of_files(
    start: Start, home: Path
) -> None:
    async with start() as studio:
        studio.window.action("about").trigger()
        box = studio.window.findChild(QMessageBox)
        assert __version__ in box.text()
        assert "MIT" in box.informativeText()
        assert str(home / "library") in box.informativeText()
        box.close()
        await until(lambda: studio.window.findChild(QMessageBox) is None)


async def test_the_page_of_a_provider_opens_in_the_browser(start: Start) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "open")
    try:
        async with start() as studio:
            studio.window.inspector.page_requested.emit("https://example.org/model")
            await until(lambda: browser.opened)
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert browser.opened == ["https://example.org/model"]


async def test_the_loop_turns_while_a_large_photo_runs(start: Start, large_photo: Path) -> None:
    async with start() as studio:
        await until(lambda: studio.window.centre.scene_page.is_ready)
        async with longest_gap() as gaps:
            studio.drop([large_photo], on=studio.window.centre)
            await studio.shows("large.jpg")
    log.info("the longest gap was %.0f ms", 1000 * max(gaps))
    assert max(gaps) < LONGEST_GAP_S


async def test_a_closed_window_is_freed_with_its_view(start: Start, photo: Path) -> None:
    things = await traces_of_a_window(start, photo)
    gc.collect()
    assert [thing() for thing in things] == [None] * 3


async def traces_of_a_window(start: Start, photo: Path) -> list[weakref.ref[object]]:
    """Show a result in 3D, close, and keep only what tells whether the rest is gone."""
    async with start() as studio:
        page = studio.window.centre.scene_page
        await until(lambda: page.is_ready)
        studio.drop([photo], on=studio.window.centre)
        await studio.shows("fields.png")
        assert page.view is not None
        return [weakref.ref(thing) for thing in (studio.window, page.view, page.view.renderer)]


async def test_a_view_can_be_chosen_once_there_is_something_in_it(
    start: Start, photo: Path
) -> None:
    names = ("show_scene", "show_depth", "show_photo", "fit")
    async with start() as studio:
        actions = [studio.window.action(name) for name in names]
        assert not any(action.isEnabled() for action in actions)
        assert "nothing open has depth" in actions[1].toolTip()
        studio.drop([photo], on=studio.window.centre)
        await until(lambda: all(action.isEnabled() for action in actions))
        actions[1].trigger()
        assert studio.window.centre.current_tab is Tab.DEPTH
