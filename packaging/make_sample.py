"""Renders the bundled sample into resources/sample. Kept so that it can be made again.

`.venv/bin/python packaging/make_sample.py` takes some minutes; the result is the same
every time. With `--width 240 --samples 1` a draft takes seconds.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from still_life.camera import Camera, studio_cameras
from still_life.render import depth_map, picture
from still_life.scene import still_life

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "sample"
JPEG_QUALITY = 92


def write_view(folder: Path, index: int, camera: Camera, samples: int) -> None:
    """One picture and its depth."""
    parts = still_life()
    photo = Image.fromarray(picture(parts, camera, samples))
    photo.save(folder / f"view_{index}.jpg", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    np.savez_compressed(folder / f"depth_{index}.npz", depth=depth_map(parts, camera))


def write_cameras(folder: Path, cameras: list[Camera]) -> None:
    """All cameras in one file that says what its numbers mean."""
    views = [
        {
            "image": f"view_{index}.jpg",
            "depth": f"depth_{index}.npz",
            "width_px": camera.width_px,
            "height_px": camera.height_px,
            "intrinsics": camera.intrinsics.tolist(),
            "world_from_camera": camera.world_from_camera.round(9).tolist(),
        }
        for index, camera in enumerate(cameras)
    ]
    document = {
        "convention": "OpenCV: +X right, +Y down, +Z forward; pixel (0, 0) is a pixel's centre",
        "unit": "m",
        "views": views,
    }
    text = json.dumps(document, indent=1) + "\n"
    (folder / "cameras.json").write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=SAMPLE, metavar="DIR")
    parser.add_argument("--width", type=int, default=960, help="pixels; the height is two thirds")
    parser.add_argument("--samples", type=int, default=3, help="rays along each edge of a pixel")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    cameras = studio_cameras(arguments.width, arguments.width * 2 // 3)
    write_cameras(arguments.output, cameras)
    with ProcessPoolExecutor(max_workers=2) as pool:
        jobs = [
            pool.submit(write_view, arguments.output, index, camera, arguments.samples)
            for index, camera in enumerate(cameras)
        ]
        for index, job in enumerate(jobs):
            job.result()
            print(f"view {index} written to {arguments.output}")


if __name__ == "__main__":
    main()
