"""Starts the process of the window: its options, its loop, and what ends it.

Qt is imported inside functions: where a system library is missing, that would end the
process before anybody could say which.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio.cli import exit_codes
from depthstudio.cli.complaint import complain
from depthstudio.cli.parser import add_home
from depthstudio.core.display import has_display, named_display
from depthstudio.core.errors import DepthStudioError, HomeBusyError
from depthstudio.core.system_libraries import require_libraries
from depthstudio.settings.paths import home_from

if TYPE_CHECKING:
    from depthstudio.ui.process.application import Application

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Open the window and return the exit status once it is closed."""
    try:
        options = _options(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        # Before Qt, which ends the process over what these two say in words.
        _require_display()
        require_libraries(display=True)
        return _run(options)
    except DepthStudioError as error:
        complain(error)
        return exit_codes.NOT_ALL_DONE
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="depthstudio")
    add_home(parser)
    words = list(arguments)
    parser.set_defaults(demo=False, picture=None, files=[])
    if words[:1] == ["demo"]:
        words = words[1:]
        parser.set_defaults(demo=True)
        parser.add_argument("--picture", type=Path, metavar="FILE")
    else:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    return parser.parse_args(words)


def _require_display() -> None:
    if not has_display():
        name = named_display()
        raise DepthStudioError(
            f"The display {name} does not answer" if name else "There is no display",
            hint="Start it on a desktop; `depthstudio --help` lists what needs no display",
        )


def _run(options: argparse.Namespace) -> int:
    from depthstudio.ui.process.application import Application

    app = Application(sys.argv[:1])
    import qasync  # after PySide6, which it then binds to

    loop = qasync.QEventLoop(app)
    # Its own would start ten threads of Qt's at the first use.
    loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
    asyncio.set_event_loop(loop)
    with loop:
        return loop.run_until_complete(_until_ended(app, options))


async def _until_ended(app: "Application", options: argparse.Namespace) -> int:
    """A signal ends whatever is going on, in order."""
    from depthstudio.ui.process.signals import ending_signals

    task = asyncio.current_task()
    assert task is not None
    received: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        received.append(number)
        task.cancel()

    with ending_signals(end):
        try:
            return await _until_closed(app, options)
        except asyncio.CancelledError:
            if not received:
                raise
            return exit_codes.INTERRUPTED if signal.SIGINT in received else exit_codes.OK


async def _until_closed(app: "Application", options: argparse.Namespace) -> int:
    """The window of this home, or a word about why there is none."""
    from depthstudio.app.opening import open_window
    from depthstudio.ui.window.start_trouble import tell, wants_retry

    home = home_from(options.home)
    somebody_looks = options.picture is None  # else a script waits for the picture
    while True:
        try:
            return await open_window(app, home, options)
        except HomeBusyError as error:
            complain(error)
            if not somebody_looks or not await wants_retry(error):
                return exit_codes.HOME_BUSY
            continue
        except DepthStudioError as error:
            trouble = error
        except Exception as error:
            log.exception("the window ended over something unforeseen")
            trouble = DepthStudioError(f"DepthStudio had to end: {error!r}")
        complain(trouble)
        if somebody_looks:
            await tell(trouble)
        return exit_codes.NOT_ALL_DONE
