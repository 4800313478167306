"""The window's frame. It is on screen before what it holds has been imported."""

import re
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT, QEvent, QSettings, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow

from depthstudio.ui.viewer3d.opengl import prime_window
from depthstudio.ui.window.after_frame import AfterFrame

if TYPE_CHECKING:
    from depthstudio.ui.inspector.inspector import Inspector
    from depthstudio.ui.library.panel import LibraryPanel
    from depthstudio.ui.look.icons import Icons
    from depthstudio.ui.look.theme import Theme
    from depthstudio.ui.parts.beat import Beat
    from depthstudio.ui.queue.panel import QueuePanel
    from depthstudio.ui.result.panel import ResultPanel
    from depthstudio.ui.window.agreed_hosts import AgreedHosts
    from depthstudio.ui.window.centre import Centre
    from depthstudio.ui.window.commands import Commands
    from depthstudio.ui.window.host_addresses import HostAddresses
    from depthstudio.ui.window.own_certificates import OwnCertificates
    from depthstudio.ui.window.status_bar import StatusBar

FIRST_SIZE = QSize(1600, 1000)
SHARE_OF_SCREEN = 0.95
LAYOUT_VERSION = 2  # 2: with the Result dock
GROUND = re.compile(r"#[0-9a-fA-F]{6}")


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
    beat: "Beat"
    commands: "Commands"
    queue_panel: "QueuePanel"
    library_panel: "LibraryPanel"
    inspector: "Inspector"
    result_panel: "ResultPanel"
    centre: "Centre"
    status: "StatusBar"
    agreed_hosts: "AgreedHosts"
    host_addresses: "HostAddresses"
    own_certificates: "OwnCertificates"
    docks: dict[str, QDockWidget]

    def __init__(self) -> None:
        super().__init__()
        self._is_furnished = False
        self._has_painted = False
        self.close_asked = False  # also before anybody listens
        self.after_frame = AfterFrame(self)
        self.painted.connect(self.after_frame.begin)
        self.setWindowTitle("DepthStudio")
        self.setAcceptDrops(True)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * SHARE_OF_SCREEN))
        prime_window(self)

    @property
    def is_furnished(self) -> bool:
        """Is everything in it, seen or not?"""
        return self._is_furnished

    def show_soon(self) -> None:
        """Show it in a turn of the loop that needs no Python, so that other threads run.

        Not in the very next turn: there Qt paints before it has seen what showing itself
        asked for, and then once more.
        """
        QTimer.singleShot(1, self, SLOT("show()"))  # pyright: ignore[reportCallIssue, reportArgumentType]

    def set_furnished(self) -> None:
        """Everything is in: the next frame is the first one."""
        self._is_furnished = True
        self.setUpdatesEnabled(True)
        self.update()

    def action(self, name: str) -> QAction:
        """The action of one command."""
        return self.commands[name]

    def set_command(self, name: str, *, enabled: bool) -> None:
        """Switch a command on or off everywhere it appears."""
        self.commands.set_enabled(name, enabled=enabled)

    def restore_frame(self, settings: QSettings) -> None:
        """Take over place, size and ground of the last time, before the theme is there."""
        geometry, ground = settings.value("geometry"), settings.value("ground")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if isinstance(ground, str) and GROUND.fullmatch(ground):
            # Not by its palette: for that, PySide6 would make a hundred classes first.
            self.setStyleSheet(f"QMainWindow {{ background: {ground}; }}")

    def remember(self, settings: QSettings) -> None:
        """Keep for the next time what is taken over, here and by `restore_docks`."""
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("ground", self.theme.tokens.window)
        settings.setValue("state", self.saveState(LAYOUT_VERSION))
        settings.sync()

    def event(self, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.UpdateRequest or not self._is_furnished:
            return super().event(event)
        began_s = perf_counter()
        is_heard = super().event(event)  # paints everything there is to paint
        self.beat.drew((perf_counter() - began_s) * 1e3)
        return is_heard

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_furnished:
            self.setUpdatesEnabled(False)  # one empty frame will do
        elif not self._has_painted:
            self._has_painted = True
            # The frame comes before what it holds: news once the docks are painted too.
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Closing is asynchronous: jobs are put down first, then the window goes.
        event.ignore()
        self.close_asked = True
        self.close_requested.emit()

    def shut_down(self) -> None:
        """Stop what the panels do by themselves and free the graphics card."""
        self.after_frame.stop()
        if self._is_furnished:
            self.beat.close()
            self.queue_panel.close_queue()
            self.library_panel.close_library()
            self.status.close_status()
            self.centre.close_views()
        self.hide()
        self.deleteLater()
