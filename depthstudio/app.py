"""Builds the objects, connects them and runs the one loop that carries window and network.

Qt is imported inside functions: where a system library is missing, that would end the
process before anybody could say which.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio.cli import exit_codes
from depthstudio.cli.output import complain
from depthstudio.cli.parser import add_home
from depthstudio.core.display import has_display, named_display
from depthstudio.core.errors import DepthStudioError, HomeBusyError
from depthstudio.core.resources import resource
from depthstudio.core.system_libraries import require_libraries
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings, load_settings, save_settings
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home, home_from

if TYPE_CHECKING:
    from depthstudio.ui.look.theme import Theme
    from depthstudio.ui.process.application import Application
    from depthstudio.ui.process.trouble_log import TroubleLog
    from depthstudio.ui.window.main_window import MainWindow
    from depthstudio.ui.window.workbench import Workbench

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
    from depthstudio.ui.window.start_trouble import tell, wants_retry

    home = home_from(options.home)
    somebody_looks = options.picture is None  # else a script waits for the picture
    while True:
        try:
            return await _one_window(app, home, options)
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


async def _one_window(app: "Application", home: Home, options: argparse.Namespace) -> int:
    """Open the window of this home, or let the one that is open have the files."""
    from depthstudio.ui.process.entry import enter
    from depthstudio.ui.process.trouble_log import TroubleLog

    lock = HomeLock(home, what="window")
    if options.picture is not None:
        await lock.acquire()
    else:
        files = [resource("sample", "view_0.jpg")] if options.demo else options.files
        if not await enter(home, lock, files):
            return exit_codes.OK
    try:
        trouble = TroubleLog(home.logs_folder)
        with trouble.kept():
            async with Session(home, Registry.load()) as session:
                return await _with_session(app, session, trouble, options)
    finally:
        lock.release()


async def _with_session(
    app: "Application", session: Session, trouble: "TroubleLog", options: argparse.Namespace
) -> int:
    from PySide6.QtCore import QSettings

    from depthstudio.ui.look.theme import Theme
    from depthstudio.ui.process.garbage import GarbageWatch
    from depthstudio.ui.window.remembered import settings_of
    from depthstudio.ui.window.single_instance import SingleInstance

    home = session.home
    loaded = await asyncio.to_thread(load_settings, home.settings_file)
    theme = Theme(app, loaded.settings.theme)
    window, workbench = make_window(session, theme, loaded.settings)
    layout = QSettings(str(home.window_file), QSettings.Format.IniFormat)
    window.restore(layout)
    trouble.noticed.connect(window.status.say_error)
    if loaded.problem:
        window.status.say(loaded.problem, "caution")
    window.after_frame.do(GarbageWatch(app).start)
    instance = SingleInstance(home, window)
    window.after_frame.do(instance.listen)
    instance.asked.connect(workbench.open_paths)
    app.open_files_with(workbench.open_paths)
    try:
        window.show()
        return await _work(window, workbench, session, options)
    finally:
        window.after_frame.stop()
        instance.close()
        window.remember(layout)
        settings = settings_of(window, loaded.settings)
        window.hide()
        await workbench.aclose()
        window.shut_down()
        if settings != loaded.settings:
            await asyncio.to_thread(save_settings, home.settings_file, settings)


async def _work(
    window: "MainWindow", workbench: "Workbench", session: Session, options: argparse.Namespace
) -> int:
    """What happens between the first frame and the wish to close."""
    from depthstudio.ui.window.demo import save_demo_picture, start_demo

    if options.picture is not None:
        await save_demo_picture(options.picture, window, workbench, session.queue)
        sys.stdout.write(f"Picture: {options.picture}\n")
        return exit_codes.OK
    closing = asyncio.Event()
    window.close_requested.connect(closing.set)
    if options.demo:
        start_demo(window, workbench)
    elif options.files:
        workbench.open_paths(options.files)
    await closing.wait()
    return exit_codes.OK


def make_window(
    session: Session, theme: "Theme", settings: AppSettings
) -> "tuple[MainWindow, Workbench]":
    """The window of an open session, connected and not yet shown. Needs a running loop."""
    from depthstudio.ui.inspector.entries import entries_of
    from depthstudio.ui.look.icons import Icons
    from depthstudio.ui.window.main_window import MainWindow
    from depthstudio.ui.window.remembered import restore_settings
    from depthstudio.ui.window.workbench import Workbench

    window = MainWindow(theme, Icons(theme), session.queue, entries_of(session.registry))
    restore_settings(window, settings)
    window.after_frame.do(window.centre.scene_page.start_loading)
    window.theme_chosen.connect(theme.set_choice)
    return window, Workbench(session, window)
