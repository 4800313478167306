"""Parts are told apart by their colours, whoever looks at them."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from depthstudio.scene.part_colours import PART_COLOURS, part_colour

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def seen(colour: str, sight: str) -> NDArray[np.float64]:
    """OKLab, as somebody with this sight sees it."""
    srgb = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(SIGHTS[sight]) @ linear, 0, 1)
    return LAB @ np.cbrt(LMS @ linear)


@pytest.mark.parametrize("sight", SIGHTS)
def test_twelve_parts_are_told_apart_by_every_sight(sight: str) -> None:
    least = 0.09 if sight == "tritan" else 0.12
    places = [seen(colour, sight) for colour in PART_COLOURS]
    assert len(places) >= 12
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(places, 2)) >= least


def test_more_parts_take_the_same_colours_lighter_or_darker() -> None:
    count = len(PART_COLOURS)
    lightness = [seen(part_colour(3 + turn * count), "normal")[0] for turn in range(4)]
    assert len({round(float(value), 2) for value in lightness}) == 4
    assert len({part_colour(number) for number in range(5 * count)}) == 5 * count
