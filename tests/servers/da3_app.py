"""The Depth Anything 3 Space on this computer: real gradio, and scenes made of the pictures.

Two profiles: ``seed`` is how the Space began (28 named endpoints), ``head`` how its code is now
(26: no first frame to choose, a reference view strategy instead).
"""

from typing import Any

import gradio as gr
import uploads
import views
from da3_functions import LOG_START, Functions, choose_image, select_first_frame
from PIL import Image
from running import Options, serve
from stage import Stage

EXAMPLE_COUNT = 12


def build(stage: Stage, options: Options) -> gr.Blocks:
    """The page. The order of the events is what gives them their numbers."""
    functions = Functions(stage.settings)
    scenes = make_examples()
    with gr.Blocks() as demo:
        page = Page(options.profile)
        thumbnails = [
            gr.Image(str(uploads.EXAMPLES / s / "0.png"), interactive=False) for s in scenes
        ]
        events = Events(stage, functions, page, options.profile)
        events.connect(scenes, thumbnails)
    return demo


def make_examples() -> list[str]:
    """Twelve scenes of one small picture each, in colours of their own."""
    names = [f"scene_{i:02d}" for i in range(EXAMPLE_COUNT)]
    for i, name in enumerate(names):
        (uploads.EXAMPLES / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (56, 42), (20 * i, 128, 255 - 20 * i)).save(
            uploads.EXAMPLES / name / "0.png"
        )
    return names


class Page:
    """The components, with the ranges and defaults of the Space."""

    def __init__(self, profile: str) -> None:
        self.is_example = gr.Textbox(label="is_example", visible=False, value="None")
        self.processed = gr.State(value=None)
        self.points = gr.State(value=[])
        self.first_frame = gr.State(value="")
        self.image_index = gr.State(value=0)
        self.target_dir = gr.Textbox(label="Target Dir", visible=False, value="None")
        self.video = gr.Video(label="Upload Video", interactive=True)
        self.fps = gr.Slider(0.1, 60, value=10, step=0.1, label="Sampling FPS (Frames Per Second)")
        self.images = gr.File(file_count="multiple", label="Upload Images", interactive=True)
        self.gallery = gr.Gallery(label="Preview", columns=4, interactive=False)
        self.first_frame_button = gr.Button("Select First Frame")
        self.log = gr.Markdown("Please upload a video or images, then click Reconstruct.")
        self.model = gr.Model3D(height=520)
        self.previous = gr.Button("◀ Previous")
        self.view = gr.Dropdown(
            ["View 1"], value="View 1", label="Select View", allow_custom_value=True
        )
        self.next = gr.Button("Next ▶")
        self.rgb = self._picture("RGB Image")
        self.depth = self._picture("Depth Visualization (Right Half)")
        self.measured = gr.Markdown("")
        self.gs_info = gr.Markdown("3D Gaussian Splatting rendering is currently DISABLED.")
        self.gs_video = gr.Video(interactive=False, visible=False)
        self.method = gr.Dropdown(
            ["high_res", "low_res"], value="low_res", label="Image Processing Method"
        )
        self.infer_gs = gr.Checkbox(label="Infer 3D Gaussian Splatting", value=False)
        if profile == "head":
            self.reference = gr.Dropdown(
                ["saddle_balanced", "saddle_sim_range", "first", "middle"],
                value="saddle_balanced",
                label="Reference View Strategy",
            )
        self.trajectory = gr.Dropdown(
            ["smooth", "extend"],
            value="smooth",
            label="Rendering trajectory for 3DGS viewpoints (requires n_views ≥ 2)",
            visible=False,
        )
        self.quality = gr.Dropdown(
            ["low", "medium", "high"],
            value="low",
            label="Video quality for 3DGS rendered outputs",
            visible=False,
        )
        self.submit = gr.Button("Reconstruct")
        self.clear = gr.ClearButton()
        self.show_cam = gr.Checkbox(label="Show Camera", value=True)
        self.black = gr.Checkbox(label="Filter Black Background", value=False)
        self.white = gr.Checkbox(label="Filter White Background", value=False)
        self.percentile = gr.Slider(0, 100, value=10, step=1, label="Filter Percentage")
        self.max_points = gr.Slider(
            1000, 100000, value=1000, step=1000, label="Max Points (K points)"
        )

    def _picture(self, label: str) -> gr.Image:
        return gr.Image(type="numpy", label=label, format="webp", interactive=False, sources=[])


