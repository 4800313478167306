"""Draws what the sample becomes into resources/sample/relief.jpg, for the first page.

`.venv/bin/python packaging/make_relief_picture.py` takes some seconds: it runs the sample
through the program itself, so the picture keeps to what a first try really shows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

SAMPLE = Path(__file__).resolve().parents[1] / "resources" / "sample"
SIZE_PX = (480, 320)
OVERSAMPLING = 3  # drawn larger and reduced, which smooths the edges
JPEG_QUALITY = 88


def depthstudio(*arguments: str | Path) -> str:
    """What the program prints; CalledProcessError when it fails."""
    command = [sys.executable, "-m", "depthstudio", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def relief_picture(photo: Path) -> Image.Image:
    """The relief of `photo` with the settings the program starts with, in perspective."""
    width, height = (OVERSAMPLING * side for side in SIZE_PX)
    with tempfile.TemporaryDirectory() as folder:
        home, drawn = Path(folder, "home"), Path(folder, "relief.png")
        log = depthstudio("run", photo, "--provider", "relief", "--home", home, "--json")
        result = json.loads(log.splitlines()[-1])["result"]
        size = f"{width}x{height}"
        depthstudio("render", result, "--home", home, "--size", size, "--output", drawn)
        with Image.open(drawn) as picture:
            return picture.convert("RGB").resize(SIZE_PX, Image.Resampling.LANCZOS)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photo", type=Path, default=SAMPLE / "view_0.jpg")
    parser.add_argument("--output", type=Path, default=SAMPLE / "relief.jpg", metavar="JPG")
    arguments = parser.parse_args()
    picture = relief_picture(arguments.photo)
    picture.save(arguments.output, quality=JPEG_QUALITY, optimize=True)
    print(f"{arguments.output} written, {arguments.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
