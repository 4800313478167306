"""What a renderer shows, by layer."""

from dataclasses import dataclass, replace

import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkRenderer

from depthstudio.core.views import Views
from depthstudio.scene.bounds import Bounds, bounds_of_views
from depthstudio.scene.build import build_cloud, build_lines, build_mesh, own_colour
from depthstudio.scene.coarse import coarsened
from depthstudio.scene.frustum import frustums
from depthstudio.scene.items import are_parts, first_hidden
from depthstudio.scene.lod import thinned
from depthstudio.scene.options import ItemKey, Layer, SceneOptions
from depthstudio.scene.part_colours import part_colour

FRUSTUM_DEPTH = 0.06  # of the scene's diagonal

# White lights that move with the eye: where they stand (right, up, towards the eye), and how
# bright they are. VTK's own kit is warm, and would tint grey surfaces.
LIGHTS = (((-0.5, 0.6, 1.0), 0.6), ((0.8, -0.5, 1.0), 0.3), ((0.0, 0.0, 1.0), 0.2))


@dataclass(frozen=True)
class StandIn:
    """A large actor, and the lighter one that is drawn for it while the camera moves."""

    key: ItemKey
    whole: vtkActor
    part: vtkActor

    @property
    def layer(self) -> Layer:
        return self.key.layer


