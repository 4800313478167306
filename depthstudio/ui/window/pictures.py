"""Photo and depth of what is shown: the views, and the strip that chooses among them."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from depthstudio.core.views import DepthStack, ImageSequence, Views
from depthstudio.geometry.colour_maps import DEFAULT_COLOUR_MAP
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme

if TYPE_CHECKING:
    from depthstudio.core.in_step import Clip
    from depthstudio.ui.images.depth_pictures import DepthPicturesView
    from depthstudio.ui.images.depth_view import DepthView
    from depthstudio.ui.images.photo_view import PhotoView
    from depthstudio.ui.images.view_strip import ViewStrip


class Pictures(QObject):
    """Makes each view when it is first asked for, as it brings numpy, and puts it on the stack.

    Where a result has several photos, and depth for each, choosing one of them in one view
    chooses it in the other; the strip below both names them.
    """

    view_changed = Signal(int)  # which of several views is shown
    polarity_chosen = Signal(object)  # Polarity of what is shown, as the user says

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        stack: QStackedWidget,
        below: QVBoxLayout,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._stack = stack
        self._below = below
        self.colour_map = DEFAULT_COLOUR_MAP  # of the depth view, there or still to come
        self._depth_is_pictures = False
        self._frames_are_views = False
        self._clips: tuple[Clip, Clip] | None = None  # depth and photo where both are films
        self._is_clip = False
        self._count = 0  # how many views photo and depth share; 0 where they share none
        self._index = 0
        self._is_low = False
        stack.currentChanged.connect(self._show_strip)

    @cached_property
    def depth_view(self) -> "DepthView":
        """Depth in our colours."""
        from depthstudio.ui.images.depth_view import DepthView

        view = DepthView(self._theme, self._icons)
        view.strip.set_colour_map(self.colour_map)
        view.strip.colour_map_chosen.connect(self._keep_colour_map)
        view.frame_changed.connect(self._follow_frame)
        view.polarity_chosen.connect(self.polarity_chosen)
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
    def photo_view(self) -> "PhotoView":
        """The photo itself."""
        from depthstudio.ui.images.photo_view import PhotoView

        view = PhotoView(self._theme, self._icons)
        view.index_changed.connect(self._follow_photo)
        self._stack.addWidget(view)
        return view

    @cached_property
    def strip(self) -> "ViewStrip":
        """The views that photo and depth share; made for the first result that has several."""
        from depthstudio.ui.images.view_strip import ViewStrip

        strip = ViewStrip(self._theme)
        strip.view_chosen.connect(self.show_view)
        strip.set_folded(self._is_low)
        self._below.addWidget(strip)
        return strip

    @property
    def depth_page(self) -> "DepthView | DepthPicturesView":
        """What the depth tab shows."""
        return self.depth_pictures_view if self._depth_is_pictures else self.depth_view

    @property
    def with_pictures(self) -> "tuple[PhotoView, ...]":
        """The views that show pictures of the result: photos, and depth in colours."""
        if self._depth_is_pictures:
            return self.photo_view, self.depth_pictures_view
        return (self.photo_view,)

    @property
    def index(self) -> int:
        """Which of several views is shown, from 0."""
        return self._index

    def show_views(self, views: Views, title: str) -> None:
        """Fill photo and depth, each with its first view."""
        views = _in_turns(views)
        photos, pictures, depth = views.photos, views.depth_pictures, views.depth
        self._depth_is_pictures = depth is None and pictures is not None
        self._clips = _clips(depth, photos)
        count = len(photos) if photos is not None and not self._clips else 0
        if self._depth_is_pictures and pictures is not None:
            count = max(count, len(pictures))
        self._frames_are_views = depth is not None and len(depth) == count and count > 1
        self._count, self._index = (count if count > 1 else 0), 0
        self.depth_view.set_depth(depth, title, chosen_elsewhere=self._frames_are_views)
        if self._depth_is_pictures or "depth_pictures_view" in vars(self):
            shown = pictures if self._depth_is_pictures else None
            self.depth_pictures_view.set_photos(shown, title)
        self.photo_view.set_photos(photos, title)
        self._is_clip = any(shown.is_clip for shown in (photos, pictures) if shown is not None)
        has_strip = self._count > 0 and not self._is_clip  # the frames of a clip are too alike
        if has_strip or "strip" in vars(self):
            self.strip.set_views((photos or pictures) if has_strip else None)
        self._show_strip()

    def show_elsewhere(self, title: str, host: str) -> None:
        """Say of an input that it is not on this computer."""
        self.show_views(Views(), title)
        self.photo_view.show_elsewhere(title, host)

    def show_view(self, index: int) -> None:
        """Show one of several views, as photo and as depth."""
        if not 0 <= index < self._count:
            return
        changed, self._index = index != self._index, index
        if not self._is_clip:
            self.strip.set_current(index)
        for view in self.with_pictures:
            if view.index != index:
                view.go_to(index)
        if self._frames_are_views:
            self.depth_view.set_frame(index)
        if changed:
            self.view_changed.emit(index)

    def set_low(self, is_low: bool) -> None:
        """Say whether there is little height: views are then named and not pictured."""
        if is_low != self._is_low:
            self._is_low = is_low
            if "strip" in vars(self):
                self.strip.set_folded(is_low)

    def close_views(self) -> None:
        """Read no more pictures, before the window goes."""
        if "depth_view" in vars(self):
            self.depth_view.set_depth(None, "")
        if "strip" in vars(self):
            self.strip.close_thumbs()

    def _keep_colour_map(self, name: str) -> None:
        self.colour_map = name

    def _follow_frame(self, frame: int) -> None:
        if self._frames_are_views:
            self.show_view(frame)
        elif self._clips:
            self._step_along(self.photo_view.go_to, frame, *self._clips)

    def _follow_photo(self, index: int) -> None:
        if self._clips:
            self._step_along(self.depth_view.set_frame, index, *reversed(self._clips))
        else:
            self.show_view(index)

    def _step_along(self, go_to: Callable[[int], None], frame: int, of: "Clip", to: "Clip") -> None:
        from depthstudio.core.in_step import same_moment

        go_to(same_moment(frame, of, to))

    def _show_strip(self) -> None:
        """The strip belongs below the views that share it, and nowhere else."""
        if "strip" not in vars(self):
            return
        made = vars(self)
        shares = [made.get("photo_view")]
        if self._depth_is_pictures:
            shares.append(made.get("depth_pictures_view"))
        elif self._frames_are_views:
            shares.append(made.get("depth_view"))
        is_wanted = self._count > 1 and not self._is_clip
        self.strip.setVisible(is_wanted and self._stack.currentWidget() in shares)


def _clips(depth: DepthStack | None, photos: ImageSequence | None) -> "tuple[Clip, Clip] | None":
    """Depth and photos as clips, where they are two views of one film."""
    if depth is None or photos is None or not photos.is_clip:
        return None
    from depthstudio.core.in_step import Clip

    return Clip(len(depth), depth.frame_rate_hz), Clip(len(photos), photos.frame_rate_hz)


def _in_turns(views: Views) -> Views:
    """The same, with pictures that several widgets may ask for."""
    from depthstudio.ui.images.turns import in_turns

    photos, pictures = views.photos, views.depth_pictures
    return replace(
        views,
        photos=in_turns(photos) if photos is not None else None,
        depth_pictures=in_turns(pictures) if pictures is not None else None,
    )
