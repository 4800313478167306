"""The middle of the window: 3D, depth and photo of what is shown, or where to begin."""

from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from depthstudio.core.views import ImageSequence, Views
from depthstudio.geometry.colour_maps import DEFAULT_COLOUR_MAP
from depthstudio.scene.summary import SceneSummary
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, IconSize, Theme
from depthstudio.ui.window.start_page import StartPage

if TYPE_CHECKING:
    from depthstudio.ui.images.depth_pictures import DepthPicturesView
    from depthstudio.ui.images.depth_view import DepthView
    from depthstudio.ui.images.photo_view import PhotoView
    from depthstudio.ui.images.view_strip import ViewStrip
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
    view_changed = Signal(int)  # which of several views the photo and depth tabs show

    def __init__(self, theme: Theme, icons: Icons, *, newcomer: bool) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self.start_page = _start_page(theme, icons, newcomer=newcomer)
        self._stack = QStackedWidget()
        self._before_drag: QWidget | None = None
        self._shows_input = False  # a photo that waits for its result
        self._depth_is_pictures = False
        self._view_count = 0  # how many views photo and depth share; 0 where they share none
        self._view_index = 0
        self._frames_are_views = False
        self.colour_map = DEFAULT_COLOUR_MAP  # of the depth view, there or still to come
        self.tabs = self._make_tabs(theme, icons)
        self._stack.addWidget(self.start_page)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self._stack, 1)
        self._stack.currentChanged.connect(self._show_strip)
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

    @cached_property
    def depth_view(self) -> "DepthView":
        """Depth in colours; made when first asked for, as it brings numpy."""
        from depthstudio.ui.images.depth_view import DepthView

        view = DepthView(self._theme, self._icons)
        view.strip.set_colour_map(self.colour_map)
        view.strip.colour_map_chosen.connect(self._keep_colour_map)
        view.frame_changed.connect(self._follow_frame)
        self._stack.addWidget(view)
        return view

    @cached_property
    def depth_pictures_view(self) -> "DepthPicturesView":
        """Depth that a service sent as pictures alone."""
        from depthstudio.ui.images.depth_pictures import DepthPicturesView

        view = DepthPicturesView(self._theme, self._icons)
        view.index_changed.connect(self.show_view)
        self._stack.addWidget(view)
        return view

    @cached_property
    def view_strip(self) -> "ViewStrip":
        """The views that photo and depth share; made for the first result that has several."""
        from depthstudio.ui.images.view_strip import ViewStrip

        strip = ViewStrip(self._theme)
        strip.view_chosen.connect(self.show_view)
        self._layout.addWidget(strip)
        self._fold_strip(strip)
        return strip

    @cached_property
    def photo_view(self) -> "PhotoView":
        """The photo itself; made when first asked for, as it brings numpy."""
        from depthstudio.ui.images.photo_view import PhotoView

        view = PhotoView(self._theme, self._icons)
        view.index_changed.connect(self.show_view)
        self._stack.addWidget(view)
        return view

    def _keep_colour_map(self, name: str) -> None:
        self.colour_map = name

    def _page(self, tab: Tab) -> QWidget:
        match tab:
            case Tab.SCENE:
                return self.scene_page
            case Tab.DEPTH:
                return self.depth_pictures_view if self._depth_is_pictures else self.depth_view
            case Tab.PHOTO:
                return self.photo_view

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
        views = _in_turns(views)
        self.scene_page.show_views(views, title=title, summary=summary)
        self._set_pictures(views, title)
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
        self._set_pictures(_in_turns(Views(photos=photos)), title)
        for index, tab in enumerate(Tab):
            self.tabs.setTabEnabled(index, tab is Tab.PHOTO)
        self.show_tab(Tab.PHOTO)
        self._shows_input = True
        self.offer_changed.emit()

    def show_view(self, index: int) -> None:
        """Show one of several views, in the photo tab and in the depth tab."""
        if not 0 <= index < self._view_count:
            return
        changed, self._view_index = index != self._view_index, index
        self.view_strip.set_current(index)
        if self.photo_view.index != index:
            self.photo_view.go_to(index)
        if self._depth_is_pictures:
            if self.depth_pictures_view.index != index:
                self.depth_pictures_view.go_to(index)
        elif self._frames_are_views:
            self.depth_view.set_frame(index)
        if changed:
            self.view_changed.emit(index)

    @property
    def view_index(self) -> int:
        """Which of several views is shown, from 0."""
        return self._view_index

    @property
    def picture_views(self) -> "tuple[PhotoView, ...]":
        """What shows pictures of the result on screen: photos, and depth in colours."""
        if self._depth_is_pictures:
            return self.photo_view, self.depth_pictures_view
        return (self.photo_view,)

    def _set_pictures(self, views: Views, title: str) -> None:
        """Fill the photo and the depth tab, and offer the views they share."""
        photos, pictures, stack = views.photos, views.depth_pictures, views.depth
        self._depth_is_pictures = stack is None and pictures is not None
        count = len(photos) if photos is not None else 0
        if self._depth_is_pictures and pictures is not None:
            count = max(count, len(pictures))
        self._frames_are_views = stack is not None and len(stack) == count and count > 1
        self.depth_view.set_depth(stack, title, chosen_elsewhere=self._frames_are_views)
        if self._depth_is_pictures or "depth_pictures_view" in vars(self):
            shown = pictures if self._depth_is_pictures else None
            self.depth_pictures_view.set_photos(shown, title)
        self.photo_view.set_photos(photos, title)
        self._view_count, self._view_index = (count if count > 1 else 0), 0
        if self._view_count or "view_strip" in vars(self):
            self.view_strip.set_views((photos or pictures) if self._view_count else None)
        self._show_strip()

    def _follow_frame(self, frame: int) -> None:
        if self._frames_are_views:
            self.show_view(frame)

    def _show_strip(self) -> None:
        """The strip of views belongs below photo and depth, and nowhere else."""
        if "view_strip" not in vars(self):
            return
        page = self._stack.currentWidget()
        shares = page is not None and page is vars(self).get("photo_view")
        if self._depth_is_pictures:
            shares = shares or page is vars(self).get("depth_pictures_view")
        elif self._frames_are_views:
            shares = shares or page is vars(self).get("depth_view")
        self.view_strip.setVisible(shares and self._view_count > 1)

    def _fold_strip(self, strip: "ViewStrip") -> None:
        is_low = self.height() < ROOMY_HEIGHT_PX
        if strip.is_folded != is_low:
            strip.set_folded(is_low)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if "view_strip" in vars(self):
            self._fold_strip(self.view_strip)

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
        if "view_strip" in vars(self):
            self.view_strip.close_thumbs()


def _in_turns(views: Views) -> Views:
    """The same, with pictures that several widgets may ask for."""
    from depthstudio.ui.images.turns import in_turns

    return replace(
        views,
        photos=in_turns(views.photos) if views.photos is not None else None,
        depth_pictures=in_turns(views.depth_pictures) if views.depth_pictures is not None else None,
    )


def _start_page(theme: Theme, icons: Icons, *, newcomer: bool) -> StartPage:
    if not newcomer:
        return StartPage(theme, icons)
    from depthstudio.ui.window.first_run_page import FirstRunPage

    return FirstRunPage(theme, icons)