class Scene:
    """The actors in one renderer.

    Works on any VTK renderer, in a window or off-screen, and never renders: whoever owns
    the renderer knows when a picture is wanted.

    moving_triangles : about so many are drawn while the camera moves; None: always all
    """

    def __init__(
        self,
        renderer: vtkRenderer,
        options: SceneOptions | None = None,
        *,
        moving_triangles: int | None = None,
    ) -> None:
        self._renderer = renderer
        self._options = options or SceneOptions()
        self._actors: dict[Layer, list[vtkActor]] = {}
        self._moving_triangles = moving_triangles
        self._stand_ins: list[StandIn] = []
        self._hidden: frozenset[ItemKey] = frozenset()
        self._own_colours: list[str] = []  # of the parts of an object; empty where there are none
        self._moving = False
        self._bounds: Bounds | None = None
        _set_lights(renderer)
        # VTK leaves out what covers no area on the screen, and so a cloud of one point.
        renderer.GetCullers().RemoveAllItems()
        self.set_ground(self._options.ground_top, self._options.ground_bottom)

    @property
    def options(self) -> SceneOptions:
        return self._options

    @property
    def bounds(self) -> Bounds | None:
        """The box around what `show` got, hidden or not; None when there is nothing."""
        return self._bounds

    @property
    def layers(self) -> frozenset[Layer]:
        """The layers that hold something."""
        return frozenset(self._actors)

    @property
    def thinned_layers(self) -> frozenset[Layer]:
        """The visible layers that are too large to be drawn whole while the camera moves."""
        return frozenset(s.layer for s in self._stand_ins if s.key not in self._hidden)

    @property
    def hidden(self) -> frozenset[ItemKey]:
        """What is not drawn at the moment."""
        return self._hidden

    @property
    def is_moving(self) -> bool:
        """Is the camera under the user's hand?"""
        return self._moving

    def show(self, views: Views) -> None:
        """Replace everything by `views`. Where there is a surface, its points start hidden.

        Raises
        ------
        FormatError
            when the views contradict themselves; what was shown before stays
        """
        options = self._options
        parts = are_parts(views.meshes)
        built = {
            Layer.SURFACE: [build_mesh(mesh, options, lit=parts) for mesh in views.meshes],
            Layer.CLOUD: [build_cloud(cloud, options) for cloud in views.clouds],
            Layer.LINES: [build_lines(lines, options) for lines in views.lines],
        }
        bounds = bounds_of_views(views)
        if views.cameras is not None and len(views.cameras) and not views.lines:
            depth = FRUSTUM_DEPTH * float(sum(bounds.size**2) ** 0.5) if bounds else 1.0
            built[Layer.LINES] = [build_lines(frustums(views.cameras, depth), options)]
        self.clear()
        self._bounds = bounds
        self._actors = {layer: actors for layer, actors in built.items() if actors}
        self._stand_ins = [
            *self._thin_clouds(views),
            *self._coarse_surfaces(views, lit=parts),
        ]
        self._hidden = first_hidden(views)
        if parts:
            self._own_colours = [own_colour(mesh, options) for mesh in views.meshes]
        for actor in self._all_actors():
            self._renderer.AddActor(actor)
        self._colour_parts()
        self._apply_visibility()

    def clear(self) -> None:
        """Take everything out, and let go of the arrays."""
        for actor in self._all_actors():
            self._renderer.RemoveActor(actor)
            # Buffers on the graphics card are freed now, not when Python gets to it.
            actor.ReleaseGraphicsResources(self._renderer.GetVTKWindow())
        self._actors, self._stand_ins, self._bounds = {}, [], None
        self._hidden, self._own_colours = frozenset(), []

    def is_visible(self, layer: Layer) -> bool:
        """Does the layer hold something that is shown?"""
        return bool(self._keys(layer) - self._hidden)

    def set_visible(self, layer: Layer, visible: bool) -> None:
        """Show or hide a whole layer until the next `show`."""
        keys = self._keys(layer)
        self.set_hidden(self._hidden - keys if visible else self._hidden | keys)

    def set_hidden(self, hidden: frozenset[ItemKey]) -> None:
        """Draw everything but these until the next `show`. Nothing is built anew."""
        self._hidden = hidden
        self._apply_visibility()

    def set_own_part_colours(self, own: bool) -> None:
        """Draw the parts of an object in the colours of their file, or in ours."""
        self._options = replace(self._options, own_part_colours=own)
        self._colour_parts()

    def set_moving(self, moving: bool) -> None:
        """Draw less of large layers while the camera moves, everything when it rests."""
        if moving != self._moving:
            self._moving = moving
            self._apply_visibility()

    def set_point_size(self, size_px: float) -> None:
        """Draw points as squares of this many pixels."""
        self._options = replace(self._options, point_size_px=size_px)
        for actor in self._all_actors():
            actor.GetProperty().SetPointSize(size_px)  # changes nothing but points

    def set_ground(self, top: str, bottom: str) -> None:
        """The gradient behind everything, two colours as ``#rrggbb``."""
        self._options = replace(self._options, ground_top=top, ground_bottom=bottom)
        self._renderer.GradientBackgroundOn()
        self._renderer.SetBackground(*pv.Color(bottom).float_rgb)
        self._renderer.SetBackground2(*pv.Color(top).float_rgb)

    def _apply_visibility(self) -> None:
        for layer, actors in self._actors.items():
            for index, actor in enumerate(actors):
                actor.SetVisibility(_key(layer, index) not in self._hidden)
        for stand_in in self._stand_ins:
            shown = stand_in.key not in self._hidden
            stand_in.whole.SetVisibility(shown and not self._moving)
            stand_in.part.SetVisibility(shown and self._moving)

    def _thin_clouds(self, views: Views) -> list[StandIn]:
        parts = [build_cloud(cloud, self._options) for cloud in thinned(views.clouds)]
        wholes = self._actors[Layer.CLOUD] if parts else []
        pairs = zip(wholes, parts, strict=True)
        return [StandIn(_key(Layer.CLOUD, i), *pair) for i, pair in enumerate(pairs)]

    def _coarse_surfaces(self, views: Views, *, lit: bool) -> list[StandIn]:
        if self._moving_triangles is None or not views.meshes:
            return []
        made = []
        coarse = coarsened(views.meshes, self._moving_triangles)
        wholes = self._actors[Layer.SURFACE]
        for index, (mesh, part) in enumerate(zip(views.meshes, coarse, strict=True)):
            if part is not mesh:
                actor = build_mesh(part, self._options, lit=lit)
                actor.SetTexture(wholes[index].GetTexture())  # once on the graphics card
                made.append(StandIn(_key(Layer.SURFACE, index), wholes[index], actor))
        return made

    def _colour_parts(self) -> None:
        """Give the parts of an object, and what stands in for them, their colour."""
        if not self._own_colours:
            return
        own = self._options.own_part_colours
        colours = [c if own else part_colour(i) for i, c in enumerate(self._own_colours)]
        for index, actor in enumerate(self._actors[Layer.SURFACE]):
            _set_colour(actor, colours[index])
        for stand_in in self._stand_ins:
            if stand_in.layer is Layer.SURFACE:
                _set_colour(stand_in.part, colours[stand_in.key.index])

    def _keys(self, layer: Layer) -> frozenset[ItemKey]:
        return frozenset(_key(layer, i) for i in range(len(self._actors.get(layer, ()))))

    def _all_actors(self) -> list[vtkActor]:
        wholes = [actor for actors in self._actors.values() for actor in actors]
        return wholes + [stand_in.part for stand_in in self._stand_ins]


def _key(layer: Layer, index: int) -> ItemKey:
    return ItemKey(layer, 0 if layer is Layer.LINES else index)


def _set_colour(actor: vtkActor, colour: str) -> None:
    actor.GetProperty().SetColor(*pv.Color(colour).float_rgb)


def _set_lights(renderer: vtkRenderer) -> None:
    renderer.RemoveAllLights()
    for position, intensity in LIGHTS:
        light = vtkLight()
        light.SetLightTypeToCameraLight()
        light.SetPosition(*position)
        light.SetIntensity(intensity)
        renderer.AddLight(light)
