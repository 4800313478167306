"""What the functions of the Depth Anything 3 Space do."""

from pathlib import Path
from typing import Any

import gradio as gr
import novel_views
import uploads
import views
from scene import predict, write_scene

NOTHING_YET = "No reconstruction available. Please click the Reconstruct button first."
LOG_START = "Loading and Reconstructing..."


class Functions:
    """The functions by what they do; `side_px` is what low_res makes of the long side."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings

    def handle_uploads(
        self, video: str | None, pictures: list[str] | None, wanted_hz: float
    ) -> tuple[Any, ...]:
        if not video and not pictures:
            return None, None, None, None
        target = uploads.new_target(pictures, video, wanted_hz)
        told = "Upload complete. Click 'Reconstruct' to begin 3D processing."
        return None, str(target), uploads.gallery(target, pictures), told

    def reconstruct(
        self,
        target_dir: str,
        *,
        show_cam: bool,
        method: str,
        percentile: float,
        thousand_points: float,
        infer_gs: bool,
        trajectory: str,
        quality: str,
        first_frame: str | None = None,
        reference: str = "first",
    ) -> tuple[Any, ...]:
        """The ten values of gradio_demo."""
        target = Path(target_dir)
        if target_dir == "None" or not target.is_dir():
            told = "No valid target directory found. Please upload first."
            return None, told, None, None, None, "", None, None, *shown(False)
        paths = uploads.frames(target)
        first = [path for path in paths if first_frame and path.name == first_frame]
        paths = first + [path for path in paths if path not in first]
        if not paths:
            raise ValueError("No images found. Check your upload.")
        seen = predict(paths, method != "high_res", self._settings["side_px"], reference)
        write_scene(
            target / "scene.glb", seen, percentile, int(thousand_points * 1000), cameras=show_cam
        )
        video = None
        if infer_gs:
            novel_views.write_novel_views(target / "gs_video", seen, trajectory, quality)
            video = novel_views.last_video(target)
        kept = views.kept_views(target, seen)
        uploaded = len(list((target / "images").iterdir()))  # what cannot be read counts, too
        told = f"Reconstruction Success ({uploaded} frames). Waiting for visualization."
        picture, depth, _ = views.show(kept, 0)
        return (
            str(target / "scene.glb"), told, kept, picture, depth, "", views.selector(kept), video,
            *shown(video is not None),
        )  # fmt: skip

    def update_visualization(
        self, target_dir: str, show_cam: bool, is_example: str, *ignored: Any
    ) -> tuple[Any, str]:
        """The scene that is there; nothing is made anew."""
        target = Path(target_dir or "None")
        if not target.is_dir():
            return gr.update(), NOTHING_YET
        if (target / "scene.glb").exists():
            cached = is_example == "True"
            told = "Visualization loaded from cache." if cached else "Visualization updated."
            return str(target / "scene.glb"), told
        if is_example == "True":
            return gr.update(), NOTHING_YET
        missing = target / "predictions.npz"
        return (
            gr.update(),
            f"No reconstruction available at {missing}. Please run 'Reconstruct' first.",
        )

    def load_example(self, name: str) -> tuple[Any, ...]:
        """The twelve values of an example scene."""
        pictures = sorted((uploads.EXAMPLES / name).iterdir())
        target = uploads.INPUTS / f"example_{name}"
        images = target / "images"
        if not images.exists():
            images.mkdir(parents=True)
            for picture in pictures:
                uploads.copy_picture(picture, images)
        scene = target / "scene.glb"
        there = scene.exists()
        told = (
            f"Loaded cached scene '{name}' with {len(pictures)} images."
            if there
            else f"Loaded scene '{name}' with {len(pictures)} images. "
            "Click 'Reconstruct' to begin 3D processing."
        )
        return (
            str(scene) if there else None, str(target), uploads.gallery(target, None), told, None,
            views.selector(None), None, *shown(False), "True", None, None,
        )  # fmt: skip


def shown(video: bool) -> tuple[Any, Any]:
    """The visibility of the video and of the words that stand in for it."""
    return gr.update(visible=video), gr.update(visible=not video)


def choose_image(event: gr.SelectData) -> tuple[str, int]:
    return f"Selected image {event.index} as potential first frame", event.index


def select_first_frame(pictures: list[Any], index: int) -> tuple[Any, str, str]:
    """The chosen picture moves to the front; its name is kept for the session."""
    if not pictures:
        return pictures, "No images available to select as first frame.", ""
    index = index if index is not None and 0 <= index < len(pictures) else 0
    moved = [pictures[index], *pictures[:index], *pictures[index + 1 :]]
    name = Path(pictures[index][0]).name
    told = f"Selected frame: {name}. Moved to first position. Total frames: {len(moved)}"
    return moved, told, name
