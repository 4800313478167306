"""The middle of the window: 3D, depth and photo of what is shown, or where to begin."""

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from depthstudio.core.views import ImageSequence, Views
from depthstudio.scene.summary import SceneSummary
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Theme
from depthstudio.ui.window.pictures import Pictures
from depthstudio.ui.window.start_page import StartPage

if TYPE_CHECKING:
    from depthstudio.ui.images.depth_view import DepthView
    from depthstudio.ui.images.photo_view import PhotoView
    from depthstudio.ui.viewer3d.page import Viewer3DPage
    from depthstudio.ui.window.drop_page import DropPage


class Tab(StrEnum):
    """What of a result can be looked at."""

    SCENE = "3D"
    DEPTH = "Depth"
    PHOTO = "Photo"


ROOMY_HEIGHT_PX = 640  # a lower centre shows views by their names alone
ICONS = {Tab.SCENE: "cube-scan", Tab.DEPTH: "gradient-vertical", Tab.PHOTO: "image-outline"}


class Centre(QWidget):
    """Tabs over the views, the start page while nothing is open, the drop page on a drag.

    The page of a `newcomer` explains more.
    """

    tab_changed = Signal(str)
    offer_changed = Signal()  # what `offers` says

    def __init__(self, theme: Theme, icons: Icons, *, newcomer: bool) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self.start_page = _start_page(theme, icons, newcomer=newcomer)
        self._stack = QStackedWidget()
        self._before_drag: QWidget | None = None
        self._shows_input = False  # a photo that waits for its result
        self.tabs = self._make_tabs(theme, icons)
        self._stack.addWidget(self.start_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)
        self.pictures = Pictures(theme, icons, self._stack, layout, self)
        self.show_start()

    def _make_tabs(self, theme: Theme, icons: Icons) -> QTabBar:
        tabs = QTabBar()
        tabs.setObjectName("centreTabs")
        tabs.setAccessibleName(self.tr("Views"))
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setIconSize(QSize(IconSize.FIELD, IconSize.FIELD))
        tabs.setFixedHeight(Height.DOCK_HEAD)
        for tab in Tab:
            tabs.addTab(icons.icon(ICONS[tab]), self.tr(tab.value))
        tabs.currentChanged.connect(self._open_page)
        tabs.tabBarClicked.connect(self._open_page)
        return tabs

    @cached_property
    def scene_page(self) -> "Viewer3DPage":
        """The 3D view; made after the first frame, which does not show it."""
        from depthstudio.ui.viewer3d.page import Viewer3DPage

        page = Viewer3DPage(self._theme, self._icons)
        self._stack.addWidget(page)
        return page

    @property
    def can_fit(self) -> bool:
        """Is there a 3D view that could bring everything in sight?"""
        return "scene_page" in self.__dict__ and self.scene_page.is_ready

    @cached_property
    def drop(self) -> "DropPage":
        """What a drop would do; made for the first drag."""
        from depthstudio.ui.window.drop_page import DropPage

        page = DropPage(self._theme, self._icons)
        self._stack.addWidget(page)
        return page

    @property
    def depth_view(self) -> "DepthView":
        """Depth in colours."""
        return self.pictures.depth_view

    @property
    def photo_view(self) -> "PhotoView":
        """The photo itself."""
        return self.pictures.photo_view

    def _page(self, tab: Tab) -> QWidget:
        match tab:
            case Tab.SCENE:
                return self.scene_page
            case Tab.DEPTH:
                return self.pictures.depth_page
            case Tab.PHOTO:
                return self.pictures.photo_view

    @property
    def colour_map(self) -> str:
        """Of the depth view, there or still to come."""
        return self.pictures.colour_map

    @colour_map.setter
    def colour_map(self, name: str) -> None:
        self.pictures.colour_map = name

    @property
    def current_tab(self) -> Tab:
        return list(Tab)[self.tabs.currentIndex()]

    @property
    def is_start(self) -> bool:
        return self._stack.currentWidget() is self.start_page

    def offers(self, tab: Tab) -> bool:
        """Is there something to look at in this view?"""
        return not self.is_start and self.tabs.isTabEnabled(list(Tab).index(tab))

    def _open_page(self, index: int) -> None:
        if index >= 0:
            tab = list(Tab)[index]
            self._stack.setCurrentWidget(self._page(tab))
            self.tab_changed.emit(tab.value)

    def show_tab(self, tab: Tab) -> None:
        """Bring one view to the front."""
        self.tabs.setVisible(True)
        self.tabs.setCurrentIndex(list(Tab).index(tab))
        self._stack.setCurrentWidget(self._page(tab))

    def show_start(self) -> None:
        """Say where to begin."""
        self.tabs.setVisible(False)
        self._stack.setCurrentWidget(self.start_page)

    def show_views(self, views: Views, title: str, summary: SceneSummary) -> None:
        """Show what was decoded, keeping the tab if it has something to show."""
        self.scene_page.show_views(views, title=title, summary=summary)
        self.pictures.show_views(views, title)
        filled = {
            Tab.SCENE: views.has_scene,
            Tab.DEPTH: views.depth is not None or views.depth_pictures is not None,
            Tab.PHOTO: views.photos is not None,
        }
        for index, tab in enumerate(Tab):
            self.tabs.setTabEnabled(index, filled[tab])
        if self._shows_input or self.is_start or not filled[self.current_tab]:
            self.show_tab(next((tab for tab in Tab if filled[tab]), Tab.SCENE))
        else:
            self.show_tab(self.current_tab)  # its page may be another one now
        self._shows_input = False
        self.offer_changed.emit()

    def show_photo(self, photos: ImageSequence, title: str) -> None:
        """Show an input before it has a result."""
        self.scene_page.clear()
        self.pictures.show_views(Views(photos=photos), title)
        for index, tab in enumerate(Tab):
            self.tabs.setTabEnabled(index, tab is Tab.PHOTO)
        self.show_tab(Tab.PHOTO)
        self._shows_input = True
        self.offer_changed.emit()

    def show_elsewhere(self, title: str, host: str) -> None:
        """Show an input that is not on this computer, and so cannot be seen."""
        self.scene_page.clear()
        self.pictures.show_elsewhere(title, host)
        for index, tab in enumerate(Tab):
            self.tabs.setTabEnabled(index, tab is Tab.PHOTO)
        self.show_tab(Tab.PHOTO)
        self._shows_input = True
        self.offer_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pictures.set_low(self.height() < ROOMY_HEIGHT_PX)

    def begin_drag(self) -> None:
        """Show what a drop would do, instead of what was there."""
        if self._before_drag is None:
            self._before_drag = self._stack.currentWidget()
            self.drop.set_offer(None)
            self._stack.setCurrentWidget(self.drop)

    def end_drag(self) -> None:
        """Go back to what was there before the drag came."""
        if self._before_drag is not None:
            self._stack.setCurrentWidget(self._before_drag)
            self._before_drag = None

    def close_views(self) -> None:
        """Free what the views hold, before the window goes."""
        if "scene_page" in vars(self):
            self.scene_page.shutdown()
        self.pictures.close_views()


def _start_page(theme: Theme, icons: Icons, *, newcomer: bool) -> StartPage:
    if not newcomer:
        return StartPage(theme, icons)
    from depthstudio.ui.window.first_run_page import FirstRunPage

    return FirstRunPage(theme, icons)
