"""The PartPacker Space on this computer: real gradio, and parts made of the cut-out."""

from datetime import datetime
from pathlib import Path

import cv2
import gradio as gr
import numpy as np
from cutout import centred, without_background
from numpy.typing import NDArray
from parts import write_parts
from PIL import Image
from running import Options, serve
from stage import Stage

MAX_SEED = int(np.iinfo(np.int32).max)


def process_image(image_path: str) -> NDArray[np.uint8]:
    image = cv2.imread(image_path, cv2.IMREAD_UNCHANGED)
    if image.shape[-1] == 4:
        rgba = cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA)
    else:
        rgba = without_background(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    return centred(rgba)


def get_random_seed(randomize_seed: bool, seed: int) -> int:
    return int(np.random.default_rng().integers(0, MAX_SEED)) if randomize_seed else seed


def process_3d(
    input_image, num_steps, cfg_scale, grid_res, seed, simplify_mesh, target_num_faces
) -> str:
    Path("output").mkdir(exist_ok=True)
    stamp = datetime.now().strftime("%Y%m%d_%H%M%S")  # noqa: DTZ005 in a name only
    path = Path("output") / f"partpacker_{stamp}.glb"
    write_parts(
        path,
        input_image,
        steps=num_steps,
        strength=cfg_scale,
        grid=grid_res,
        seed=seed,
        most_faces=target_num_faces if simplify_mesh else None,
    )
    return str(path)


def build(stage: Stage, options: Options) -> gr.Blocks:
    """The page, with the ranges and defaults of the Space."""
    example = Path("example.png").absolute()
    Image.new("RGB", (64, 64), (200, 80, 40)).save(example)
    with gr.Blocks() as demo:
        image = gr.Image(label="Input Image", type="filepath")
        cut = gr.Image(
            label="Segmentation Result", type="numpy", interactive=False, image_mode="RGBA"
        )
        steps = gr.Slider(1, 100, value=50, step=1, label="Inference steps")
        scale = gr.Slider(2, 10, value=7.0, step=0.1, label="CFG scale")
        grid = gr.Slider(256, 512, value=384, step=1, label="Grid resolution")
        randomize = gr.Checkbox(label="Randomize seed", value=True)
        seed = gr.Slider(0, MAX_SEED, value=0, step=1, label="Seed")
        simplify = gr.Checkbox(label="Simplify mesh", value=False)
        faces = gr.Slider(10000, 1000000, value=100000, step=1000, label="Face number")
        button = gr.Button("Generate")
        model = gr.Model3D(label="Geometry", height=512)
        gr.Examples([[str(example)]], inputs=[image], cache_examples=False)
        (
            button.click(stage.served("process_image", process_image), [image], [cut])
            .then(stage.served("get_random_seed", get_random_seed), [randomize, seed], [seed])
            .then(
                stage.served("process_3d", process_3d),
                [cut, steps, scale, grid, seed, simplify, faces],
                [model],
            )
        )
    return demo


if __name__ == "__main__":
    serve(build, queue_size=1, show_error=False)
