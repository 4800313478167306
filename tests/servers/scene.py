"""A scene computed from pictures: bright is near. Depth, views, points and the GLB of them.

Nothing here is learned, but all of it depends on the pixels and the parameters, so a test can
tell the wrong picture from the right one.
"""

import colorsys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from trimesh.path.entities import Line

PATCH_PX = 14
BASELINE_M = 0.1
LEAST_CONFIDENCE = 1.05
CAMERA_SIZE = 0.03  # of the scene's diagonal
SPECTRAL = np.array(
    [
        (158, 1, 66), (213, 62, 79), (244, 109, 67), (253, 174, 97), (254, 224, 139),
        (255, 255, 191), (230, 245, 152), (171, 221, 164), (102, 194, 165), (50, 136, 189),
        (94, 79, 162),
    ]
)  # fmt: skip


@dataclass
class Prediction:
    """What a model would say about N views.

    images (N, H, W, 3) uint8; depth_m, confidence (N, H, W) float32; intrinsics (N, 3, 3) in
    pixels; world_to_camera (N, 4, 4), +X right, +Y down, +Z forward.
    """

    images: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    confidence: NDArray[np.float32]
    intrinsics: NDArray[np.float64]
    world_to_camera: NDArray[np.float64]


def predict(paths: list[Path], long_side: bool, side_px: int, reference: str) -> Prediction:
    """Look at the pictures, in this order."""
    images = same_size([resized(path, long_side, side_px) for path in paths])
    luminance = images.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    blurred = np.stack([cv2.GaussianBlur(each, (0, 0), 2.0) for each in luminance])
    depth_m = 1 + 4 * (1 - blurred / 255)
    count, height, width = depth_m.shape
    ramp = np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)
    confidence = 1 + luminance / 64 + ramp
    intrinsics = np.tile(np.eye(3), (count, 1, 1))
    intrinsics[:, 0, 0] = intrinsics[:, 1, 1] = 0.8 * max(width, height)
    intrinsics[:, 0, 2], intrinsics[:, 1, 2] = (width - 1) / 2, (height - 1) / 2
    poses = np.tile(np.eye(4), (count, 1, 1))
    origin = {"first": 0, "middle": count // 2}.get(reference, brightest(luminance))
    poses[:, 0, 3] = -BASELINE_M * (np.arange(count) - origin)
    return Prediction(images, depth_m, confidence, intrinsics, poses)


def brightest(luminance: NDArray[np.float32]) -> int:
    return int(luminance.mean(axis=(1, 2)).argmax())


def resized(path: Path, long_side: bool, side_px: int) -> NDArray[np.uint8]:
    """The picture with its long (or short) side at `side_px`, both multiples of the patch."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")  # turning as EXIF says is left out upstream, too
    side = (max if long_side else min)(picture.size)
    width, height = (
        max(PATCH_PX, round(each * side_px / side / PATCH_PX) * PATCH_PX) for each in picture.size
    )
    enlarged = width > picture.width
    how = cv2.INTER_CUBIC if enlarged else cv2.INTER_AREA
    return cv2.resize(np.asarray(picture), (width, height), interpolation=how)


def same_size(images: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """All cut around their centres to the smallest height and width."""
    height = min(image.shape[0] for image in images)
    width = min(image.shape[1] for image in images)
    cut = []
    for image in images:
        top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
        cut.append(image[top : top + height, left : left + width])
    return np.stack(cut)


def false_colour(depth_m: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Spectral of the inverse depth, red is near; the 2 % at either end share a colour."""
    inverse = 1 / depth_m
    low, high = np.percentile(inverse, (2, 98))
    if low == high:
        low, high = low - 1e-6, high + 1e-6
    far = 1 - np.clip((inverse - low) / (high - low), 0, 1)
    steps = np.linspace(0, 1, len(SPECTRAL))
    table = np.stack([np.interp(np.linspace(0, 1, 256), steps, c) for c in SPECTRAL.T], axis=-1)
    return table.astype(np.uint8)[np.minimum(far * 256, 255).astype(int)]


def write_scene(
    path: Path, seen: Prediction, percentile: float, max_points: int, cameras: bool
) -> int:
    """Write the GLB; gives how many points it has."""
    low = float(np.percentile(seen.confidence, percentile))
    high = float(np.percentile(seen.confidence, 90))
    points, colours = unproject(seen, min(max(LEAST_CONFIDENCE, low), high))
    alignment = aligned(seen.world_to_camera[0], points)
    points = trimesh.transform_points(points, alignment) if len(points) else points
    if len(points) > max_points:
        # Not seeded: which points are left differs from run to run, as upstream.
        kept = np.random.default_rng().choice(len(points), max_points, replace=False)
        points, colours = points[kept], colours[kept]
    scene = trimesh.Scene(metadata={"hf_alignment": alignment.tolist()})
    if len(points):
        scene.add_geometry(trimesh.PointCloud(points, colors=colours))
    if cameras:
        add_cameras(scene, seen, alignment, diagonal(points) * CAMERA_SIZE)
    scene.export(path)
    return len(points)


def unproject(seen: Prediction, threshold: float) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """World points (M, 3) and colours (M, 3) of the pixels that are sure enough, view by view."""
    count, height, width = seen.depth_m.shape
    v, u = np.mgrid[:height, :width]
    pixels = np.stack([u, v, np.ones_like(u)], axis=-1).astype(np.float32)
    points, colours = [], []
    for i in range(count):
        sure = (seen.confidence[i] >= threshold) & (seen.depth_m[i] > 0)
        rays = pixels[sure] @ np.linalg.inv(seen.intrinsics[i]).T.astype(np.float32)
        camera_to_world = np.linalg.inv(seen.world_to_camera[i])
        in_camera = rays * seen.depth_m[i][sure][:, None]
        points.append(in_camera @ camera_to_world[:3, :3].T + camera_to_world[:3, 3])
        colours.append(seen.images[i][sure])
    return np.concatenate(points).astype(np.float32), np.concatenate(colours)


def aligned(
    world_to_camera: NDArray[np.float64], points: NDArray[np.float32]
) -> NDArray[np.float64]:
    """(4, 4) from the world to glTF: +Y up, the first camera looks along -Z, median at 0."""
    turned = np.diag([1.0, -1.0, -1.0, 1.0]) @ world_to_camera
    centred = np.eye(4)
    if len(points):
        centred[:3, 3] = -np.median(trimesh.transform_points(points, turned), axis=0)
    return centred @ turned


def diagonal(points: NDArray[np.float32]) -> float:
    if len(points) < 2:
        return 1.0
    low, high = np.percentile(points, (5, 95), axis=0)
    return float(np.linalg.norm(high - low)) or 1.0


def add_cameras(
    scene: trimesh.Scene, seen: Prediction, alignment: NDArray[np.float64], size: float
) -> None:
    """A pyramid of eight lines for every view, each view in a colour of its own."""
    count, height, width = seen.depth_m.shape
    corners = np.array(
        [(0, 0, 1), (width - 1, 0, 1), (width - 1, height - 1, 1), (0, height - 1, 1)]
    )
    for i in range(count):
        plane = corners @ np.linalg.inv(seen.intrinsics[i]).T * size
        ends = np.concatenate([np.zeros((1, 3)), plane])
        to_world = alignment @ np.linalg.inv(seen.world_to_camera[i])
        centre, *others = trimesh.transform_points(ends, to_world)
        edges = zip(others, [*others[1:], others[0]], strict=True)
        lines = np.array([*((centre, each) for each in others), *edges])
        lines = np.random.default_rng().permutation(lines)  # their order is not to be relied on
        path = trimesh.path.Path3D(
            [Line((2 * k, 2 * k + 1)) for k in range(len(lines))],
            vertices=lines.reshape(-1, 3),
            process=False,
        )
        path.colors = np.tile(camera_colour(i, count), (len(path.entities), 1))
        scene.add_geometry(path)


def camera_colour(index: int, count: int) -> NDArray[np.uint8]:
    rgb = colorsys.hsv_to_rgb((index + 0.5) / count, 0.85, 0.95)
    return (np.array([*rgb, 1.0]) * 255).astype(np.uint8)
