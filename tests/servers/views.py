"""Looking at the views of a reconstruction, and measuring in them."""

from pathlib import Path
from typing import Any

import cv2
import gradio as gr
import numpy as np
from scene import Prediction, false_colour

Views = dict[int, dict[str, Any]]
RED = (255, 0, 0)


def kept_views(target: Path, seen: Prediction) -> Views:
    """What the session's State keeps of each view; writes the depth pictures to the target."""
    folder = target / "depth_vis"
    folder.mkdir(exist_ok=True)
    views: Views = {}
    for i, image in enumerate(seen.images):
        both = np.hstack([image, false_colour(seen.depth_m[i])])
        path = folder / f"{i:04d}.jpg"
        cv2.imwrite(str(path), both[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
        views[i] = {
            "image": image,
            "depth_image": str(path),
            "depth_m": seen.depth_m[i],
            "intrinsics": seen.intrinsics[i],
        }
    return views


def selector(views: Views | None) -> Any:
    """The list of views, the first chosen."""
    choices = [f"View {i + 1}" for i in range(len(views or {}))] or ["View 1"]
    return gr.Dropdown(choices=choices, value=choices[0])


def chosen(text: str) -> int:
    """Which view a selector means, counted from 0; the first when it means none."""
    try:
        return int(text.split()[1]) - 1
    except (AttributeError, IndexError, ValueError):
        return 0


def show(views: Views | None, index: int) -> tuple[Any, Any, list[Any]]:
    """Picture, false-colour depth and no points."""
    if not views:
        return None, None, []
    view = views[index if 0 <= index < len(views) else 0]
    both = cv2.imread(view["depth_image"])
    depth = None if both is None else both[:, both.shape[1] // 2 :, ::-1]
    return view["image"].copy(), depth, []


def turn(views: Views | None, text: str, step: int) -> tuple[str, Any, Any, list[Any]]:
    """The view before or after; it goes round."""
    if not views:
        return "View 1", None, None, []
    index = (chosen(text) + step) % len(views)
    return f"View {index + 1}", *show(views, index)


def change(views: Views | None, text: str) -> tuple[Any, Any, list[Any]]:
    return show(views, int(text.split()[1]) - 1) if text else (None, None, [])


def measure(views: Views | None, points: list[Any], text: str, event: gr.SelectData) -> list[Any]:
    """The depth at each clicked pixel (x, y); with the second the distance, then from anew."""
    if not views:
        return [None, [], "No data available"]  # one value too few, as upstream
    index = chosen(text) if 0 <= chosen(text) < len(views) else 0
    clicked = [*points, (event.index[0], event.index[1])]
    image, depth, _ = show(views, index)
    for point in clicked:
        if inside(image, point):
            image = cv2.circle(np.ascontiguousarray(image), point, 5, RED, 2)
    lines = "".join(depth_line(views[index], i, point) for i, point in enumerate(clicked))
    if len(clicked) < 2:
        return [image, depth, clicked, lines]
    if all(inside(image, point) for point in clicked):
        image = cv2.line(image, clicked[0], clicked[1], RED, 2)
    return [image, depth, [], lines + distance_line(views[index], clicked)]


def inside(image: Any, point: tuple[int, int]) -> bool:
    return 0 <= point[0] < image.shape[1] and 0 <= point[1] < image.shape[0]


def depth_line(view: dict[str, Any], index: int, point: tuple[int, int]) -> str:
    x, y = point
    if not inside(view["image"], point):
        return f"- **P{index + 1}: Click position ({x}, {y}) - No depth information**\n"
    return f"- **P{index + 1} depth: {view['depth_m'][y, x]:.2f}m**\n"


def distance_line(view: dict[str, Any], points: list[tuple[int, int]]) -> str:
    if not all(inside(view["image"], point) for point in points):
        return "- **Distance: Unable to calculate 3D distance**"
    from_pixels = np.linalg.inv(view["intrinsics"])
    first, second = (from_pixels @ (x, y, 1) * view["depth_m"][y, x] for x, y in points)
    return f"- **Distance: {np.linalg.norm(first - second):.2f}m**"
