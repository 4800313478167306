"""The 3D tab: controls, view, facts. Cheap to make; what draws arrives after the window."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.system_libraries import require_libraries
from depthstudio.core.views import Views
from depthstudio.scene.items import SceneItem, first_hidden, items_of
from depthstudio.scene.options import (
    MOVING_POINTS,
    MOVING_TRIANGLES,
    ItemKey,
    Layer,
    Preset,
    SceneOptions,
)
from depthstudio.scene.summary import SceneSummary, summarise
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.strips import InfoStrip
from depthstudio.ui.viewer3d.controls import Viewer3DControls
from depthstudio.ui.viewer3d.loading import Ground, ModuleLoader
from depthstudio.ui.viewer3d.opengl import (
    MULTI_SAMPLES,
    draws_in_software,
    renderer_name,
)

if TYPE_CHECKING:
    from depthstudio.ui.viewer3d.still import StillView3D
    from depthstudio.ui.viewer3d.viewer import Viewer3D

_VIEWER = "depthstudio.ui.viewer3d.viewer"
_STILL = "depthstudio.ui.viewer3d.still"


class Viewer3DPage(QWidget):
    """Shows views in 3D as soon as it can; until then it remembers what is wanted.

    The window it is in has been through `prime_window`; it calls `start_loading` once it has
    painted, and `shutdown` before it closes.
    """

    ready = Signal()
    failed = Signal(str)  # what happened and what to do, in one line
    info_changed = Signal(str)
    items_changed = Signal()  # what `items` gives: something else is shown
    hidden_changed = Signal()  # what `hidden` gives

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._views = Views()
        self._summary = SceneSummary()
        self._items: tuple[SceneItem, ...] = ()
        self._hidden: frozenset[ItemKey] = frozenset()
        self._preset = Preset.PERSPECTIVE
        self._renderer = ""
        self._loader: ModuleLoader | None = None
        self._view: Viewer3D | StillView3D | None = None
        tokens = theme.tokens
        self._options = SceneOptions(
            ground_top=tokens.ground_top, ground_bottom=tokens.ground_bottom
        )
        self._controls = Viewer3DControls(theme, icons)
        self._ground = Ground(theme, self.tr("Preparing the 3D view"))
        self._info = InfoStrip(theme)
        self._lay_out()
        self._connect()

    @property
    def is_ready(self) -> bool:
        """Can it draw? Until then, everything asked of it is remembered."""
        return self._view is not None

    @property
    def info(self) -> str:
        """What the strip below says."""
        return self._info.text

    @property
    def view(self) -> "Viewer3D | StillView3D | None":
        """What draws, once it is there."""
        return self._view

    @property
    def items(self) -> tuple[SceneItem, ...]:
        """What can be shown or hidden alone."""
        return self._items

    @property
    def hidden(self) -> frozenset[ItemKey]:
        """What of it is hidden now."""
        return self._hidden

    @property
    def has_own_part_colours(self) -> bool:
        """Are parts drawn in the colours of their file?"""
        return self._options.own_part_colours

    def start_loading(self) -> None:
        """Import what draws, in a thread. Call it when the window has painted, and
        `workers.make_classes` is through."""
        if self._loader is not None:
            return
        self._renderer = renderer_name() or ""
        if not self._renderer:
            try:
                # VTK would end the whole program where EGL is missing.
                require_libraries(display=False)
            except DepthStudioError as error:
                self._fail(error)
                return
        self._loader = ModuleLoader(_VIEWER if self._renderer else _STILL, self)
        self._loader.finished.connect(self._on_loaded)
        self._loader.start()

    def show_views(
        self,
        views: Views,
        *,
        title: str = "",
        summary: SceneSummary | None = None,
        keep_camera: bool = False,
    ) -> None:
        """Replace what is shown; later, when the view is not there yet.

        Making the summary reads every position: for large views, make it in a worker.
        """
        self._views = views
        self._items, self._hidden = items_of(views), first_hidden(views)
        self._controls.set_title(title)
        self._controls.set_layers(_layers_of(self._items))
        self._tell_layers()
        self._summary = summary or summarise(views)
        self._info.say(self._summary.text)
        self._info.say_right("")
        if self._view is not None:
            self._show_in(self._view, keep_camera=keep_camera)
        self.info_changed.emit(self._summary.text)
        self.items_changed.emit()

    def clear(self) -> None:
        """Show nothing."""
        self.show_views(Views())

    def fit(self) -> None:
        """Bring everything in sight without turning."""
        if self._view is not None:
            self._view.fit_views()

    def set_preset(self, preset: Preset | str) -> None:
        """Look from a standard direction; ValueError for a name that is none."""
        self._preset = Preset(preset)
        self._controls.set_preset(self._preset)
        if self._view is not None:
            self._view.set_preset(self._preset)

    def set_point_size(self, size_px: int) -> None:
        """Draw points as squares of this many pixels."""
        self._options = replace(self._options, point_size_px=size_px)
        self._controls.set_point_size(size_px)
        if self._view is not None:
            self._view.set_point_size(size_px)

    def set_ground(self, top: str, bottom: str) -> None:
        """The gradient behind everything, two colours as ``#rrggbb``."""
        self._options = replace(self._options, ground_top=top, ground_bottom=bottom)
        if self._view is not None:
            self._view.set_ground(top, bottom)

    def set_layer_visible(self, layer: Layer, visible: bool) -> None:
        """Show or hide all of one layer of what is shown now."""
        keys = frozenset(item.key for item in self._items if item.layer is layer)
        self.set_hidden(self._hidden - keys if visible else self._hidden | keys)

    def set_hidden(self, hidden: frozenset[ItemKey]) -> None:
        """Draw everything that is shown now but these."""
        if hidden == self._hidden:
            return
        self._hidden = hidden
        self._tell_layers()
        if self._view is not None:
            self._view.set_hidden(hidden)
        self.hidden_changed.emit()

    def set_own_part_colours(self, own: bool) -> None:
        """Draw the parts of an object in the colours of their file, or in ours."""
        self._options = replace(self._options, own_part_colours=own)
        if self._view is not None:
            self._view.set_own_part_colours(own)

    def screenshot(self) -> QImage:
        """The view without its strips, in the pixels of the screen; null before it is ready."""
        return self._view.snapshot() if self._view is not None else QImage()

    def shutdown(self) -> None:
        """Free the graphics card, and wait for an import that still runs."""
        if self._loader is not None:
            self._loader.finished.disconnect(self._on_loaded)
            self._loader.wait()
            self._loader = None
        if self._view is not None:
            self._view.close()
            self._view = None

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self._ground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._controls)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._info)
        self._controls.set_preset(self._preset)
        self._controls.set_point_size(round(self._options.point_size_px))

    def _connect(self) -> None:
        self._controls.fit_asked.connect(self.fit)
        self._controls.preset_chosen.connect(self.set_preset)
        self._controls.point_size_chosen.connect(self.set_point_size)
        self._controls.layer_toggled.connect(self.set_layer_visible)
        self._theme.changed.connect(self._follow_theme)

    def _follow_theme(self) -> None:
        self.set_ground(self._theme.tokens.ground_top, self._theme.tokens.ground_bottom)

    def _on_loaded(self) -> None:
        assert self._loader is not None
        if self._loader.error is not None:
            self._fail(_import_failed(self._loader.error))
            return
        self._view = view = self._made_view()
        view.preset_changed.connect(self._controls.set_preset)
        view.thinned_changed.connect(self._say_thinned)
        self._stack.addWidget(view)
        self.setTabOrder(self._controls.fit, view)
        self._show_in(view, keep_camera=False)
        view.set_preset(self._preset)
        self.ready.emit()

    def _made_view(self) -> "Viewer3D | StillView3D":
        # Imported by now; the statements only fetch the names.
        if not self._renderer:
            from depthstudio.ui.viewer3d.still import StillView3D

            return StillView3D(self, options=self._options)
        from depthstudio.ui.viewer3d.viewer import Viewer3D

        # Without a graphics card smooth edges double the time, and triangles take most of it.
        software = draws_in_software(self._renderer)
        return Viewer3D(
            self,
            multi_samples=0 if software else MULTI_SAMPLES,
            moving_triangles=MOVING_TRIANGLES if software else None,
            options=self._options,
        )

    def _show_in(self, view: "Viewer3D | StillView3D", *, keep_camera: bool) -> None:
        try:
            view.show_views(self._views, keep_camera=keep_camera)
        except DepthStudioError as error:
            self._fail(error)
        else:
            view.set_hidden(self._hidden)
            self._stack.setCurrentWidget(view)

    def _tell_layers(self) -> None:
        self._controls.set_visible_layers(
            frozenset(item.layer for item in self._items if item.key not in self._hidden)
        )

    def _fail(self, error: DepthStudioError) -> None:
        text = f"{error}. {error.hint}" if error.hint else str(error)
        self._ground.say(text)
        self._stack.setCurrentWidget(self._ground)
        self.failed.emit(text)

    def _say_thinned(self, layers: frozenset[Layer]) -> None:
        shown, every = _millions(MOVING_POINTS), _millions(self._summary.points)
        text = ""
        if Layer.CLOUD in layers:
            text = self.tr("showing {0} of {1} M points while moving").format(shown, every)
        elif Layer.SURFACE in layers:
            text = self.tr("showing a coarser surface while moving")
        self._info.say_right(text)


def _layers_of(items: Iterable[SceneItem]) -> frozenset[Layer]:
    return frozenset(item.layer for item in items)


def _millions(count: int) -> str:
    return f"{count / 1e6:.2f}"


def _import_failed(error: ImportError) -> DepthStudioError:
    return DepthStudioError(
        "The 3D view cannot be loaded",
        hint=f"Install DepthStudio again: {error}",
        detail=repr(error),
    )
