"""What the window holds: menus, toolbar, docks and centre. What they do is the workbench's."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDockWidget, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from depthstudio.jobs.queue import JobQueue
from depthstudio.settings.app_settings import ThemeChoice
from depthstudio.ui.inspector.entry import ProviderEntry
from depthstudio.ui.inspector.inspector import Inspector
from depthstudio.ui.library.panel import LibraryPanel
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import Height, IconSize, Theme
from depthstudio.ui.parts.beat import Beat
from depthstudio.ui.parts.dock_title import DockTitle
from depthstudio.ui.queue.panel import QueuePanel
from depthstudio.ui.result.panel import ResultPanel
from depthstudio.ui.window.agreed_hosts import AgreedHosts
from depthstudio.ui.window.arrangement import follow_tabs, reset_docks
from depthstudio.ui.window.centre import Centre
from depthstudio.ui.window.commands import COMMANDS, Commands
from depthstudio.ui.window.host_addresses import HostAddresses
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.own_certificates import OwnCertificates
from depthstudio.ui.window.status_bar import StatusBar

THEME_WORDS: dict[ThemeChoice, str] = {
    ThemeChoice.SYSTEM: "Follow the system",
    ThemeChoice.DARK: "Dark",
    ThemeChoice.LIGHT: "Light",
}


def furnish(
    window: MainWindow,
    theme: Theme,
    icons: Icons,
    queue: JobQueue,
    providers: Sequence[ProviderEntry],
) -> None:
    """Put everything into an empty window."""
    window.theme = theme
    window.setStyleSheet("")  # the theme says its ground from now on
    titles = {entry.info.id: entry.info.title for entry in providers}
    window.icons = icons

    def title_of(provider_id: str) -> str:
        return titles.get(provider_id, provider_id)

    services = {entry.info.id: entry.info for entry in providers}
    window.agreed_hosts = AgreedHosts(window)
    window.host_addresses = HostAddresses(window)
    window.own_certificates = OwnCertificates(window)
    schemas = {entry.info.id: entry.schema for entry in providers}
    beat = window.beat = Beat(window)
    window.queue_panel = QueuePanel(
        theme, icons, queue, title_of, services.get, schema_of=schemas.get, beat=beat
    )
    window.library_panel = LibraryPanel(theme, icons, beat=beat)
    window.inspector = Inspector(theme, icons, providers)
    window.result_panel = ResultPanel(theme, icons)
    window.centre = Centre(theme, icons, newcomer=not len(queue))
    window.status = StatusBar(theme, icons, queue, title_of, beat=beat)
    window.commands = Commands(icons, window)
    window.action("quit").triggered.connect(lambda checked=False: window.close())
    window.setCentralWidget(window.centre)
    window.setStatusBar(window.status)
    window.docks = _make_docks(window)
    _make_menus(window)
    window.addToolBar(_make_toolbar(window))
    follow_tabs(window)
    theme.dress()  # before the docks are measured
    # In a window that is on screen Qt would show it a turn later, and leave it no room.
    window.centre.show()
    reset_docks(window)
    window.set_furnished()


def _make_docks(window: MainWindow) -> dict[str, QDockWidget]:
    queue_title = DockTitle(window.theme, window.icons, window.tr("Queue"), 0)
    queue_title.add_button(
        COMMANDS["clear"].icon, COMMANDS["clear"].text, window.action("clear").trigger
    )
    library_title = DockTitle(window.theme, window.icons, window.tr("Library"), 0)
    queue_title.set_count(window.queue_panel.model.rowCount())
    window.queue_panel.count_changed.connect(queue_title.set_count)
    window.library_panel.count_changed.connect(library_title.set_count)
    inspector_title = DockTitle(window.theme, window.icons, window.tr("Inspector"))
    result_title = DockTitle(window.theme, window.icons, window.tr("Result"))
    return {
        "queue": _dock(window, "queue", window.tr("Queue"), queue_title, window.queue_panel),
        "library": _dock(
            window, "library", window.tr("Library"), library_title, window.library_panel
        ),
        "inspector": _dock(
            window, "inspector", window.tr("Inspector"), inspector_title, window.inspector
        ),
        "result": _dock(window, "result", window.tr("Result"), result_title, window.result_panel),
    }


def _dock(
    window: MainWindow, name: str, text: str, title: DockTitle, panel: QWidget
) -> QDockWidget:
    dock = QDockWidget(text, window)
    dock.setObjectName(name)
    dock.setTitleBarWidget(title)
    panel.setAutoFillBackground(True)  # or the gap colour of the frame shines through
    dock.setWidget(panel)
    return dock


def _make_menus(window: MainWindow) -> None:
    bar = window.menuBar()
    _fill(window, bar.addMenu(window.tr("&File")), "open", "open_folder", None, "quit")
    _fill(window, bar.addMenu(window.tr("&Edit")), "paste", None, "preferences")
    view = bar.addMenu(window.tr("&View"))
    _fill(window, view, "show_scene", "show_depth", "show_photo", None, "fit", None)
    for dock in window.docks.values():
        view.addAction(dock.toggleViewAction())
    view.addSeparator()
    _fill_themes(window, view.addMenu(window.icons.icon("theme-light-dark"), window.tr("Theme")))
    _fill(window, view, None, "next_pane", "previous_pane", None, "reset_layout")
    _fill(
        window,
        bar.addMenu(window.tr("&Queue")),
        "run",
        None,
        "cancel",
        "retry",
        "remove",
        None,
        "clear",
    )
    _fill(window, bar.addMenu(window.tr("&Help")), "sample", None, "about")


def _fill(window: MainWindow, menu: QMenu, *names: str | None) -> None:
    for name in names:
        if name is None:
            menu.addSeparator()
        else:
            menu.addAction(window.action(name))


def _fill_themes(window: MainWindow, menu: QMenu) -> None:
    group = QActionGroup(window)
    for choice, words in THEME_WORDS.items():
        action = QAction(window.tr(words), group)
        action.setCheckable(True)
        action.setChecked(choice == window.theme.choice)
        action.triggered.connect(lambda checked=False, c=choice: window.theme_chosen.emit(c))
        menu.addAction(action)


def _make_toolbar(window: MainWindow) -> QToolBar:
    bar = QToolBar(window.tr("Tools"))
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setFixedHeight(Height.TOOLBAR)
    bar.setIconSize(beside_text(IconSize.TOOLBAR))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.addAction(window.action("open"))
    bar.addAction(window.action("open_folder"))
    bar.addSeparator()
    bar.addAction(window.action("run"))
    bar.addAction(window.action("cancel"))
    bar.addAction(window.action("retry"))
    spacer = QWidget()
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(spacer)
    bar.addAction(window.action("preferences"))
    cog = bar.widgetForAction(window.action("preferences"))
    if isinstance(cog, QToolButton):
        cog.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    return bar
