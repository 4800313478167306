import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from depthstudio.core.errors import FormatError
from depthstudio.core.views import CameraSet, PointCloud, TriangleMesh, Views
from depthstudio.scene.layers import Scene
from depthstudio.scene.lod import thinned
from depthstudio.scene.offscreen import render
from depthstudio.scene.options import ItemKey, Layer
from depthstudio.scene.part_colours import part_colour


@pytest.fixture
def renderer() -> vtkRenderer:
    """Without a window: nothing could be rendered, so nothing may try."""
    return vtkRenderer()


def visible(renderer: vtkRenderer) -> list[vtkActor]:
    collection = renderer.GetActors()
    every = [collection.GetItemAsObject(i) for i in range(collection.GetNumberOfItems())]
    return [actor for actor in every if actor.GetVisibility()]


def point_count(actor: vtkActor) -> int:
    return actor.GetMapper().GetInput().GetNumberOfPoints()


def triangle_count(actor: vtkActor) -> int:
    return actor.GetMapper().GetInput().GetNumberOfPolys()


@pytest.fixture
def large_cloud() -> PointCloud:
    positions = np.random.default_rng(1).random((600_000, 3), dtype=np.float32)
    return PointCloud(positions, (positions * 255).astype(np.uint8))


def test_the_surface_is_shown_and_its_points_wait(
    renderer: vtkRenderer, surface: TriangleMesh, cloud: PointCloud
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=[surface], clouds=[cloud]))
    assert scene.layers == {Layer.SURFACE, Layer.CLOUD}
    assert scene.is_visible(Layer.SURFACE)
    assert not scene.is_visible(Layer.CLOUD)
    assert [point_count(actor) for actor in visible(renderer)] == [4]


def test_layers_are_toggled_one_by_one(
    renderer: vtkRenderer, surface: TriangleMesh, cloud: PointCloud
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=[surface], clouds=[cloud]))
    scene.set_visible(Layer.CLOUD, True)
    scene.set_visible(Layer.SURFACE, False)
    assert [point_count(actor) for actor in visible(renderer)] == [len(cloud)]


def test_showing_replaces_what_was_there(
    renderer: vtkRenderer, surface: TriangleMesh, cloud: PointCloud
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=[surface], clouds=[cloud]))
    scene.show(Views(clouds=[cloud]))
    assert scene.layers == {Layer.CLOUD}
    assert scene.is_visible(Layer.CLOUD)
    assert renderer.GetActors().GetNumberOfItems() == 1


def test_data_that_contradicts_itself_is_refused_and_the_old_scene_stays(
    renderer: vtkRenderer, surface: TriangleMesh
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=[surface]))
    broken = replace(surface, triangles=np.array([[0, 1, 4]], dtype=np.int32), name="chair")
    with pytest.raises(FormatError, match="chair uses points that do not exist"):
        scene.show(Views(meshes=[broken]))
    assert scene.is_visible(Layer.SURFACE)
    assert len(visible(renderer)) == 1


def test_arrays_are_shared_with_vtk_not_copied(
    renderer: vtkRenderer, cloud: PointCloud, surface: TriangleMesh
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=[surface], clouds=[cloud]))
    scene.set_visible(Layer.CLOUD, True)
    assert cloud.colours is not None
    arrays: list[np.ndarray] = []
    for actor in visible(renderer):
        data = actor.GetMapper().GetInput()
        arrays.append(np.asarray(data.GetPoints().GetData()))
        if data.GetPointData().GetScalars() is not None:
            arrays.append(np.asarray(data.GetPointData().GetScalars()))
    for mine in (cloud.positions, cloud.colours, surface.positions):
        assert any(np.shares_memory(mine, theirs) for theirs in arrays)


def test_the_arrays_are_let_go_when_the_scene_is_cleared(renderer: vtkRenderer) -> None:
    positions = np.zeros((10, 3), dtype=np.float32)
    alive = weakref.ref(positions)
    scene = Scene(renderer)
    scene.show(Views(clouds=[PointCloud(positions)]))
    del positions
    assert alive() is not None
    scene.clear()
    gc.collect()
    assert alive() is None
    assert scene.bounds is None


