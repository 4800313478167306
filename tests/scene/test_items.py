"""What a scene consists of, and which of it are parts."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from depthstudio.core.views import CameraSet, LineSet, PointCloud, TriangleMesh, Views
from depthstudio.scene.items import are_parts, first_hidden, items_of
from depthstudio.scene.options import ItemKey, Layer

TRIANGLE = np.array([[0, 1, 2]], dtype=np.int32)
CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)


def part(colour: tuple[int, int, int], name: str = "") -> TriangleMesh:
    return TriangleMesh(CORNERS, TRIANGLE, np.tile(np.array(colour, np.uint8), (3, 1)), name=name)


def test_parts_without_a_name_of_their_own_are_numbered() -> None:
    meshes = [part((9, 9, 9), "geometry_0"), part((8, 8, 8), "seat"), part((7, 7, 7))]
    items = items_of(Views(meshes=meshes))
    assert [item.name for item in items] == ["Part 1", "seat", "Part 3"]
    assert [item.part for item in items] == [0, 1, 2]
    assert {(item.count, item.noun) for item in items} == {(1, "triangle")}


def test_one_surface_is_no_part(surface: TriangleMesh, cloud: PointCloud) -> None:
    items = items_of(Views(meshes=[surface], clouds=[cloud]))
    assert [(item.name, item.part) for item in items] == [("Surface", None), ("Point cloud", None)]


def test_what_has_a_texture_or_many_colours_is_no_part(
    surface: TriangleMesh, photo: NDArray[np.uint8]
) -> None:
    plain = part((1, 2, 3))
    assert are_parts([plain, part((3, 2, 1))])
    assert not are_parts([plain])
    assert not are_parts([plain, surface])
    mixed = replace(plain, colours=np.array([[1, 2, 3], [1, 2, 3], [3, 2, 1]], np.uint8))
    assert not are_parts([plain, mixed])
    assert are_parts([plain, replace(plain, colours=None)])


def test_five_hundred_cameras_are_one_entry() -> None:
    count = 500
    cameras = CameraSet(
        names=tuple(map(str, range(count))),
        intrinsics=np.tile(np.eye(3), (count, 1, 1)),
        world_from_camera=np.tile(np.eye(4), (count, 1, 1)),
        sizes_px=np.ones((count, 2), np.int64),
    )
    segments = np.array([[0, 1]], dtype=np.int32)
    lines = [LineSet(CORNERS, segments) for _ in range(count)]
    (item,) = items_of(Views(lines=lines, cameras=cameras))
    assert (item.key, item.name, item.count) == (ItemKey(Layer.LINES, 0), "Cameras", count)
    (item,) = items_of(Views(lines=lines))
    assert (item.name, item.count, item.noun) == ("Lines", count, "line")


@pytest.mark.parametrize("has_surface", [True, False])
def test_points_wait_only_where_a_surface_shows_the_same(
    surface: TriangleMesh, cloud: PointCloud, has_surface: bool
) -> None:
    views = Views(meshes=[surface] if has_surface else [], clouds=[cloud, cloud])
    expected = {ItemKey(Layer.CLOUD, 0), ItemKey(Layer.CLOUD, 1)} if has_surface else set()
    assert first_hidden(views) == expected
