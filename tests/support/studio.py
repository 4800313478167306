"""The program as a test drives it: real session, real window, real pixels, one Qt loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from depthstudio.app.filling import fill_window
from depthstudio.core.job import JobState
from depthstudio.jobs.queue import QueueEntry
from depthstudio.jobs.session import Session
from depthstudio.providers.hosting.registry import Hosts
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.settings.paths import Home
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.window.arrangement import restore_docks
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.workbench import Workbench

LEFT, RIGHT = (190, 140, 90), (80, 130, 170)  # the two fields of a test photo
POLL_S = 0.005
PATIENCE_S = 20.0


async def until(holds: Callable[[], object]) -> None:
    """Wait for a state; what never comes fails the test."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - widgets have no asyncio event to wait for
            await asyncio.sleep(POLL_S)


@dataclass
class Studio:
    """One start of the program."""

    session: Session
    window: MainWindow
    workbench: Workbench
    shown: list[str] = field(default_factory=list)  # every result or scene the centre showed

    @property
    def rows(self) -> list[QueueEntry]:
        return list(self.session.queue)

    @property
    def states(self) -> list[JobState]:
        return [entry.status.state for entry in self.session.queue]

    @property
    def message(self) -> str:
        """What the status bar says."""
        return self.window.status.message

    async def settled(self) -> None:
        """Every job has ended."""
        await until(lambda: self.rows and all(state.is_final for state in self.states))

    async def shows(self, name: str) -> None:
        """The window shows a result or scene of this name, with its pictures in place."""
        centre = self.window.centre
        await until(lambda: self.shown[-1:] == [name])
        assert self.window.windowTitle() == f"{name} – DepthStudio"
        await until(lambda: not centre.photo_view.busy and not centre.depth_view.busy)

    async def run(self) -> None:
        """Choose Run from the menu as soon as it can be chosen, and wait for the row."""
        count = len(self.rows)
        action = self.window.action("run")
        await until(action.isEnabled)
        action.trigger()
        await until(lambda: len(self.rows) > count)

    def drag(self, places: Sequence[Path | str]) -> "Drag":
        return Drag(self.window, places)

    def drop(self, places: Sequence[Path | str], on: QWidget) -> None:
        """Drag files, or addresses, to the middle of a widget, and let go there."""
        drag = self.drag(places)
        drag.enter(on)
        drag.move(on)
        drag.drop(on)

    def click_row(self, row: int, action: RowAction | None = None) -> None:
        """Click a row of the queue, or one of the actions in it."""
        view = self.window.queue_panel.view
        view.scrollTo(view.model().index(row, 0))  # nobody clicks a row that is not in sight
        rect = view.visualRect(view.model().index(row, 0))
        place = rect.center()
        if action is not None:
            target = (self.rows[row].job.id, action)
            columns = range(rect.right(), rect.left(), -3)
            rows = range(rect.top(), rect.bottom(), 3)
            places = (QPoint(x, y) for x in columns for y in rows)
            place = next(place for place in places if view.action_at(place) == target)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def view_pixels(self) -> NDArray[np.uint8]:
        """What the window shows where the 3D view is, (H, W, 3) uint8 sRGB."""
        page = self.window.centre.scene_page
        assert page.view is not None
        picture = pixels(self.window.grab().toImage())
        corner = page.view.mapTo(self.window, QPoint(0, 0))
        bottom, right = corner.y() + page.view.height(), corner.x() + page.view.width()
        return picture[corner.y() : bottom, corner.x() : right]


class Drag:
    """Files from a file manager, or links from a browser: the events of the native window."""

    def __init__(self, window: MainWindow, places: Sequence[Path | str]) -> None:
        self._window = window
        self._mime = QMimeData()
        self._mime.setUrls(
            [QUrl(p) if isinstance(p, str) else QUrl.fromLocalFile(str(p)) for p in places]
        )
        # File managers send the names as text too, which a text field would take.
        self._mime.setText("\n".join(str(place) for place in places))

    def enter(self, over: QWidget) -> bool:
        return self._send(QDragEnterEvent(self._place(over).toPoint(), *self._what()))

    def move(self, over: QWidget) -> bool:
        return self._send(QDragMoveEvent(self._place(over).toPoint(), *self._what()))

    def drop(self, on: QWidget) -> bool:
        return self._send(QDropEvent(self._place(on), *self._what()))

    def leave(self) -> None:
        QApplication.sendEvent(self._window.windowHandle(), QDragLeaveEvent())

    def _place(self, widget: QWidget) -> QPointF:
        return QPointF(widget.mapTo(self._window, widget.rect().center()))

    def _what(self) -> tuple[Qt.DropAction, QMimeData, Qt.MouseButton, Qt.KeyboardModifier]:
        return (
            Qt.DropAction.CopyAction,
            self._mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )

    def _send(self, event: QDropEvent) -> bool:
        event.ignore()
        QApplication.sendEvent(self._window.windowHandle(), event)
        return event.isAccepted()


# Used inside a test: between its phases pytest-qt turns the Qt loop with no asyncio in it.
Start = Callable[..., AbstractAsyncContextManager[Studio]]


@asynccontextmanager
async def started(
    folder: Path,
    theme: Theme,
    registry: Registry | None = None,
    *,
    hosts: Hosts | None = None,
    settings: AppSettings | None = None,
    secrets: Secrets | None = None,
) -> AsyncGenerator[Studio]:
    """Start the program on a home, and end it in the order `app` does."""
    home = Home.at(folder)
    home.make_folders()
    others = asyncio.all_tasks()
    async with Session(home, registry or Registry.load(), hosts=hosts, secrets=secrets) as session:
        window = MainWindow()
        layout = QSettings(str(home.window_file), QSettings.Format.IniFormat)
        window.restore_frame(layout)
        window.show()
        fill_window(window, theme, session.queue, session.registry, settings or AppSettings())
        restore_docks(window, layout)
        workbench = Workbench(session, window)
        workbench.begin()
        try:
            await until(lambda: window.isVisible() and not window.centre.start_page.loading)
            studio = Studio(session, window, workbench)
            workbench.shown.connect(studio.shown.append)
            yield studio
        finally:
            window.remember(layout)
            window.hide()
            await workbench.aclose()
            window.shut_down()
            QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    left = asyncio.all_tasks() - others
    assert not left


def pixels(image: QImage) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def two_fields(path: Path, size: tuple[int, int] = (480, 320)) -> Path:
    """Write a picture whose left half is LEFT and whose right half is RIGHT."""
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = LEFT, RIGHT
    Image.fromarray(picture).save(path)
    return path
