from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from depthstudio.core.views import TriangleMesh
from depthstudio.geometry.surface import grid_triangles, grid_uv, height_field
from depthstudio.scene.coarse import coarsened

ROWS, COLUMNS = 120, 160


def field(steepness: float = 0.0) -> TriangleMesh:
    """A textured height field of 37 842 triangles, 1 wide."""
    v, u = np.mgrid[:ROWS, :COLUMNS]
    depth = (steepness * np.cos(u / 9) * np.cos(v / 7)).astype(np.float32)
    return TriangleMesh(
        positions=height_field(depth).reshape(-1, 3),
        triangles=grid_triangles(np.ones((ROWS, COLUMNS), dtype=np.bool_)),
        uv=grid_uv(ROWS, COLUMNS),
        texture=np.zeros((4, 4, 3), dtype=np.uint8),
    )


def normals(mesh: TriangleMesh) -> NDArray[np.float32]:
    """(M, 3), as long as twice the area of each triangle."""
    a, b, c = (mesh.positions[mesh.triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def edges(mesh: TriangleMesh) -> set[tuple[int, int]]:
    """Directed edges that no neighbour runs the other way: the border."""
    every = {
        (int(triangle[i]), int(triangle[(i + 1) % 3]))
        for triangle in mesh.triangles
        for i in range(3)
    }
    return {(start, end) for start, end in every if (end, start) not in every}


@pytest.mark.parametrize("steepness", [0.0, 0.05, 0.3])
def test_about_as_many_triangles_are_left_as_were_asked_for(steepness: float) -> None:
    (coarse,) = coarsened([field(steepness)], budget=4000)
    assert 2000 < len(coarse.triangles) < 8000


def test_the_points_and_what_belongs_to_them_are_shared() -> None:
    mesh = field()
    (coarse,) = coarsened([mesh], budget=4000)
    assert coarse.positions is mesh.positions
    assert coarse.uv is mesh.uv
    assert coarse.texture is mesh.texture


def test_a_flat_sheet_keeps_its_area_its_side_and_has_no_holes() -> None:
    mesh = field()
    (coarse,) = coarsened([mesh], budget=4000)
    assert (normals(coarse)[:, 2] <= 0).all()
    area = np.linalg.norm(normals(coarse), axis=1).sum()
    assert area == pytest.approx(np.linalg.norm(normals(mesh), axis=1).sum(), rel=0.06)
    inside = np.abs(mesh.positions[[start for start, _ in edges(coarse)]])
    reach = np.abs(mesh.positions).max(axis=0)[:2]
    assert (inside[:, :2] > reach - 0.05).any(axis=1).all()  # every border lies near the rim


def test_surfaces_that_fit_stay_as_they_are() -> None:
    mesh = field()
    assert coarsened([mesh], budget=len(mesh.triangles)) == [mesh]
    assert coarsened([], budget=10) == []


def test_small_parts_of_a_large_scene_stay_whole() -> None:
    large, small = field(), replace(field(), triangles=field().triangles[:1500])
    coarse, kept = coarsened([large, small], budget=4000)
    assert len(coarse.triangles) < 8000
    assert kept is small


def test_points_without_a_place_meet_only_each_other() -> None:
    mesh = field()
    positions = mesh.positions.copy()
    positions[:COLUMNS] = np.nan
    positions[-1] = np.inf
    (coarse,) = coarsened([replace(mesh, positions=positions)], budget=4000)
    finite = np.isfinite(positions).all(axis=1)
    assert finite[coarse.triangles].all(axis=1).sum() > 2000
    nowhere = np.full_like(positions, np.nan)
    (nothing,) = coarsened([replace(mesh, positions=nowhere)], budget=4000)
    assert nothing.triangles.shape == (0, 3)


def test_places_far_apart_in_the_texture_do_not_run_together() -> None:
    """Two sheets on the same spot, each with its own corner of the texture."""
    sheet = field()
    assert sheet.uv is not None
    both = TriangleMesh(
        positions=np.concatenate([sheet.positions, sheet.positions]),
        triangles=np.concatenate([sheet.triangles, sheet.triangles + ROWS * COLUMNS]),
        uv=np.concatenate([sheet.uv * 0.4, sheet.uv * 0.4 + 0.6]).astype(np.float32),
        texture=sheet.texture,
    )
    (coarse,) = coarsened([both], budget=4000)
    assert both.uv is not None
    spread = np.ptp(both.uv[coarse.triangles], axis=1)
    assert spread.max() < 0.2
