"""What happens to uploaded pictures and videos: a folder of frames, in the order of names."""

import shutil
from datetime import datetime
from pathlib import Path

import cv2
from pi_heif import register_heif_opener
from PIL import Image

WORKSPACE = Path("workspace/gradio")  # relative, as on the Space
INPUTS = WORKSPACE / "input_images"
EXAMPLES = WORKSPACE / "examples"
READABLE = {".jpg", ".jpeg", ".png", ".bmp", ".tiff", ".tif"}

register_heif_opener()


def new_target(pictures: list[str] | None, video: str | None, wanted_hz: float) -> Path:
    """A new folder whose ``images`` holds the pictures and the sampled frames of the video."""
    stamp = datetime.now().strftime("%Y%m%d_%H%M%S_%f")  # noqa: DTZ005 in a name only
    target = INPUTS / f"session_{stamp}"
    images = target / "images"
    images.mkdir(parents=True)
    for picture in pictures or []:
        copy_picture(Path(picture), images)
    if video:
        sample(video, images, wanted_hz)
    return target


def gallery(target: Path, pictures: list[str] | None) -> list[str]:
    """The pictures in the order of names. One that overwrote another counts twice, as upstream."""
    copied = [str(target / "images" / stored_name(Path(each))) for each in pictures or []]
    frames = [str(path) for path in (target / "images").iterdir() if str(path) not in copied]
    return sorted(copied + frames)


def stored_name(picture: Path) -> str:
    return f"{picture.stem}.jpg" if picture.suffix.lower() in (".heic", ".heif") else picture.name


def copy_picture(picture: Path, folder: Path) -> None:
    if picture.suffix.lower() in (".heic", ".heif"):
        with Image.open(picture) as opened:
            opened.convert("RGB").save(folder / stored_name(picture), quality=95)
    else:
        shutil.copy(picture, folder / picture.name)


def sample(video: str, folder: Path, wanted_hz: float) -> None:
    """Keep every k-th frame, counting from 1; k = max(1, int(the video's rate / wanted))."""
    opened = cv2.VideoCapture(video)
    every = max(1, int(opened.get(cv2.CAP_PROP_FPS) / wanted_hz))
    count = kept = 0
    while True:
        there, frame = opened.read()
        if not there:
            break
        count += 1
        if count % every == 0:
            cv2.imwrite(str(folder / f"{kept:06}.png"), frame)
            kept += 1
    opened.release()


def frames(target: Path) -> list[Path]:
    """The pictures a reconstruction looks at, in the order of names."""
    images = sorted((target / "images").glob("*"))
    return [path for path in images if path.suffix.lower() in READABLE]
