"""Fewer points while the camera moves, so that the hand is followed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from depthstudio.core.views import PointCloud
from depthstudio.scene.options import MOVING_POINTS


def thinned(clouds: Sequence[PointCloud], budget: int = MOVING_POINTS) -> list[PointCloud]:
    """A random sample of `budget` points in all, or no clouds when they fit already.

    Points keep their order: a shuffled sample is slower to draw, for it jumps about in
    memory. The same clouds always give the same sample.
    """
    total = sum(len(cloud) for cloud in clouds)
    if total <= budget:
        return []
    random = np.random.default_rng(0)
    return [_sample(cloud, round(len(cloud) * budget / total), random) for cloud in clouds]


def _sample(cloud: PointCloud, count: int, random: np.random.Generator) -> PointCloud:
    # With repeats, which at these ratios cost a few points, not the seconds of a permutation.
    rows = np.sort(random.integers(0, max(len(cloud), 1), min(count, len(cloud))))
    colours = cloud.colours[rows] if cloud.colours is not None else None
    return replace(cloud, positions=cloud.positions[rows], colours=colours)
