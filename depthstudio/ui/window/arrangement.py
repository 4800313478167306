"""Where the parts of a furnished window are, and where the keyboard goes among them."""

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QTabBar, QTabWidget

from depthstudio.ui.look.theme import DockWidth
from depthstudio.ui.parts.dock_title import DockTitle
from depthstudio.ui.window.main_window import LAYOUT_VERSION, MainWindow
from depthstudio.ui.window.panes import stop_in_next

BEHIND = "depthstudio-behind"  # the property of a dock that cannot be seen
ROOMY_WIDTH_PX = 1400  # narrower windows start with narrow docks


def reset_docks(window: MainWindow) -> None:
    """Put every dock back where it belongs."""
    docks = window.docks
    left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
    places = (("queue", left), ("library", left), ("inspector", right), ("result", right))
    for name, area in places:
        window.addDockWidget(area, docks[name])
        docks[name].setFloating(False)
        docks[name].show()
    window.tabifyDockWidget(docks["inspector"], docks["result"])
    docks["inspector"].raise_()
    _fit_titles(window)
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
    _fit_titles(window)


def follow_tabs(window: MainWindow) -> None:
    """Name docks on one place by their tabs alone; a dock on its own has its title back."""
    window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
    for dock in window.docks.values():
        dock.dockLocationChanged.connect(lambda area: _fit_titles(window))
        dock.topLevelChanged.connect(lambda floats: _fit_titles(window))
        dock.visibilityChanged.connect(lambda shown: _fit_titles(window))
        dock.visibilityChanged.connect(lambda shown, dock=dock: _hide_inside(dock, not shown))


def _hide_inside(dock: QDockWidget, hidden: bool) -> None:
    """Hide what a dock holds that is behind another tab.

    Qt only moves it out of sight, where the keyboard would still find it. A turn later: while
    Qt restores a layout every dock is out of sight, and an empty one would lose its width.
    """
    dock.setProperty(BEHIND, hidden)
    QTimer.singleShot(0, dock, lambda: dock.widget().setHidden(bool(dock.property(BEHIND))))


def _fit_titles(window: MainWindow) -> None:
    for dock in window.docks.values():
        title = dock.titleBarWidget()
        beside = [other for other in window.tabifiedDockWidgets(dock) if not other.isHidden()]
        if isinstance(title, DockTitle):
            title.set_folded(bool(beside) and not dock.isFloating())
    for tabs in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        tabs.setAccessibleName(window.tr("Docks"))


def move_to_pane(window: MainWindow, step: int) -> None:
    """Move the keyboard to the next pane, or for -1 to the one before."""
    panes = (
        window.queue_panel,
        window.library_panel,
        window.centre,
        window.inspector,
        window.result_panel,
    )
    stop = stop_in_next(panes, window.focusWidget(), step)
    if stop is not None:
        stop.setFocus(Qt.FocusReason.TabFocusReason)
