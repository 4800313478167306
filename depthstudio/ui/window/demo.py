"""The demo: the bundled sample in the real window, and a picture of what it shows."""

import asyncio
from pathlib import Path

from depthstudio.core.errors import DepthStudioError
from depthstudio.jobs.queue import JobQueue
from depthstudio.ui.window.centre import Tab
from depthstudio.ui.window.main_window import MainWindow
from depthstudio.ui.window.workbench import Workbench

PROVIDER_ID = "relief"  # needs neither key nor network


def start_demo(window: MainWindow, workbench: Workbench) -> None:
    """Run the sample; where its result is known already, that is shown at once."""
    window.inspector.set_provider(PROVIDER_ID)
    workbench.run_sample()


async def save_demo_picture(
    path: Path, window: MainWindow, workbench: Workbench, queue: JobQueue
) -> None:
    """Run the sample and save a picture of the window when it shows the relief.

    Call it before the window has painted: what it waits for happens after that.

    Raises
    ------
    DepthStudioError
        when the sample fails, or the picture cannot be written
    """
    scene, loop = window.centre.scene_page, asyncio.get_running_loop()
    viewer: asyncio.Future[None] = loop.create_future()
    result: asyncio.Future[None] = loop.create_future()

    def look_for_failure(job_id: str, row: int) -> None:
        failure = queue.at(row).status.failure
        if failure is not None and not result.done():
            result.set_exception(DepthStudioError(failure.message, hint=failure.hint))

    scene.ready.connect(lambda: _settle(viewer))
    scene.failed.connect(lambda text: _settle(viewer))  # the window says why, in its place
    workbench.shown.connect(lambda title: _settle(result))
    stop_looking = queue.changed.connect(look_for_failure)
    try:
        start_demo(window, workbench)
        await result
        await viewer
    finally:
        stop_looking()
    window.centre.show_tab(Tab.SCENE)
    scene.screenshot()  # draws the first frame now, not some time later
    image = window.grab().toImage()
    if not await asyncio.to_thread(image.save, str(path)):
        raise DepthStudioError(
            f"The picture {path} could not be written",
            hint="Choose a name that ends in .png, in a folder you may write to",
        )


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