def test_a_picture_leaves_no_vtk_objects_behind(surface: TriangleMesh) -> None:
    def count() -> int:
        gc.collect()
        return sum(type(thing).__name__.startswith("vtk") for thing in gc.get_objects())

    render(Views(meshes=[surface]), (32, 24))
    before = count()
    render(Views(meshes=[surface]), (32, 24))
    assert count() <= before


def test_a_large_cloud_is_thinned_only_while_the_camera_moves(
    renderer: vtkRenderer, large_cloud: PointCloud
) -> None:
    scene = Scene(renderer)
    scene.show(Views(clouds=[large_cloud]))
    assert scene.thinned_layers == {Layer.CLOUD}
    scene.set_moving(True)
    assert [point_count(actor) for actor in visible(renderer)] == [250_000]
    scene.set_moving(False)
    assert [point_count(actor) for actor in visible(renderer)] == [600_000]


def test_a_hidden_large_cloud_stays_hidden_while_moving(
    renderer: vtkRenderer, large_cloud: PointCloud, surface: TriangleMesh
) -> None:
    scene = Scene(renderer)
    scene.show(Views(clouds=[large_cloud], meshes=[surface]))
    scene.set_moving(True)
    assert [point_count(actor) for actor in visible(renderer)] == [4]


def test_a_large_surface_is_coarser_while_the_camera_moves(
    renderer: vtkRenderer, relief: TriangleMesh, surface: TriangleMesh
) -> None:
    scene = Scene(renderer, moving_triangles=500)
    scene.show(Views(meshes=[relief, surface]))
    assert scene.thinned_layers == {Layer.SURFACE}
    whole = [triangle_count(actor) for actor in visible(renderer)]
    assert whole == [len(relief.triangles), 2]
    scene.set_moving(True)
    small, coarse = sorted(triangle_count(actor) for actor in visible(renderer))
    assert small == 2  # what is small stays as it is
    assert 100 < coarse < 1000
    scene.set_visible(Layer.SURFACE, False)
    assert not scene.thinned_layers
    assert visible(renderer) == []


def test_a_surface_is_whole_while_moving_where_nobody_asked_for_less(
    renderer: vtkRenderer, relief: TriangleMesh
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=[relief]))
    scene.set_moving(True)
    assert not scene.thinned_layers
    assert [triangle_count(actor) for actor in visible(renderer)] == [len(relief.triangles)]


def test_the_texture_is_not_sent_to_the_graphics_card_twice(
    renderer: vtkRenderer, relief: TriangleMesh, photo: NDArray[np.uint8]
) -> None:
    uv = (relief.positions[:, :2] / relief.positions[:, :2].max(axis=0)).astype(np.float32)
    scene = Scene(renderer, moving_triangles=500)
    scene.show(Views(meshes=[replace(relief, uv=uv, texture=photo)]))
    (whole,) = visible(renderer)
    scene.set_moving(True)
    (part,) = visible(renderer)
    assert part is not whole
    assert part.GetTexture() is whole.GetTexture()


def test_a_lit_surface_is_smooth_over_bends_and_sharp_at_edges(
    renderer: vtkRenderer, relief: TriangleMesh
) -> None:
    fold = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)
    folded = TriangleMesh(fold, np.array([[0, 1, 2], [0, 3, 1]], dtype=np.int32))
    scene = Scene(renderer)
    scene.show(Views(meshes=[relief, folded]))
    bent, sharp = visible(renderer)
    assert bent.GetMapper().GetInput().GetPointData().GetNormals() is not None
    assert point_count(bent) == len(relief.positions)
    assert point_count(sharp) == len(fold) + 2  # both ends of the fold are doubled


def test_thinning_keeps_colours_with_their_points_and_the_share_of_each_cloud(
    large_cloud: PointCloud,
) -> None:
    small = PointCloud(large_cloud.positions[:200_000])
    first, second = thinned([large_cloud, small], budget=80_000)
    assert (len(first), len(second)) == (60_000, 20_000)
    assert first.colours is not None
    np.testing.assert_array_equal(first.colours, (first.positions * 255).astype(np.uint8))


