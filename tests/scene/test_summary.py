import subprocess
import sys

import numpy as np
import pytest

from depthstudio.core.views import DepthKind, DepthStack, LineSet, PointCloud, TriangleMesh, Views
from depthstudio.scene.bounds import bounds_of, bounds_of_views
from depthstudio.scene.summary import summarise

IDENTITY = np.eye(4)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("count", [1, 255, 256, 257, 1000])
def test_bounds_are_those_numpy_finds(count: int) -> None:
    positions = np.random.default_rng(count).normal(size=(count, 3)).astype(np.float32)
    box = bounds_of(positions, IDENTITY)
    assert box is not None
    np.testing.assert_array_equal(box.low, positions.min(axis=0))
    np.testing.assert_array_equal(box.high, positions.max(axis=0))


def test_points_without_a_place_do_not_count_in_the_bounds() -> None:
    positions = np.array([[np.nan, 9, 9], [1, 2, 3], [-np.inf, 0, 0]], dtype=np.float32)
    box = bounds_of(positions, IDENTITY)
    assert box is not None
    np.testing.assert_array_equal([box.low, box.high], [[1, 2, 3], [1, 2, 3]])
    assert bounds_of(positions[:1], IDENTITY) is None
    assert bounds_of(positions[:0], IDENTITY) is None


def test_bounds_follow_the_transform() -> None:
    flip = np.diag([1.0, -1.0, -1.0, 1.0])
    flip[:3, 3] = (10, 0, 0)
    box = bounds_of(np.array([[0, 1, 2], [1, 3, 5]], dtype=np.float32), flip)
    assert box is not None
    np.testing.assert_array_equal([box.low, box.high], [[10, -3, -5], [11, -1, -2]])


def test_frustums_do_not_make_the_object_small(cloud: PointCloud) -> None:
    far = LineSet(np.full((2, 3), 100, dtype=np.float32), np.array([[0, 1]]))
    box = bounds_of_views(Views(clouds=[cloud], lines=[far]))
    assert box is not None
    assert box.high.max() < 4
    only_lines = bounds_of_views(Views(lines=[far]))
    assert only_lines is not None
    assert only_lines.high.max() == 100


def test_the_line_below_the_view_counts_and_measures(
    cloud: PointCloud, surface: TriangleMesh
) -> None:
    text = plain(summarise(Views(clouds=[cloud], meshes=[surface])).text)
    assert text == "2 400 points · 2 triangles · 6.00 × 4.00 × 0.00"


def test_only_metric_depth_gives_the_box_a_unit(cloud: PointCloud) -> None:
    values = np.ones((1, 2, 2), dtype=np.float32)
    for kind, ending in [(DepthKind.METRIC, "0.00 m"), (DepthKind.RELATIVE_DEPTH, "0.00")]:
        text = summarise(Views(clouds=[cloud], depth=DepthStack(values, kind))).text
        assert plain(text).endswith(ending)


def test_small_things_keep_three_digits() -> None:
    tiny = PointCloud(np.array([[0, 0, 0], [0.012345, 0.5, 0]], dtype=np.float32))
    assert plain(summarise(Views(clouds=[tiny])).text) == "2 points · 0.0123 × 0.50 × 0.00"


def test_nothing_says_nothing() -> None:
    assert summarise(Views()).text == ""


def test_summaries_and_options_load_no_vtk() -> None:
    program = (
        "import sys, depthstudio.scene.summary, depthstudio.scene.options\n"
        "print([name for name in sys.modules if name.startswith(('vtk', 'pyvista'))])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr
