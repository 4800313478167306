"""`demo` where there is no display: the same job, and a picture instead of a window."""

import argparse
import asyncio
from pathlib import Path

from depthstudio.cli import exit_codes
from depthstudio.cli.follow import Follower
from depthstudio.cli.output import Output
from depthstudio.cli.pictures import draw
from depthstudio.cli.run import opened
from depthstudio.core.job import JobState
from depthstudio.core.resources import resource
from depthstudio.core.system_libraries import require_libraries
from depthstudio.jobs.order import Order
from depthstudio.providers.registry import Registry

PICTURE_NAME = "depthstudio-demo.png"
SIZE_PX = (1280, 800)
PROVIDER_ID = "relief"
LOCK_TIMEOUT_S = 60.0


def demo(options: argparse.Namespace, registry: Registry) -> int:
    """Run the bundled sample, draw its result off-screen and say where both are."""
    # Before any work: without these the picture at the end would crash the process.
    require_libraries(display=False)
    options.timeout = LOCK_TIMEOUT_S
    return asyncio.run(_demo(options, registry))


async def _demo(options: argparse.Namespace, registry: Registry) -> int:
    output = Output(as_json=options.json)
    async with opened(options, registry, only=set()) as session:
        intake = await session.take_in([resource("sample", "view_0.jpg")])
        follower = Follower(session, output)
        job = await session.add(intake.sources, Order(PROVIDER_ID))
        follower.follow(job)
        status = await follower.finish()
        entry = session.queue.entry(job.id).status
        if entry.state is not JobState.DONE or entry.result_id is None:
            return status
        result = await session.result(entry.result_id)
        views = await session.load(result)
    picture = (options.picture or Path.cwd() / PICTURE_NAME).absolute()
    draw(views, picture, SIZE_PX)
    if options.json:
        output.record({"picture": str(picture), "result": str(result.folder)})
    else:
        output.line(f"Result:  {result.folder}")
        output.line(f"Picture: {picture}")
    return exit_codes.OK