def test_point_size_reaches_full_and_thinned_points(
    renderer: vtkRenderer, large_cloud: PointCloud
) -> None:
    scene = Scene(renderer)
    scene.show(Views(clouds=[large_cloud]))
    scene.set_point_size(5)
    for moving in (True, False):
        scene.set_moving(moving)
        assert [a.GetProperty().GetPointSize() for a in visible(renderer)] == [5]
    assert scene.options.point_size_px == 5


def test_cameras_are_drawn_as_frustums_unless_the_file_brought_its_own(
    renderer: vtkRenderer, cloud: PointCloud
) -> None:
    cameras = CameraSet(
        names=("a", "b"),
        intrinsics=np.tile(np.array([[50.0, 0, 30], [0, 50, 20], [0, 0, 1]]), (2, 1, 1)),
        world_from_camera=np.tile(np.eye(4), (2, 1, 1)),
        sizes_px=np.array([[60, 40], [60, 40]]),
    )
    scene = Scene(renderer)
    scene.show(Views(clouds=[cloud], cameras=cameras))
    assert scene.layers == {Layer.CLOUD, Layer.LINES}
    assert [point_count(actor) for actor in visible(renderer)] == [len(cloud), 10]


def colour_of(actor: vtkActor) -> str:
    return "#" + bytes(round(255 * c) for c in actor.GetProperty().GetColor()).hex().upper()


@pytest.fixture
def parts(relief: TriangleMesh) -> list[TriangleMesh]:
    """Three parts, told apart by a colour each."""
    colours = ((200, 10, 10), (10, 200, 10), (10, 10, 200))
    count = len(relief.positions)
    return [
        replace(relief, colours=np.tile(np.array(colour, np.uint8), (count, 1)), name=str(colour))
        for colour in colours
    ]


def test_a_part_is_hidden_without_building_anything_anew(
    renderer: vtkRenderer, parts: list[TriangleMesh]
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=parts))
    before = visible(renderer)
    scene.set_hidden(frozenset({ItemKey(Layer.SURFACE, 1)}))
    assert visible(renderer) == [before[0], before[2]]
    assert scene.is_visible(Layer.SURFACE)
    scene.set_hidden(frozenset(ItemKey(Layer.SURFACE, i) for i in range(3)))
    assert visible(renderer) == []
    assert not scene.is_visible(Layer.SURFACE)
    scene.set_hidden(frozenset())
    assert visible(renderer) == before


def test_parts_are_lit_in_our_colours_or_in_those_of_their_file(
    renderer: vtkRenderer, parts: list[TriangleMesh]
) -> None:
    scene = Scene(renderer)
    scene.show(Views(meshes=parts))
    actors = visible(renderer)
    assert [colour_of(actor) for actor in actors] == [part_colour(i) for i in range(3)]
    assert all(actor.GetProperty().GetLighting() for actor in actors)
    scene.set_own_part_colours(True)
    assert visible(renderer) == actors
    assert [colour_of(actor) for actor in actors] == ["#C80A0A", "#0AC80A", "#0A0AC8"]
    scene.show(Views(meshes=parts[:2]))
    assert [colour_of(actor) for actor in visible(renderer)] == ["#C80A0A", "#0AC80A"]


def test_a_hidden_part_stays_hidden_while_moving_and_the_others_keep_their_colour(
    renderer: vtkRenderer, parts: list[TriangleMesh]
) -> None:
    scene = Scene(renderer, moving_triangles=600)
    scene.show(Views(meshes=parts))
    scene.set_hidden(frozenset({ItemKey(Layer.SURFACE, 0)}))
    scene.set_moving(True)
    moving = visible(renderer)
    assert [colour_of(actor) for actor in moving] == [part_colour(1), part_colour(2)]
    assert all(triangle_count(actor) < len(parts[0].triangles) for actor in moving)


def test_an_off_screen_picture_leaves_out_what_is_hidden(parts: list[TriangleMesh]) -> None:
    views = Views(meshes=parts)
    every = frozenset(ItemKey(Layer.SURFACE, i) for i in range(3))
    assert (render(views, (32, 24)) != render(views, (32, 24), hidden=every)).any()