class Events:
    """What happens on the page, wired as on the Space."""

    def __init__(self, stage: Stage, functions: Functions, page: Page, profile: str) -> None:
        self._stage = stage
        self._does = functions
        self._page = page
        self._profile = profile

    def connect(self, scenes: list[str], thumbnails: list[gr.Image]) -> None:
        page, served = self._page, self._stage.served
        page.infer_gs.change(
            served("lambda", lambda on: (*[gr.update(visible=on)] * 3, gr.update(visible=not on))),
            page.infer_gs,
            [page.trajectory, page.quality, page.gs_video, page.gs_info],
        )
        page.clear.add(
            [
                page.video, page.images, page.model, page.log, page.target_dir, page.gallery,
                page.gs_video,
            ]
        )  # fmt: skip
        self._reconstruct()
        self._update_and_upload()
        if self._profile == "seed":
            self._first_frame()
        self._look_and_measure()
        for i, (scene, thumbnail) in enumerate(zip(scenes, thumbnails, strict=True), 5):
            load = served(f"lambda_{i}", lambda name=scene: self._does.load_example(name))
            thumbnail.select(load, outputs=self._example_outputs())

    def _reconstruct(self) -> None:
        page, served = self._page, self._stage.served
        demo, inputs = self._gradio_demo()
        (
            page.submit.click(served("clear_fields", clear_fields), [], [page.model])
            .then(served("update_log", update_log), [], [page.log])
            .then(
                served("gradio_demo", demo),
                inputs,
                [
                    page.model, page.log, page.processed, page.rgb, page.depth, page.measured,
                    page.view, page.gs_video, page.gs_video, page.gs_info,
                ],
            )
            .then(served("lambda_1", lambda: "False"), [], [page.is_example])
        )  # fmt: skip

    def _gradio_demo(self) -> tuple[Any, list[Any]]:
        """The function and its inputs; the profiles differ in both."""
        page, does = self._page, self._does
        before = [page.target_dir, page.show_cam, page.black, page.white, page.method]
        points = [page.percentile, page.max_points, page.infer_gs]
        video = [page.trajectory, page.quality]

        def run(values: list[Any], **more: Any) -> tuple[Any, ...]:
            target, cameras, _black, _white, method, percentile, thousands, gs, path, quality = (
                values
            )
            return does.reconstruct(
                target, show_cam=cameras, method=method, percentile=percentile,
                thousand_points=thousands, infer_gs=gs, trajectory=path, quality=quality, **more,
            )  # fmt: skip

        if self._profile == "seed":

            def gradio_demo(
                target_dir, show_cam, filter_black_bg, filter_white_bg, process_res_method,
                selected_first_frame, save_percentage, num_max_points, infer_gs, gs_trj_mode,
                gs_video_quality,
            ):  # fmt: skip
                values = [
                    target_dir, show_cam, filter_black_bg, filter_white_bg, process_res_method,
                    save_percentage, num_max_points, infer_gs, gs_trj_mode, gs_video_quality,
                ]  # fmt: skip
                return run(values, first_frame=selected_first_frame)

            return gradio_demo, [*before, page.first_frame, *points, *video]

        def gradio_demo(
            target_dir, show_cam, filter_black_bg, filter_white_bg, process_res_method,
            save_percentage, num_max_points, infer_gs, ref_view_strategy, gs_trj_mode,
            gs_video_quality,
        ):  # fmt: skip
            values = [
                target_dir, show_cam, filter_black_bg, filter_white_bg, process_res_method,
                save_percentage, num_max_points, infer_gs, gs_trj_mode, gs_video_quality,
            ]  # fmt: skip
            return run(values, reference=ref_view_strategy)

        return gradio_demo, [*before, *points, page.reference, *video]

    def _update_and_upload(self) -> None:
        page, served = self._page, self._stage.served

        def update_visualization(
            target_dir, show_cam, is_example, filter_black_bg, filter_white_bg, process_res_method
        ):
            return self._does.update_visualization(target_dir, show_cam, is_example)

        def handle_uploads(input_video, input_images, s_time_interval):
            return self._does.handle_uploads(input_video, input_images, s_time_interval)

        viewed = [
            page.target_dir, page.show_cam, page.is_example, page.black, page.white, page.method
        ]  # fmt: skip
        for component in (page.show_cam, page.black, page.white):
            update = served("update_visualization", update_visualization)
            component.change(update, viewed, [page.model, page.log])
        for component in (page.video, page.images):
            component.change(
                served("handle_uploads", handle_uploads),
                [page.video, page.images, page.fps],
                [page.model, page.target_dir, page.gallery, page.log],
            )

    def _first_frame(self) -> None:
        page, served = self._page, self._stage.served

        def handle_image_selection(event: gr.SelectData):
            return choose_image(event)

        page.gallery.select(
            served("handle_image_selection", handle_image_selection),
            outputs=[page.log, page.image_index],
        )
        page.first_frame_button.click(
            served("select_first_frame", select_first_frame),
            [page.gallery, page.image_index],
            [page.gallery, page.log, page.first_frame],
        )

    def _look_and_measure(self) -> None:
        page, served = self._page, self._stage.served
        looked = [page.processed, page.view]
        turned = [page.view, page.rgb, page.depth, page.points]
        page.previous.click(
            served("lambda_2", lambda v, text: views.turn(v, text, -1)), looked, turned
        )
        page.next.click(served("lambda_3", lambda v, text: views.turn(v, text, 1)), looked, turned)
        page.view.change(
            served("lambda_4", lambda v, text: views.change(v, text)), looked, turned[1:]
        )
        page.rgb.select(
            served("measure", views.measure),
            [page.processed, page.points, page.view],
            [page.rgb, page.depth, page.points, page.measured],
        )

    def _example_outputs(self) -> list[Any]:
        page = self._page
        return [
            page.model, page.target_dir, page.gallery, page.log, page.processed, page.view,
            page.gs_video, page.gs_video, page.gs_info, page.is_example, page.rgb, page.depth,
        ]  # fmt: skip


def clear_fields() -> None:
    return None


def update_log() -> str:
    return LOG_START


if __name__ == "__main__":
    serve(build, queue_size=20, show_error=True, side_px=126)
