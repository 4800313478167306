"""The window's frame. It is on screen before what it holds has been imported."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaObject, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QColor, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

from depthstudio.ui.look.tokens import DockWidth
from depthstudio.ui.viewer3d.opengl import prime_window
from depthstudio.ui.window.after_frame import AfterFrame
from depthstudio.ui.window.panes import stop_in_next

if TYPE_CHECKING:
    from depthstudio.ui.inspector.inspector import Inspector
    from depthstudio.ui.library.panel import LibraryPanel
    from depthstudio.ui.look.icons import Icons
    from depthstudio.ui.look.theme import Theme
    from depthstudio.ui.queue.panel import QueuePanel
    from depthstudio.ui.window.centre import Centre
    from depthstudio.ui.window.commands import Commands
    from depthstudio.ui.window.status_bar import StatusBar

FIRST_SIZE = QSize(1600, 1000)
SHARE_OF_SCREEN = 0.95
ROOMY_WIDTH_PX = 1400  # narrower windows start with narrow docks
LAYOUT_VERSION = 1


class MainWindow(QMainWindow):
    """Everything on screen, and nothing of what it means.

    Made empty, so that the system and the graphics driver can get it ready while Python
    imports the rest; `furnish` then puts its panels in. `painted` is sent once, after the
    first frame that shows them, and what can come later is given to `after_frame`.
    """

    painted = Signal()
    close_requested = Signal()
    theme_chosen = Signal(str)

    # Put in by `furnish`.
    theme: "Theme"
    icons: "Icons"
    commands: "Commands"
    queue_panel: "QueuePanel"
    library_panel: "LibraryPanel"
    inspector: "Inspector"
    centre: "Centre"
    status: "StatusBar"
    docks: dict[str, QDockWidget]

    def __init__(self) -> None:
        super().__init__()
        self._is_furnished = False
        self._has_painted = False
        self.after_frame = AfterFrame(self)
        self.painted.connect(self.after_frame.begin)
        self.setWindowTitle("DepthStudio")
        self.setAcceptDrops(True)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * SHARE_OF_SCREEN))
        prime_window(self)

    @property
    def is_furnished(self) -> bool:
        """Has it got its panels yet?"""
        return self._is_furnished

    def show_soon(self) -> None:
        """Show it in the loop's next turn, which lets Python's other threads run meanwhile."""
        QMetaObject.invokeMethod(self, "show", Qt.ConnectionType.QueuedConnection)

    async def first_frame(self) -> None:
        """Wait until a frame with everything in it is on screen."""
        shown: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.painted.connect(lambda: shown.done() or shown.set_result(None))
        if not self._has_painted:
            await shown

    def set_furnished(self) -> None:
        """Everything is in: the next frame is the first one."""
        self._is_furnished = True
        # In a window that is on screen Qt would show it a turn later, and leave it no room.
        self.centre.show()
        self.reset_layout()
        self.update()

    def action(self, name: str) -> QAction:
        """The action of one command."""
        return self.commands[name]

    def set_command(self, name: str, *, enabled: bool) -> None:
        """Switch a command on or off everywhere it appears."""
        self.commands.set_enabled(name, enabled=enabled)

    def reset_layout(self) -> None:
        """Put every dock back where it belongs."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        for name, area in (("queue", left), ("library", left), ("inspector", right)):
            self.addDockWidget(area, self.docks[name])
            self.docks[name].setFloating(False)
            self.docks[name].show()
        widths = [DockWidth.LEFT, DockWidth.RIGHT]
        if self.width() < ROOMY_WIDTH_PX:
            widths = [DockWidth.LEFT_MIN, DockWidth.RIGHT_MIN]
        self.resizeDocks(
            [self.docks["queue"], self.docks["inspector"]], widths, Qt.Orientation.Horizontal
        )
        self.resizeDocks(
            [self.docks["queue"], self.docks["library"]], [1, 1], Qt.Orientation.Vertical
        )

    def move_to_pane(self, step: int) -> None:
        """Move the keyboard to the next pane, or for -1 to the one before."""
        panes = (self.queue_panel, self.library_panel, self.centre, self.inspector)
        stop = stop_in_next(panes, self.focusWidget(), step)
        if stop is not None:
            stop.setFocus(Qt.FocusReason.TabFocusReason)

    def restore_frame(self, settings: QSettings) -> None:
        """Take over place, size and ground of the last time, before the theme is there."""
        geometry, ground = settings.value("geometry"), settings.value("ground")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if ground is not None:
            QApplication.setPalette(QPalette(QColor(ground)))

    def restore_docks(self, settings: QSettings) -> None:
        """Take over the docks of the last time, where they fit this version."""
        state = settings.value("state")
        if state is not None and not self.restoreState(state, LAYOUT_VERSION):
            self.reset_layout()

    def remember(self, settings: QSettings) -> None:
        """Keep for the next time what `restore_frame` and `restore_docks` take over."""
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("ground", self.theme.tokens.window)
        settings.setValue("state", self.saveState(LAYOUT_VERSION))
        settings.sync()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_furnished and not self._has_painted:
            self._has_painted = True
            # The frame comes before what it holds: news once the docks are painted too.
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Closing is asynchronous: jobs are put down first, then the window goes.
        event.ignore()
        self.close_requested.emit()

    def shut_down(self) -> None:
        """Stop what the panels do by themselves and free the graphics card."""
        self.after_frame.stop()
        if self._is_furnished:
            self.queue_panel.close_queue()
            self.library_panel.close_library()
            self.status.close_status()
            self.centre.close_views()
        self.hide()
        self.deleteLater()
