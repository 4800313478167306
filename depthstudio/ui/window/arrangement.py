"""Where the parts of a furnished window are, and where the keyboard goes among them."""

from PySide6.QtCore import QSettings, Qt

from depthstudio.ui.look.theme import DockWidth
from depthstudio.ui.window.main_window import LAYOUT_VERSION, MainWindow
from depthstudio.ui.window.panes import stop_in_next

ROOMY_WIDTH_PX = 1400  # narrower windows start with narrow docks


def reset_docks(window: MainWindow) -> None:
    """Put every dock back where it belongs."""
    docks = window.docks
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    for name, area in (("queue", left), ("library", left), ("inspector", right)):
        window.addDockWidget(area, docks[name])
        docks[name].setFloating(False)
        docks[name].show()
    widths = [DockWidth.LEFT, DockWidth.RIGHT]
    if window.width() < ROOMY_WIDTH_PX:
        widths = [DockWidth.LEFT_MIN, DockWidth.RIGHT_MIN]
    window.resizeDocks([docks["queue"], docks["inspector"]], widths, Qt.Orientation.Horizontal)
    window.resizeDocks([docks["queue"], docks["library"]], [1, 1], Qt.Orientation.Vertical)


def restore_docks(window: MainWindow, settings: QSettings) -> None:
    """Take over the docks of the last time, where they fit this version."""
    state = settings.value("state")
    if state is not None and not window.restoreState(state, LAYOUT_VERSION):
        reset_docks(window)


def move_to_pane(window: MainWindow, step: int) -> None:
    """Move the keyboard to the next pane, or for -1 to the one before."""
    panes = (window.queue_panel, window.library_panel, window.centre, window.inspector)
    stop = stop_in_next(panes, window.focusWidget(), step)
    if stop is not None:
        stop.setFocus(Qt.FocusReason.TabFocusReason)
