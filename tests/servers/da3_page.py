"""What is on the page of the Depth Anything 3 Space."""

import gradio as gr


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
