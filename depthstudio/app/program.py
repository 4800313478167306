"""Starts the process of the window: its options, and the window itself, empty.

Qt is imported inside functions: where a system library is missing, that would end the
process before anybody could say which. So is nearly all else, as it comes in beside the
window, in a thread.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from depthstudio.cli import exit_codes
from depthstudio.cli.complaint import complain
from depthstudio.cli.parser import add_home
from depthstudio.core.display import has_display, named_display
from depthstudio.core.errors import DepthStudioError
from depthstudio.core.system_libraries import require_libraries
from depthstudio.settings.paths import Home, home_from

if TYPE_CHECKING:
    from depthstudio.app.filling import Means
    from depthstudio.ui.window.main_window import MainWindow

# Imported in a thread while the window answers; there is nothing of Qt in it.
TO_WORK = ("depthstudio.jobs.session", "depthstudio.settings.home_lock")


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
    from depthstudio.ui.process.signals import end_at_once

    end_at_once()
    app = Application(sys.argv[:1])
    home = home_from(options.home)
    # Where nobody has left word that they are in the home, the window does not wait until its
    # lock is ours; should somebody have it after all, it goes again.
    window = None if home.lock_holder_file.exists() else show_window(home)
    from depthstudio.ui.process.beside import done_beside

    try:
        means = done_beside(lambda: _get_ready(home))
        if window is not None:
            from depthstudio.app.filling import show_first_frame

            show_first_frame(window, app, home, means)
        done_beside(lambda: [import_module(name) for name in TO_WORK])
    except BaseException:
        if window is not None:
            window.shut_down()
        raise
    from depthstudio.app.opening import run_on_loop

    return run_on_loop(app, home, options, means, window)


def show_window(home: Home) -> "MainWindow":
    """Show the empty window. Qt needs no Python while system and driver get it ready."""
    from PySide6.QtCore import QSettings

    from depthstudio.ui.window.main_window import MainWindow

    window = MainWindow()
    window.restore_frame(QSettings(str(home.window_file), QSettings.Format.IniFormat))
    window.show_soon()
    return window


def _get_ready(home: Home) -> "Means":
    """Import what the first frame needs, and read what it shows of the home."""
    from depthstudio.app.filling import read_means

    return read_means(home)
