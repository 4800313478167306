"""The window's frame: menus, toolbar, docks and centre. What they do is the workbench's."""

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from depthstudio.jobs.queue import JobQueue
from depthstudio.settings.app_settings import ThemeChoice
from depthstudio.ui.inspector.inspector import Inspector, ProviderEntry
from depthstudio.ui.library.panel import LibraryPanel
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import DockWidth, Height, IconSize, Theme
from depthstudio.ui.parts.dock_title import DockTitle
from depthstudio.ui.queue.panel import QueuePanel
from depthstudio.ui.window.after_frame import AfterFrame
from depthstudio.ui.window.centre import Centre
from depthstudio.ui.window.commands import COMMANDS, make_actions, set_enabled
from depthstudio.ui.window.panes import stop_in_next
from depthstudio.ui.window.status_bar import StatusBar

FIRST_SIZE = QSize(1600, 1000)
SHARE_OF_SCREEN = 0.95
ROOMY_WIDTH_PX = 1400  # narrower windows start with narrow docks
LAYOUT_VERSION = 1
THEME_WORDS: dict[ThemeChoice, str] = {
    ThemeChoice.SYSTEM: "Follow the system",
    ThemeChoice.DARK: "Dark",
    ThemeChoice.LIGHT: "Light",
}


class MainWindow(QMainWindow):
    """Everything on screen, and nothing of what it means.

    It paints before anything heavy is imported; `painted` is sent once, after that, and what
    can come later is given to `after_frame`.
    """

    painted = Signal()
    close_requested = Signal()
    theme_chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        queue: JobQueue,
        providers: Sequence[ProviderEntry],
    ) -> None:
        super().__init__()
        self.theme = theme
        self.icons = icons
        self._has_painted = False
        self.after_frame = AfterFrame(self)
        self.painted.connect(self.after_frame.begin)
        self.setWindowTitle("DepthStudio")
        titles = {entry.info.id: entry.info.title for entry in providers}
        self.queue_panel = QueuePanel(theme, icons, queue, lambda id_: titles.get(id_, id_))
        self.library_panel = LibraryPanel(theme, icons)
        self.inspector = Inspector(theme, icons, providers)
        self.centre = Centre(theme, icons)
        self.status = StatusBar(theme, icons, queue)
        self.actions_by_name = make_actions(icons, self)
        self.setCentralWidget(self.centre)
        self.setStatusBar(self.status)
        self._docks = self._make_docks()
        self._make_menus()
        self.addToolBar(self._make_toolbar())
        self.setAcceptDrops(True)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * SHARE_OF_SCREEN))
        self.reset_layout()

    def action(self, name: str) -> QAction:
        """The action of one command."""
        return self.actions_by_name[name]

    def set_command(self, name: str, *, enabled: bool) -> None:
        """Switch a command on or off everywhere it appears."""
        set_enabled(self.actions_by_name[name], COMMANDS[name], enabled=enabled)

    def reset_layout(self) -> None:
        """Put every dock back where it belongs."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        for name, area in (("queue", left), ("library", left), ("inspector", right)):
            self.addDockWidget(area, self._docks[name])
            self._docks[name].setFloating(False)
            self._docks[name].show()
        widths = [DockWidth.LEFT, DockWidth.RIGHT]
        if self.width() < ROOMY_WIDTH_PX:
            widths = [DockWidth.LEFT_MIN, DockWidth.RIGHT_MIN]
        self.resizeDocks(
            [self._docks["queue"], self._docks["inspector"]], widths, Qt.Orientation.Horizontal
        )
        self.resizeDocks(
            [self._docks["queue"], self._docks["library"]], [1, 1], Qt.Orientation.Vertical
        )

    def move_to_pane(self, step: int) -> None:
        """Move the keyboard to the next pane, or for -1 to the one before."""
        panes = (self.queue_panel, self.library_panel, self.centre, self.inspector)
        stop = stop_in_next(panes, self.focusWidget(), step)
        if stop is not None:
            stop.setFocus(Qt.FocusReason.TabFocusReason)

    def restore(self, settings: QSettings) -> None:
        """Take over size and docks of the last time, where they fit this version."""
        geometry, state = settings.value("geometry"), settings.value("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None and not self.restoreState(state, LAYOUT_VERSION):
            self.reset_layout()

    def remember(self, settings: QSettings) -> None:
        """Keep size and docks for the next time."""
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("state", self.saveState(LAYOUT_VERSION))
        settings.sync()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
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
        self.queue_panel.close_queue()
        self.library_panel.close_library()
        self.status.close_status()
        self.centre.close_views()
        self.hide()
        self.deleteLater()

    def _make_docks(self) -> dict[str, QDockWidget]:
        queue_title = DockTitle(self.theme, self.icons, self.tr("Queue"), 0)
        queue_title.add_button(
            COMMANDS["clear"].icon, COMMANDS["clear"].text, self.action("clear").trigger
        )
        library_title = DockTitle(self.theme, self.icons, self.tr("Library"), 0)
        queue_title.set_count(self.queue_panel.model.rowCount())
        self.queue_panel.count_changed.connect(queue_title.set_count)
        self.library_panel.count_changed.connect(library_title.set_count)
        inspector_title = DockTitle(self.theme, self.icons, self.tr("Inspector"))
        return {
            "queue": self._dock("queue", self.tr("Queue"), queue_title, self.queue_panel),
            "library": self._dock("library", self.tr("Library"), library_title, self.library_panel),
            "inspector": self._dock(
                "inspector", self.tr("Inspector"), inspector_title, self.inspector
            ),
        }

    def _dock(self, name: str, text: str, title: DockTitle, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(text, self)
        dock.setObjectName(name)
        dock.setTitleBarWidget(title)
        panel.setAutoFillBackground(True)  # or the gap colour of the frame shines through
        dock.setWidget(panel)
        return dock

    def _make_menus(self) -> None:
        bar = self.menuBar()
        self._fill(bar.addMenu(self.tr("&File")), "open", "open_folder", None, "quit")
        view = bar.addMenu(self.tr("&View"))
        self._fill(view, "show_scene", "show_depth", "show_photo", None, "fit", None)
        for dock in self._docks.values():
            view.addAction(dock.toggleViewAction())
        view.addSeparator()
        self._fill_themes(view.addMenu(self.icons.icon("theme-light-dark"), self.tr("Theme")))
        self._fill(view, None, "next_pane", "previous_pane", None, "reset_layout")
        self._fill(
            bar.addMenu(self.tr("&Queue")), "run", None, "cancel", "retry", "remove", None, "clear"
        )
        self._fill(bar.addMenu(self.tr("&Help")), "sample", None, "about")

    def _fill(self, menu: QMenu, *names: str | None) -> None:
        for name in names:
            if name is None:
                menu.addSeparator()
            else:
                menu.addAction(self.action(name))

    def _fill_themes(self, menu: QMenu) -> None:
        group = QActionGroup(self)
        for choice, words in THEME_WORDS.items():
            action = QAction(self.tr(words), group)
            action.setCheckable(True)
            action.setChecked(choice == self.theme.choice)
            action.triggered.connect(lambda checked=False, c=choice: self.theme_chosen.emit(c))
            menu.addAction(action)

    def _make_toolbar(self) -> QToolBar:
        bar = QToolBar(self.tr("Tools"))
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setFixedHeight(Height.TOOLBAR)
        bar.setIconSize(beside_text(IconSize.TOOLBAR))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addAction(self.action("open"))
        bar.addAction(self.action("open_folder"))
        bar.addSeparator()
        bar.addAction(self.action("run"))
        bar.addAction(self.action("cancel"))
        bar.addAction(self.action("retry"))
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        return bar
