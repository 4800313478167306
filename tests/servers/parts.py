"""Parts made of a cut-out: front, back and core of everything that hangs together in it."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray

LEAST_FACES = 11
PALETTE = [
    (141, 211, 199), (255, 255, 179), (190, 186, 218), (251, 128, 114), (128, 177, 211),
    (253, 180, 98), (179, 222, 105), (252, 205, 229), (217, 217, 217), (188, 128, 189),
]  # fmt: skip


def write_parts(
    path: Path,
    rgba: NDArray[np.uint8],
    *,
    steps: int,
    strength: float,
    grid: int,
    seed: int,
    most_faces: int | None,
) -> None:
    """Write the GLB; `most_faces` is of each of the two volumes, None keeps all."""
    luminance, inside = on_grid(rgba, grid // 2)
    relief = luminance * strength / 10 + 0.02 * np.random.default_rng(seed).random(inside.shape)
    for _ in range(steps):  # as upstream, a step count that is no integer ends here
        relief = cv2.GaussianBlur(relief, (3, 3), 0)
    scene = trimesh.Scene()
    count, labels = cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)
    wholes = [labels == label for label in range(1, count)]
    volumes = [
        [sheet(relief, whole, front=True) for whole in wholes],
        [each for whole in wholes for each in (sheet(relief, whole, front=False), core(whole))],
    ]
    for i, part in enumerate(simplified(volumes, most_faces)):
        part.visual.vertex_colors = np.tile(
            [*PALETTE[i % len(PALETTE)], 255], (len(part.vertices), 1)
        )
        scene.add_geometry(part)
    scene.export(path)


def on_grid(rgba: NDArray[np.uint8], side: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Brightness on white, 0 to 1, and what is inside, both (side, side)."""
    small = cv2.resize(rgba, (side, side), interpolation=cv2.INTER_AREA).astype(float) / 255
    alpha = small[..., 3:]
    on_white = small[..., :3] * alpha + 1 - alpha
    return on_white.mean(axis=-1), alpha[..., 0] > 0.5


def sheet(
    relief: NDArray[np.float64], inside: NDArray[np.bool_], *, front: bool
) -> trimesh.Trimesh:
    """One side of the object: +X right, +Y up, +Z to the viewer, within -1 to 1."""
    side = len(inside)
    rows, columns = np.mgrid[:side, :side]
    height = 0.1 + 0.4 * relief
    corners = np.stack(
        [2 * columns / side - 1, 1 - 2 * rows / side, height if front else -height], axis=-1
    )
    index = np.arange(side * side).reshape(side, side)
    full = inside[:-1, :-1] & inside[1:, :-1] & inside[:-1, 1:] & inside[1:, 1:]
    a, b, c, d = (i[full] for i in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    used, renumbered = np.unique(faces if front else faces[:, ::-1], return_inverse=True)
    vertices = corners.reshape(-1, 3)[used]
    return trimesh.Trimesh(vertices, renumbered.reshape(-1, 3), process=False)


def core(inside: NDArray[np.bool_]) -> trimesh.Trimesh:
    """A ball in the middle of the object."""
    rows, columns = np.nonzero(inside)
    side = len(inside)
    ball = trimesh.creation.icosphere(subdivisions=2, radius=0.05)
    centre = (2 * columns.mean() / side - 1, 1 - 2 * rows.mean() / side, 0)
    return trimesh.Trimesh(ball.vertices + centre, ball.faces, process=False)


def simplified(
    volumes: list[list[trimesh.Trimesh]], most_faces: int | None
) -> Iterator[trimesh.Trimesh]:
    """The parts worth keeping; each gives up its share when its volume has too many faces."""
    for parts in volumes:
        faces = sum(len(part.faces) for part in parts)
        for part in parts:
            if len(part.faces) < LEAST_FACES:
                continue
            if most_faces and faces > most_faces:
                share = int(most_faces * len(part.faces) / faces)
                part = part.simplify_quadric_decimation(face_count=max(share, LEAST_FACES))
            yield part
